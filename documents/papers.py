"""A plan or a daily sheet in the columns of its paper template, and the way back from texts.

A line's `fields` are the canonical texts of its cells (`actionplans/cell_values.py`). A column
shows one or several of them as one text: `text` makes it, `read` takes it apart again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation import gettext as _

from actionplans import people
from actionplans.cell_values import TABLES
from cohorts.models import Person, Team
from documents.words import column_of, plain

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# What stands where a milestone has no title yet: an empty cell would mean the one above.
UNTITLED = "–"


@dataclass(frozen=True)
class Column:
    """A column of the template; `width` is its share of the page in percent."""

    name: str
    heading: Callable[[], str]
    fields: tuple[str, ...]
    width: int
    # Which list of the paper's `choices` it offers.
    offers: str = ""


@dataclass
class Line:
    """A row: its key for the way back, its cells, and whether it opens a milestone."""

    key: str
    fields: dict[str, str]
    row: Any = None
    opens: bool = True


@dataclass
class Read:
    """What a row of a file means, and what is to be told about how it was read."""

    fields: dict[str, str]
    told: list[str] = field(default_factory=list)


class Paper:
    """One table on paper. `table` is its rows' name in the ledger."""

    table: str
    columns: tuple[Column, ...]
    headings: dict[str, str]
    # One more line above the table.
    remark = ""

    def __init__(self, team: Team, lines: list[Line]) -> None:
        self.team = team
        self.lines = lines
        self.is_rtl = get_language_bidi()
        self.language = get_language() or settings.LANGUAGE_CODE

    # What is above and below the table

    @property
    def title(self) -> str:
        raise NotImplementedError

    @property
    def subtitle(self) -> str:
        return f"{self.team.name} · {self.team.cohort.name}"

    @property
    def day(self) -> date | None:
        """The day it is about, or None."""
        return None

    @property
    def below(self) -> list[tuple[str, str]]:
        """Headings and texts under the table."""
        return []

    def advice(self, column: Column) -> str:
        """What a file says beside a cell with a drop-down."""
        if column.offers == "people":
            return _("Choose someone or type names, apart by a semicolon.")
        return _("Choose from the list or type something else.")

    def filename(self, format: str, today: date) -> str:
        """A safe name that says what, whose and of which day."""
        what = slugify(self.title, allow_unicode=True)
        whose = slugify(self.team.name, allow_unicode=True)[:60] or str(self.team.pk)
        return f"{what}-{whose}-{self.day or today}.{format}"

    def choices(self) -> dict[str, list[str]]:
        """What the drop-downs of a file offer, by the column's `offers`."""
        return {"people": [person.name for person in self.people]}

    @cached_property
    def people(self) -> list[Person]:
        return list(Person.objects.of(self.team))

    # From fields to texts and back

    def text(self, column: str, fields: dict[str, str], *, spoken: bool = False) -> str:
        """What the column says, in the active language; `spoken`: with dates as one says them."""
        raise NotImplementedError

    def texts(self, column: str, fields: dict[str, str]) -> Iterator[str]:
        """Everything our files may ever have said in the column for these cells."""
        yield self.text(column, fields)
        for language in LANGUAGES:
            with override(language):
                yield self.text(column, fields)
                yield self.text(column, fields, spoken=True)

    def read(self, raw: dict[str, str]) -> Read:
        """What the texts of a row mean, by column. Columns that are absent leave no field."""
        raise NotImplementedError

    def identity(self, fields: dict[str, str]) -> tuple[str, ...]:
        """What makes two rows without a key the same row."""
        raise NotImplementedError

    def canonical(self, name: str, text: str) -> str:
        """The text of a field as the ledger would have it. Raises Invalid when it cannot stand."""
        cell = TABLES[self.table].cells[name]
        text = cell.tidy(text)
        if cell.control == "people":
            return people.joined_names(people.read_names(text, self.people))
        return text

    def column_named(self, heading: str) -> str | None:
        """The column that a heading names: one of ours in any language, or a word like it."""
        return self._own_headings.get(plain(heading)) or column_of(heading, self.headings)

    @cached_property
    def _own_headings(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for language in LANGUAGES:
            with override(language):
                found |= {plain(column.heading()): column.name for column in self.columns}
        return found

    def column_choices(self) -> list[tuple[str, str]]:
        """What a column of a file may be, in words."""
        return [(column.name, column.heading()) for column in self.columns]

    def label(self, name: str) -> str:
        """What a field is called on screen."""
        return TABLES[self.table].label(name)

    def said(self, name: str, text: str) -> str:
        """A field's text in words for people."""
        return text
