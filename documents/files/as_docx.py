"""A paper as a Word document, on a landscape sheet of A4; its table comes in again, too."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from documents.papers import Paper
from documents.texts import is_rtl, writable

LONG, SHORT, MARGIN = Mm(297), Mm(210), Mm(14)
SIZE = Pt(9.5)


def write(paper: Paper) -> bytes:
    """The document's bytes; from right to left where the active language is."""
    document = docx.Document()
    document.core_properties.title = paper.title
    document.core_properties.author = ""
    document.core_properties.comments = ""
    _lay_out(document)
    _line(document.add_heading("", level=1), paper.title, paper)
    _line(document.add_paragraph(), paper.subtitle, paper, rtl=paper.is_rtl)
    _write_table(document, paper)
    for heading, text in paper.below:
        if not text:
            continue
        _line(document.add_heading("", level=2), heading, paper)
        for paragraph in text.split("\n"):
            _line(document.add_paragraph(), paragraph, paper)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _lay_out(document: Any) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = LONG, SHORT
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def _write_table(document: Any, paper: Paper) -> None:
    table = document.add_table(rows=1, cols=len(paper.columns))
    table.style = "Table Grid"
    table.autofit = False
    if paper.is_rtl:
        _flag(table._tbl.tblPr, "w:bidiVisual")
    share = (LONG - 2 * MARGIN) / sum(column.width for column in paper.columns)
    widths = [int(share * column.width) for column in paper.columns]
    for place, width in zip(table.columns, widths, strict=True):
        place.width = width
    head = table.rows[0]
    _flag(head._tr.get_or_add_trPr(), "w:tblHeader")
    _fill(head, [column.heading() for column in paper.columns], widths, paper, bold=True)
    for line in paper.lines:
        texts = [paper.text(column.name, line.fields, spoken=True) for column in paper.columns]
        if paper.columns[0].offers == "milestones" and not line.opens:
            texts[0] = ""
        row = table.add_row()
        _flag(row._tr.get_or_add_trPr(), "w:cantSplit")
        _fill(row, texts, widths, paper)


def _fill(
    row: Any, texts: list[str], widths: list[int], paper: Paper, *, bold: bool = False
) -> None:
    told: dict[str, Any] = {"bold": bold, "size": SIZE, "rtl": paper.is_rtl if bold else None}
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        first, *others = text.split("\n")
        _line(cell.paragraphs[0], first, paper, **told)
        for more in others:
            _line(cell.add_paragraph(), more, paper, **told)


def _line(
    paragraph: Any,
    text: str,
    paper: Paper,
    *,
    bold: bool | None = None,
    size: Any = None,
    rtl: bool | None = None,
) -> None:
    """One line, in the direction of its own first letter unless `rtl` says which."""
    run = paragraph.add_run(writable(text))
    run.bold, run.font.size = bold, size
    if size:
        paragraph.paragraph_format.space_after = 0
    if is_rtl(text, paper.is_rtl) if rtl is None else rtl:
        _flag(paragraph._p.get_or_add_pPr(), "w:bidi")
        _flag(run._r.get_or_add_rPr(), "w:rtl")


def _flag(properties: Any, name: str) -> None:
    """Set a property that Word knows and the library does not, in the place the schema wants."""
    element = OxmlElement(name)
    element.set(qn("w:val"), "1")
    after = {"w:bidi": ("w:spacing", "w:ind", "w:jc", "w:rPr"), "w:rtl": ("w:lang",)}
    after["w:bidiVisual"] = ("w:tblW", "w:jc", "w:tblLayout", "w:tblLook")
    followers = [child for child in properties if child.tag in map(qn, after.get(name, ()))]
    if followers:
        followers[0].addprevious(element)
    else:
        properties.append(element)
