"""A paper as PDF on landscape sheets of A4, as it would be printed."""

from __future__ import annotations

from pathlib import Path

from django.template.loader import render_to_string

from coalitions import pdf
from documents.papers import Paper
from documents.texts import is_rtl

STYLE = Path(__file__).with_name("paper.css")


def write(paper: Paper) -> bytes:
    """The PDF's bytes. Raises `coalitions.pdf.NoPdfError` where the system cannot draw it."""
    opens = paper.columns[0].offers == "milestones"
    rows = []
    for line in paper.lines:
        texts = [paper.text(column.name, line.fields, spoken=True) for column in paper.columns]
        if opens and not line.opens:
            texts[0] = ""
        rows.append([_parts(text, paper) for text in texts])
    context = {
        "paper": paper,
        "headings": [(column.heading(), column.width) for column in paper.columns],
        "rows": rows,
        "below": [(heading, _parts(text, paper)) for heading, text in paper.below if text],
    }
    return pdf.write(render_to_string("documents/paper.html", context), STYLE)


def _parts(text: str, paper: Paper) -> list[tuple[str, str]]:
    """Each line with its direction: what draws the page does not find it out by itself."""
    return [
        ("rtl" if is_rtl(part, paper.is_rtl) else "ltr", part) for part in text.splitlines() if part
    ]
