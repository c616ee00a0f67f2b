"""Reading a table that someone pastes or uploads: Excel's clipboard, CSV of any kind, workbooks.

Every cell comes out as tidy text on one line; rows that hold nothing are left out. Nothing here
knows what the columns mean.
"""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.utils.translation import gettext as _

from coalitions import workbooks
from coalitions.workbooks import RefusedError
from cohorts.fields import tidy

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 2_000, 40, 2_000
MOST_BYTES = 10_000_000
DELIMITERS = "\t;,|"
SAMPLE_LINES = 50
# What our exports put before a text that a spreadsheet would take for a formula.
GUARD = "'"
FORMULA_STARTS = "=+-@\t\r＝＋－＠"


@dataclass(frozen=True)
class Row:
    """A row that holds something, and its number in the table as people count, from 1."""

    number: int
    texts: list[str]


def of_text(text: str) -> list[Row]:
    """The rows of a pasted or decoded text. Raises RefusedError."""
    text = text.replace("\0", "").removeprefix("\ufeff")
    try:
        return _rows(enumerate(split(text), start=1))
    except csv.Error as error:
        raise RefusedError(
            _("This text is no table we can read. Copy the cells in Excel and paste them here.")
        ) from error


def of_file(name: str, content: bytes) -> list[Row]:
    """The rows of an uploaded .xlsx, .csv or .tsv. Raises RefusedError with a sentence."""
    if len(content) > MOST_BYTES:
        raise RefusedError(_("This file is bigger than 10 MB. A roster needs far less."))
    if content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        return _of_workbook(content)
    return of_text(decode(content))


def decode(content: bytes) -> str:
    """Text in UTF-8, UTF-16 or, where it is neither, Windows-1252."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    sample = content[:4000]
    if sample and sample.count(0) > len(sample) / 4:
        little = sample[1::2].count(0) >= sample[0::2].count(0)
        return content.decode("utf-16-le" if little else "utf-16-be", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def split(text: str) -> list[list[str]]:
    """The cells, by the delimiter that gives the most even table."""
    best: list[list[str]] = []
    best_width = 0.0
    for delimiter in DELIMITERS:
        sample = list(_read(text, delimiter, SAMPLE_LINES))
        width = median([len(row) for row in sample if any(row)] or [0])
        if width > best_width:
            best_width, best = width, list(_read(text, delimiter, None))
            if delimiter == "\t" and width > 1:
                break
    return best


def _read(text: str, delimiter: str, most: int | None) -> Iterable[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    for number, row in enumerate(reader):
        if most is not None and number >= most:
            return
        yield row


def _of_workbook(content: bytes) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        path.write_bytes(content)
        sheets = [sheet for sheet in workbooks.read(path)["sheets"] if sheet["rows"]]
    if not sheets:
        return []
    return _rows((number, texts) for number, texts in sheets[0]["rows"])


def _rows(numbered: Iterable[tuple[int, list[str]]]) -> list[Row]:
    found: list[Row] = []
    for number, cells in numbered:
        texts = [_unguarded(tidy(cell[:LONGEST_CELL])) for cell in cells[:MOST_COLUMNS]]
        if any(texts):
            found.append(Row(number, texts))
        if len(found) > MOST_ROWS + 1:
            raise RefusedError(
                _("These are more than %(most)d rows. Bring them in piece by piece.")
                % {"most": MOST_ROWS}
            )
    return found


def _unguarded(text: str) -> str:
    if text.startswith(GUARD) and text[1:2] and text[1] in FORMULA_STARTS:
        return text[1:]
    return text
