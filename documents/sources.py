"""Files and pasted texts as tables of texts, and what their columns are taken for."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from coalitions import workbooks
from coalitions.workbooks import RefusedError
from cohorts.roster_table import FORMULA_STARTS, GUARD, MOST_BYTES, decode, split

HEADING_ROWS = 20
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 2_000, 60, 30_000
# The hidden column of our own files says whose rows they are, and its cells which.
MARK = "coalitions:"
KEY = "key"
LISTS = "Lists"
GUARDED = re.compile(rf"{GUARD}+[{re.escape(FORMULA_STARTS)}]")

type Named = Callable[[str], str | None]


@dataclass
class Table:
    """A sheet of a workbook, a table of a document, or a text.

    `rows` are pairs of a row's number and its texts; those from `start` on are no headings.
    `columns` says what a column is, by its index; `uncounted` rows lack a formula's result.
    """

    title: str
    rows: list[tuple[int, list[str]]]
    uncounted: list[int] = field(default_factory=list)
    start: int = 0
    columns: dict[int, str] = field(default_factory=dict)
    mark: str = ""

    @property
    def headings(self) -> list[str]:
        return self.rows[self.start - 1][1] if self.start else []

    @property
    def width(self) -> int:
        return max((len(texts) for _number, texts in self.rows), default=0)

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it; `again` brings it back."""
        return asdict(self)

    @classmethod
    def again(cls, kept: dict[str, Any]) -> Table:
        columns = {int(index): name for index, name in kept["columns"].items()}
        rows = [(number, texts) for number, texts in kept["rows"]]
        return cls(**kept | {"columns": columns, "rows": rows})


@dataclass(frozen=True)
class Source:
    """What a file holds, and what was left out of it, in sentences."""

    tables: list[Table]
    notes: list[str] = field(default_factory=list)


def of_text(text: str) -> Source:
    """A pasted or decoded text. Raises RefusedError."""
    text = text.replace("\0", "").removeprefix("\ufeff")
    try:
        cells = split(text)
    except csv.Error as error:
        raise RefusedError(
            _("This text is no table we can read. Copy the cells in Excel and paste them here.")
        ) from error
    rows = [
        (number, [_unguarded(cell.strip()) for cell in row[:MOST_COLUMNS]])
        for number, row in enumerate(cells, start=1)
    ]
    return _source([Table("", [(number, texts) for number, texts in rows if any(texts)])])


def _unguarded(text: str) -> str:
    """Without the one sign that our files put before what a spreadsheet takes for a formula."""
    return text[1:] if GUARDED.match(text) else text


def of_file(name: str, content: bytes) -> Source:
    """An uploaded .xlsx, .docx, .csv or .tsv. Raises RefusedError with a sentence."""
    if len(content) > MOST_BYTES:
        raise RefusedError(_("This file is bigger than 10 MB. A plan needs far less."))
    office = (".xlsx", ".xlsm", ".xls", ".docx", ".docm", ".doc", ".odt", ".ods", ".pdf")
    if not content.startswith((b"PK", b"%PDF", b"\xd0\xcf")) and not name.lower().endswith(office):
        return of_text(decode(content))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.xlsx"
        path.write_bytes(content)
        return of_path(path)


def of_path(path: Path) -> Source:
    """A workbook or Word document, read in a process of its own. Raises RefusedError."""
    found = workbooks.read(path)
    tables = [
        Table(sheet["title"], sheet["rows"], found["uncounted"].get(sheet["title"], []))
        for sheet in found["sheets"]
        if sheet["rows"]
    ]
    hidden = [title for title in found["hidden"] if title != LISTS]
    notes = [_("%(sheet)s is hidden and was left out.") % {"sheet": title} for title in hidden]
    return _source(tables, notes)


def _source(tables: list[Table], notes: list[str] | None = None) -> Source:
    if sum(len(table.rows) for table in tables) > MOST_ROWS:
        raise RefusedError(
            _("These are more than %(most)d rows. Bring them in piece by piece.")
            % {"most": MOST_ROWS}
        )
    return Source(tables, notes or [])


def guess(table: Table, named: Named, enough: Callable[[set[str]], bool]) -> bool:
    """Find the row of headings, and note what each column is; is there one?

    `named` tells which column a heading names, if any. `enough` says whether the names that a
    row gives make it a row of headings.
    """
    for n, (_number, texts) in enumerate(table.rows[:HEADING_ROWS]):
        columns, mark = _columns(texts, named)
        if enough(set(columns.values())):
            table.start, table.columns, table.mark = n + 1, columns, mark
            return True
    return False


def _columns(texts: list[str], named: Named) -> tuple[dict[int, str], str]:
    columns, mark = {}, ""
    for index, text in enumerate(texts):
        if text.startswith(MARK):
            columns[index], mark = KEY, text.removeprefix(MARK)
        elif name := named(text):
            columns[index] = name
    return columns, mark


def repeats_headings(table: Table, texts: list[str], named: Named) -> bool:
    """Are these the headings once more, as on each printed page?"""
    return bool(table.start) and _columns(texts, named)[0] == _columns(table.headings, named)[0]
