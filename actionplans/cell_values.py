"""What each cell of a shared row may hold, and its canonical text.

The ledger and `cells.py` speak of a cell's value as text: a date as ISO, a choice or a reference
as its value, people as their names. "" is an empty cell. Pages show a date in words (`shown`) and
send it back so, or as people say dates (`as_said`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans import people, said_dates, sheet_kinds
from actionplans.invalid import Invalid
from actionplans.models import Activity, DailySheet, Edit, Milestone, SharedRow, SheetRow
from coalitions.days import in_words
from cohorts.models import Person, Session, Team


class Cell:
    """Plain text of any length a person would type.

    `merges`: what two people wrote in it at once may become one text. Never a name, a date, a
    choice: half of one and half of another is neither.
    """

    control = "text"
    longest = 10_000

    @property
    def merges(self) -> bool:
        return type(self) is Cell

    def __init__(self, field: str, *, default: str = "") -> None:
        self.field = field
        self.default = default

    def along(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """`rows`, read along with what this cell needs to parse and to name its values."""
        return rows

    def tidy(self, text: str) -> str:
        """The text with one kind of line end and nothing around it; never raises."""
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()

    def as_said(self, text: str, team: Team, now: datetime) -> str:
        """The tidy text of what a person wrote at `now`. Raises Invalid for what is unclear."""
        return self.tidy(text)

    def shown(self, text: str) -> str:
        """The canonical `text` as an input of a page shows it; `tidy` reads it back."""
        return text

    def parse(self, text: str, team: Team, row: Any) -> Any:
        """What the tidy `text` means in this cell of `row`; Invalid when it cannot stand there.

        For a row that is about to be made, `row` is its parent.
        """
        if len(text) > self.longest:
            raise Invalid(
                _("This text is too long: a cell holds up to %(most)d letters."),
                params={"most": self.longest},
            )
        return self.to_column(text)

    def to_column(self, text: str) -> Any:
        """The column's value for a tidy text; ValueError when there is none."""
        return text

    def text_of(self, row: Any) -> str:
        """The canonical text of this cell of `row`."""
        return getattr(row, self.field)

    def holds(self, row: Any, meant: Any, text: str) -> bool:
        """Does the cell of `row` hold already what was meant by `text`?"""
        return self.text_of(row) == text

    def shows(self, row: Any, seen: str) -> bool:
        """Does the column of `row` hold what was `seen`, as the database would compare it?"""
        try:
            return getattr(row, row._meta.get_field(self.field).attname) == self.to_column(seen)
        except ValueError:
            return False  # no cell ever showed that

    def called(self, row: Any, meant: Any) -> dict[str, str] | None:
        """What this cell's values, that of `row` and the one meant, are called; None for texts."""
        return None


class ChoiceCell(Cell):
    """One of a few values; may be empty unless it has a default."""

    control = "choice"

    def __init__(self, field: str, choices: type[models.TextChoices], *, default: str = "") -> None:
        super().__init__(field, default=default)
        self.choices = choices

    def parse(self, text: str, team: Team, row: Any) -> str:
        if text not in self.choices.values and (text or self.default):
            raise Invalid(_("Choose one of the values in the list."))
        return text


class KindCell(Cell):
    """A kind of the program's daily sheets; a retired one too, where someone had it before them."""

    control = "choice"

    def parse(self, text: str, team: Team, row: Any) -> str:
        codes = {kind.code for kind in sheet_kinds.kinds_of(team.cohort.program, self.field)}
        if text and text not in codes:
            raise Invalid(_("Choose one of the values in the list."))
        return text


class DayCell(Cell):
    """A date; in a daily sheet none before the week."""

    control = "day"

    def __init__(self, field: str, *, after_start: bool = False) -> None:
        super().__init__(field)
        self.after_start = after_start

    def parse(self, text: str, team: Team, row: Any) -> date | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise said_dates.unclear() from None
        if not 2000 <= day.year < 2100:
            raise Invalid(_("Is the year right? Give a date between 2000 and 2099."))
        if self.after_start and day < team.cohort.starts_on:
            raise Invalid(
                _("This date is before your week began, %(day)s. Choose a later one."),
                params={"day": in_words(team.cohort.starts_on)},
            )
        return day

    def tidy(self, text: str) -> str:
        text = super().tidy(text)
        day = said_dates.full(text) if text else None
        return day.isoformat() if day else text

    def as_said(self, text: str, team: Team, now: datetime) -> str:
        text = super().tidy(text)
        return said_dates.read(text, now.astimezone(team.zone).date()).isoformat() if text else ""

    def shown(self, text: str) -> str:
        day = said_dates.full(text) if text else None
        return said_dates.shown(day) if day else text

    def to_column(self, text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    def text_of(self, row: Any) -> str:
        value = getattr(row, self.field)
        return value.isoformat() if value else ""


class NumberCell(Cell):
    """A place in the order, from 0."""

    def parse(self, text: str, team: Team, row: Any) -> Any:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise Invalid(_("This is not a number."))
        return int(text)

    def to_column(self, text: str) -> int | None:
        return int(text) if text else None

    def text_of(self, row: Any) -> str:
        return str(getattr(row, self.field))


class KeyCell(NumberCell):
    """A reference; the text is the id of what it refers to."""

    control = "choice"

    def text_of(self, row: Any) -> str:
        key = getattr(row, f"{self.field}_id")
        return "" if key is None else str(key)


class ReferenceCell(KeyCell):
    """A reference to one of a few things; `known` are those it may refer to."""

    required: bool
    absent: Any

    def called(self, row: Any, meant: Any) -> dict[str, str]:
        return {str(one.pk): str(one) for one in (getattr(row, self.field), meant) if one}

    def known(self, team: Team, row: Any) -> models.QuerySet[Any]:
        """What the cell of `row` may refer to now."""
        raise NotImplementedError

    def parse(self, text: str, team: Team, row: Any) -> Any:
        return self.pick(text, self.known(team, row))

    def pick(self, text: str, known: Iterable[Any]) -> Any:
        """The one of `known` that `text` refers to. Raises Invalid."""
        if not text and not self.required:
            return None
        found = next((one for one in known if str(one.pk) == text), None)
        if found is None:
            raise Invalid(str(self.absent))
        return found


class SessionCell(ReferenceCell):
    """A session of that day's agenda, breaks excepted."""

    required = False
    absent = gettext_lazy("This session is no longer in the day's agenda. Choose another.")

    def along(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return rows.select_related("session", "sheet")

    def known(self, team: Team, row: SheetRow | DailySheet) -> models.QuerySet[Session]:
        sheet = row if isinstance(row, DailySheet) else row.sheet
        sessions = Session.objects.live().filter(cohort=team.cohort_id, day=sheet.day)
        return sessions.exclude(kind=Session.Kind.BREAK)


class MilestoneCell(ReferenceCell):
    """The milestone an activity stands under."""

    required = True
    absent = gettext_lazy("This milestone is no longer in the plan. Choose another.")

    def along(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return rows.select_related("milestone")

    def known(self, team: Team, row: Any) -> models.QuerySet[Milestone]:
        return Milestone.objects.live().filter(plan__team=team)


class PeopleCell(Cell):
    """People of the team by name, in alphabetical order."""

    control = "people"

    def parse(self, text: str, team: Team, row: Any) -> list[Person | str]:
        return self.pick(text, Person.objects.filter(team=team))

    def pick(self, text: str, known: Iterable[Person]) -> list[Person | str]:
        """Whom `text` names, of `known` or new. Raises Invalid."""
        return people.read_names(text, known)

    def text_of(self, row: Any) -> str:
        return people.joined(getattr(row, self.field).all())

    def put(self, row: Any, found: list[Person]) -> None:
        """Write whom the cell of a row that is just made names."""
        getattr(row, self.field).set(found)


class OnePersonCell(PeopleCell):
    """Exactly one person, or nobody yet."""

    def pick(self, text: str, known: Iterable[Person]) -> list[Person | str]:
        found = super().pick(text, known)
        if len(found) > 1:
            raise Invalid(
                _("Exactly one person is accountable; this names %(count)d. Keep one of them."),
                params={"count": len(found)},
            )
        return found

    def text_of(self, row: Any) -> str:
        person = getattr(row, self.field)
        return person.name if person else ""

    def holds(self, row: Any, meant: list[Person | str], text: str) -> bool:
        return [person for person in [getattr(row, self.field)] if person] == meant

    def put(self, row: Any, found: list[Person]) -> None:
        type(row).objects.filter(pk=row.pk).update(**{self.field: found[0] if found else None})


@dataclass(frozen=True)
class Table:
    """A table of shared rows: its model, the way from a row to its team and parent, its cells."""

    model: Any
    team: str
    parent: str
    cells: dict[str, Cell]

    @property
    def removable(self) -> bool:
        return issubclass(self.model, SharedRow)

    def shown(self, row: Any) -> dict[str, str]:
        """The texts of a row's cells as a page shows them, by field."""
        return {name: cell.shown(cell.text_of(row)) for name, cell in self.cells.items()}

    def label(self, field: str) -> str:
        """What the cell is called on screen."""
        return str(capfirst(self.model._meta.get_field(field).verbose_name))


def _table(model: Any, team: str, *cells: Cell) -> Table:
    """`team` is the way to the team as a lookup; its first step is the row's parent."""
    return Table(model, team, team.split("__")[0], {cell.field: cell for cell in cells})


TABLES: dict[str, Table] = {
    Edit.Table.SHEET: _table(DailySheet, "team", Cell("takeaways"), Cell("action_items")),
    Edit.Table.SHEET_ROW: _table(
        SheetRow,
        "sheet__team",
        SessionCell("session"),
        KindCell(sheet_kinds.MILESTONE),
        Cell("milestone"),
        KindCell(sheet_kinds.ACTION),
        Cell("action"),
        PeopleCell("by_whom"),
        DayCell("by_when", after_start=True),
        NumberCell("position", default="0"),
    ),
    Edit.Table.MILESTONE: _table(
        Milestone, "plan__team", Cell("title"), NumberCell("position", default="0")
    ),
    Edit.Table.ACTIVITY: _table(
        Activity,
        "milestone__plan__team",
        Cell("text"),
        PeopleCell("responsible"),
        OnePersonCell("accountable"),
        PeopleCell("consulted"),
        PeopleCell("informed"),
        DayCell("starts_on"),
        DayCell("due_on"),
        Cell("timeframe_note"),
        Cell("comments"),
        ChoiceCell("status", Activity.Status, default=Activity.Status.NOT_STARTED),
        MilestoneCell("milestone"),
        NumberCell("position", default="0"),
    ),
}


def rows_of(team: Team, table: str) -> models.QuerySet[Any]:
    """The team's rows of one table, removed ones too."""
    return TABLES[table].model.objects.filter(**{TABLES[table].team: team})
