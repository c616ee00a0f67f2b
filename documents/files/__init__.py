"""A paper as a file: a module for each format, each with `write(paper) -> bytes`.

All of them stand in `documents/formats.py`; who needs one alone imports one, since each brings a
library that takes its time to load.
"""
