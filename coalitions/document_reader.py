"""The tables of a Word document, as `workbook_reader` tells of the sheets of a workbook.

Runs in the same limited process. Only the text that stands there is read: no pictures, no deleted
text, no field's code; a cell merged downwards gives its text to each row it covers.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

PART = "word/document.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t"}


def tables(path: Path, most_rows: int, most_columns: int) -> list[dict[str, Any]]:
    """Each table with its rows by number, from 1. Raises ValueError for too many rows."""
    from defusedxml.ElementTree import parse

    with zipfile.ZipFile(path) as container, container.open(PART) as content:
        # Refuses document types and entities.
        tree = parse(content, forbid_dtd=True)
    found = [_rows(table, most_columns) for table in tree.iter(f"{W}tbl")]
    if sum(map(len, found)) > most_rows:
        raise ValueError("too many rows")
    return [{"title": str(n), "rows": rows} for n, rows in enumerate(found, start=1)]


def _rows(table: Element, most_columns: int) -> list[list[Any]]:
    found: list[list[Any]] = []
    above: dict[int, str] = {}
    for number, row in enumerate(table.findall(f"{W}tr"), start=1):
        texts: list[str] = []
        for cell in row.findall(f"{W}tc"):
            merged = cell.find(f"{W}tcPr/{W}vMerge")
            here = len(texts)
            if merged is not None and merged.get(f"{W}val", "continue") == "continue":
                text = above.get(here, "")
            else:
                text = _text(cell)
            above[here] = text
            texts += [text, *[""] * (_span(cell) - 1)]
        if any(texts):
            found.append([number, texts[:most_columns]])
    return found


def _span(cell: Element) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    width = span.get(f"{W}val", "1") if span is not None else "1"
    return min(int(width), 100) if width.isdigit() else 1


def _text(cell: Element) -> str:
    paragraphs = ["".join(map(_piece, line.iter())) for line in cell.findall(f"{W}p")]
    return "\n".join(paragraphs).strip()


def _piece(element: Element) -> str:
    # What was deleted stands in w:delText, and codes of fields in w:instrText.
    return (element.text or "") if element.tag == f"{W}t" else BREAKS.get(element.tag, "")
