"""Reading a workbook in a process of its own, with limits: files of strangers may be hostile.

    python -m actionplans.workbook_reader FILE

Prints JSON: `{"sheets": [{"title": …, "rows": [[number, [text, …]], …]}]}`, every cell as text,
dates as ISO, a merged cell's text in each cell it covers; or `{"error": code}`. Knows nothing of
Django, so that the process is small and quick.
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

MOST_BYTES = 10_000_000
MOST_INFLATED = 100_000_000
MOST_ENTRIES = 2_000
MOST_RATIO = 200
MOST_MEMORY = 768_000_000
MOST_SECONDS = 20
MOST_ROWS, MOST_COLUMNS = 5_000, 60
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class RefusedError(Exception):
    """The file is not one that we read; the message is a code for the caller."""


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
            size = 0
            while piece := content.read(1 << 20):
                size += len(piece)
                inflated += len(piece)
                if inflated > MOST_INFLATED or size > max(
                    1 << 20, entry.compress_size * MOST_RATIO
                ):
                    raise RefusedError("too big")


def read(path: Path) -> dict[str, Any]:
    """The visible sheets of a checked workbook."""
    import openpyxl

    warnings.simplefilter("ignore")
    workbook = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    return {"sheets": [{"title": sheet.title, "rows": _rows(sheet)} for sheet in sheets]}


def _rows(sheet: Any) -> list[list[Any]]:
    spread: dict[tuple[int, int], str] = {}
    for merged in sheet.merged_cells.ranges:
        first = _text(sheet.cell(merged.min_row, merged.min_col).value)
        if first and merged.max_row - merged.min_row < MOST_ROWS:
            for row in range(merged.min_row, merged.max_row + 1):
                for column in range(merged.min_col, min(merged.max_col, MOST_COLUMNS) + 1):
                    spread[row, column] = first
    found = []
    for number, cells in enumerate(
        sheet.iter_rows(max_col=min(sheet.max_column, MOST_COLUMNS), values_only=True), start=1
    ):
        texts = [
            _text(value) or spread.get((number, column), "")
            for column, value in enumerate(cells, start=1)
        ]
        if any(texts):
            found.append([number, texts])
        if len(found) > MOST_ROWS:
            raise RefusedError("too many rows")
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
            return CONTROL.sub("", str(value)).strip()


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    path = Path(sys.argv[1])
    try:
        check(path)
        answer = read(path)
    except RefusedError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": "too big"}
    except Exception as error:  # a parser may raise anything on a hostile file
        answer = {"error": "damaged", "detail": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
