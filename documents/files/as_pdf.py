"""A paper as PDF on landscape sheets of A4, as it would be printed."""

from __future__ import annotations

from pathlib import Path

from django.template.loader import render_to_string

from coalitions import pdf
from documents.papers import Paper

STYLE = Path(__file__).with_name("paper.css")


def write(paper: Paper) -> bytes:
    """The PDF's bytes. Raises `coalitions.pdf.NoPdfError` where the system cannot draw it."""
    rows = [
        (line, [paper.text(column.name, line.fields, spoken=True) for column in paper.columns])
        for line in paper.lines
    ]
    context = {
        "paper": paper,
        "headings": [(column.heading(), column.width) for column in paper.columns],
        "rows": rows,
        "opens": paper.columns[0].offers == "milestones",
    }
    return pdf.write(render_to_string("documents/paper.html", context), STYLE)
