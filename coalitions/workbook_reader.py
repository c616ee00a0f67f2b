"""Reading a workbook in a process of its own, with limits: files of strangers may be hostile.

A Word document is read the same way, each of its tables as a sheet: `document_reader.py`.

    python -m coalitions.workbook_reader FILE

Prints JSON: `{"sheets": [{"title": …, "rows": [[number, [text, …]], …]}]}`, every cell as text,
dates as ISO, a merged cell's text in each row it covers, and beside it the names of `hidden` sheets
and the numbers of `uncounted` rows; or `{"error": code, "sheet": name}`. Knows nothing of Django,
so that the process is small and quick.
"""

from __future__ import annotations

import datetime
import json
import re
import resource
import sys
import warnings
import zipfile
from pathlib import Path
from typing import Any

from coalitions import document_reader

MOST_BYTES = 10_000_000
MOST_INFLATED = 100_000_000
MOST_ENTRIES = 2_000
MOST_RATIO = 200
MOST_MEMORY = 768_000_000
MOST_SECONDS = 20
MOST_ROWS, MOST_COLUMNS = 5_000, 60
# Rows that are only painted cost time, too, and some programs paint a million of them.
MOST_EMPTY_ROWS = 100_000
MOST_LETTERS = 5_000_000
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# How Excel writes a return, which comes with a line break anyway.
RETURN = "_x000D_"


class RefusedError(Exception):
    """The file is not one that we read: a code for the caller and, where it matters, the sheet."""


def check(path: Path) -> None:
    """Look at the container before anything parses it. Raises RefusedError."""
    if path.stat().st_size > MOST_BYTES:
        raise RefusedError("too big")
    try:
        with zipfile.ZipFile(path) as container:
            entries = container.infolist()
            if "[Content_Types].xml" not in container.namelist():
                raise RefusedError("not a workbook")
            _check_sizes(container, entries)
    except zipfile.BadZipFile:
        raise RefusedError("not a workbook") from None


def _check_sizes(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise RefusedError("too big")
    inflated = 0
    for entry in entries:
        if entry.filename.endswith((".zip", ".xlsx", ".bin")) and "vbaProject" in entry.filename:
            raise RefusedError("macros")
        # What the directory declares may be a lie: count what really comes out.
        with container.open(entry) as content:
            size = rows = 0
            while piece := content.read(1 << 20):
                size += len(piece)
                inflated += len(piece)
                rows += piece.count(b"<row")
                most = max(1 << 20, entry.compress_size * MOST_RATIO)
                if inflated > MOST_INFLATED or size > most or rows > MOST_EMPTY_ROWS:
                    raise RefusedError("too big")


def read(path: Path) -> dict[str, Any]:
    """What a checked file holds, be it a workbook or a Word document."""
    with zipfile.ZipFile(path) as container:
        is_document = document_reader.PART in container.namelist()
    return _document(path) if is_document else _workbook(path)


def _document(path: Path) -> dict[str, Any]:
    try:
        tables = document_reader.tables(path, MOST_ROWS, MOST_COLUMNS)
    except ValueError as error:
        if error.args == ("too many rows",):
            raise RefusedError("too big") from error
        raise
    return {"sheets": tables, "hidden": [], "uncounted": {}}


def _workbook(path: Path) -> dict[str, Any]:
    """The visible sheets of a checked workbook, and the names of the hidden ones."""
    import openpyxl

    warnings.simplefilter("ignore")
    workbook = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    return {
        "sheets": [{"title": sheet.title, "rows": _rows(sheet)} for sheet in shown],
        "hidden": [sheet.title for sheet in workbook.worksheets if sheet not in shown],
        "uncounted": _uncounted(path, [sheet.title for sheet in shown]),
    }


def _rows(sheet: Any) -> list[list[Any]]:
    merged = _merged(sheet)
    found = []
    letters = 0
    width = min(sheet.max_column, MOST_COLUMNS)
    for number, cells in enumerate(sheet.iter_rows(max_col=width, values_only=True), start=1):
        texts = [
            _text(value) or merged.get((number, column), "")
            for column, value in enumerate(cells, start=1)
        ]
        if any(texts):
            found.append([number, texts])
        # One long text may stand in a million cells, and take no room in the file.
        letters += sum(map(len, texts))
        if letters > MOST_LETTERS:
            raise RefusedError("too big")
        if len(found) > MOST_ROWS:
            raise RefusedError("too many rows", sheet.title)
    return found


def _merged(sheet: Any) -> dict[tuple[int, int], str]:
    """Texts of cells that are merged downwards, for each row they cover.

    Not sidewards: a heading over the whole width of a table is no activity, and nobody's task.
    """
    texts: dict[tuple[int, int], str] = {}
    for area in sheet.merged_cells.ranges:
        text = _text(sheet.cell(area.min_row, area.min_col).value)
        if text and area.max_row - area.min_row < MOST_ROWS:
            rows = range(area.min_row, area.max_row + 1)
            texts |= {(row, area.min_col): text for row in rows}
    return texts


def _uncounted(path: Path, titles: list[str]) -> dict[str, list[int]]:
    """The rows, by sheet, with a formula of which the file does not hold the result."""
    import openpyxl

    found: dict[str, list[int]] = {}
    formulas = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    results = openpyxl.load_workbook(path, read_only=True, keep_links=False, data_only=True)
    for title in titles:
        pairs = zip(formulas[title].rows, results[title].rows, strict=False)
        for number, (asked, got) in enumerate(pairs, start=1):
            cells = zip(asked[:MOST_COLUMNS], got[:MOST_COLUMNS], strict=False)
            if any(a.data_type == "f" and b.value is None for a, b in cells):
                found.setdefault(title, []).append(number)
    return found


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime.datetime():
            return value.date().isoformat()
        case datetime.date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return CONTROL.sub("", str(value).replace(RETURN, "")).strip()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    path = Path(sys.argv[1])
    try:
        check(path)
        answer = read(path)
    except RefusedError as error:
        answer = {"error": error.args[0], "sheet": "".join(error.args[1:])}
    except MemoryError:
        answer = {"error": "too big"}
    except Exception as error:  # a parser may raise anything on a hostile file
        answer = {"error": "damaged", "detail": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
