"""Commands that list much, and whoever reads them to the tenth line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import OutputWrapper


@contextmanager
def quiet_when_cut(out: OutputWrapper) -> Iterator[None]:
    """Let a listing end quietly when its reader has enough, as `| head` has."""
    try:
        yield
        out.flush()
    except BrokenPipeError:
        # What is left in the buffer would complain once more at the end of the process.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)
