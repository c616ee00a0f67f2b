"""A paper as a workbook to fill in: it comes back in through the import.

Every text is a text, never a formula or a link. A hidden column names each row, and lists for the
drop-downs stand on a hidden sheet; a drop-down only offers, so anything else can be typed.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from documents.papers import Column, Line, Paper
from documents.sources import LISTS, MARK
from documents.texts import writable

HEADING_ROW = 3
EMPTY_ROWS = 12
# So many letters are a hundredth of the page's width.
LETTERS = 1.3
A4 = 9
# The height of a line in points, and that of the highest row there can be.
LINE, HIGHEST = 15, 409
# A cell of Excel holds no more; ours hold a third of it.
LONGEST = 32_000
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(paper: Paper) -> bytes:
    """The workbook's bytes; from right to left where the active language is."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        book.set_properties({"title": paper.title, "subject": paper.subtitle})
        page = book.add_worksheet(_sheet_name(paper.title))
        _Sheet(book, page, paper).fill()
    return content.getvalue()


def _sheet_name(title: str) -> str:
    return title.translate(dict.fromkeys(map(ord, "[]:*?/\\'")))[:31]


class _Sheet:
    """The one page of the workbook, while it is written."""

    def __init__(self, book: Any, page: Any, paper: Paper) -> None:
        self.book, self.page, self.paper = book, page, paper
        cell = {"border": 1, "border_color": "#8a96a3", "text_wrap": True, "valign": "top"}
        cell |= {"align": "right" if paper.is_rtl else "left"}
        self.cell = book.add_format(cell | {"quote_prefix": True})
        self.day = book.add_format(cell | {"num_format": "d mmm yyyy"})
        self.head = book.add_format(cell | {"bold": True, "bg_color": "#e8eef5"})
        self.title = book.add_format({"bold": True, "font_size": 18, "align": cell["align"]})
        # Shown nowhere: a hidden column's text may else run over into the empty cell beside it.
        self.key = book.add_format({"num_format": ";;;"})
        self.line = book.add_format({"align": cell["align"]})
        self.again = book.add_format({"font_color": "#8a96a3"})

    def fill(self) -> None:
        page, paper = self.page, self.paper
        if paper.is_rtl:
            page.right_to_left()
        page.write_string(0, 0, paper.title, self.title)
        page.write_string(1, 0, writable(paper.subtitle), self.line)
        key = len(paper.columns)
        for n, column in enumerate(paper.columns):
            page.set_column(n, n, column.width * LETTERS)
            page.write_string(HEADING_ROW, n, column.heading(), self.head)
        page.set_column(key, key, None, None, {"hidden": True})
        page.write_string(HEADING_ROW, key, f"{MARK}{paper.team.form_id}", self.key)
        first = HEADING_ROW + 1
        for row, line in enumerate(paper.lines, start=first):
            self._write_line(row, line)
            page.write_string(row, key, line.key, self.key)
        last = first + len(paper.lines) + EMPTY_ROWS - 1
        for row in range(first + len(paper.lines), last + 1):
            for n in range(key):
                page.write_blank(row, n, None, self.cell)
        self._offer(first, last)
        self._grey_what_repeats(first, last)
        page.freeze_panes(HEADING_ROW + 1, 0)
        page.repeat_rows(HEADING_ROW)
        self._set_up_print(page)
        self._write_below()

    def _write_line(self, row: int, line: Line) -> None:
        height = 1
        for n, column in enumerate(self.paper.columns):
            text = writable(self.paper.text(column.name, line.fields))[:LONGEST]
            if day := _only_day(column, line, text):
                self.page.write_datetime(row, n, day, self.day)
            elif text:
                self.page.write_string(row, n, text, self.cell)
            else:
                self.page.write_blank(row, n, None, self.cell)
            height = max(height, _lines(text, column.width * LETTERS))
        # Not every program fits the height of a row to its text.
        self.page.set_row(row, min(LINE * height + 3, HIGHEST))

    def _offer(self, first: int, last: int) -> None:
        """Drop-downs for the columns that have a list."""
        lists = self.book.add_worksheet(LISTS)
        lists.hide()
        places = {}
        for n, (name, words) in enumerate(self.paper.choices().items()):
            for row, word in enumerate(words):
                lists.write_string(row, n, writable(word))
            if words:
                letter = chr(ord("A") + n)
                places[name] = f"={LISTS}!${letter}$1:${letter}${len(words)}"
        for n, column in enumerate(self.paper.columns):
            if column.offers in places:
                rule = {
                    "validate": "list",
                    "source": places[column.offers],
                    "show_error": False,
                    "input_message": self.paper.advice(column)[:255],
                }
                self.page.data_validation(first, n, last, n, rule)

    def _grey_what_repeats(self, first: int, last: int) -> None:
        """A milestone stands in each of its rows, so that they can be sorted; once in ink."""
        if self.paper.columns[0].offers == "milestones" and last > first:
            same = f"=$A{first + 2}=$A{first + 1}"
            rule = {"type": "formula", "criteria": same, "format": self.again}
            self.page.conditional_format(first + 1, 0, last, 0, rule)

    def _write_below(self) -> None:
        """The discussion, on a page of its own: under the table it would be taken for rows."""
        if not self.paper.below:
            return
        page = self.book.add_worksheet(_sheet_name(_("Discussion")))
        if self.paper.is_rtl:
            page.right_to_left()
        page.set_column(0, 0, 18 * LETTERS)
        page.set_column(1, 1, 82 * LETTERS)
        for row, (heading, text) in enumerate(self.paper.below):
            page.write_string(row, 0, heading, self.head)
            page.write_string(row, 1, writable(text), self.cell)
            page.set_row(row, min(LINE * _lines(text, 82 * LETTERS) + 3, HIGHEST))
        self._set_up_print(page)

    def _set_up_print(self, page: Any) -> None:
        page.set_landscape()
        page.set_paper(A4)
        page.set_margins(0.4, 0.4, 0.5, 0.5)
        page.fit_to_pages(1, 0)
        page.set_footer("&C&P / &N")


def _lines(text: str, letters: float) -> int:
    """About how many lines a text takes where so many letters fit on one."""
    return sum(ceil((len(part) + 1) / letters) for part in text.split("\n"))


def _only_day(column: Column, line: Line, text: str) -> date | None:
    """The day, where the cell holds nothing else: a spreadsheet can sort by it."""
    days = {"timeframe": "due_on", "by_when": "by_when"}
    day = line.fields.get(days.get(column.name, ""), "")
    return date.fromisoformat(day) if day and day == text else None
