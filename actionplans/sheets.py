"""Daily sheets: one team, one day; begun by the first word, handed in once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.http import Http404

from accounts.models import User
from actionplans import sheet_kinds
from actionplans.cell_inputs import Choices
from actionplans.models import Activity, DailySheet, Edit, SheetRow
from cohorts.access import TEAM
from cohorts.models import Cohort, Person, Session, Team

ROW = Edit.Table.SHEET_ROW
SHEET = Edit.Table.SHEET


@dataclass(frozen=True)
class Page:
    """What a sheet's page shows. A sheet that nobody has begun is not in the database."""

    team: Team
    day: date
    sheet: DailySheet
    rows: list[SheetRow]


def day_of(team: Team, day: date) -> date:
    """The day, if it is one of the team's week; else 404."""
    if not team.cohort.starts_on <= day <= team.cohort.ends_on:
        raise Http404
    return day


def open_page(team: Team, day: date) -> Page:
    """The sheet and its living rows, in three statements however many there are."""
    rows = list(
        SheetRow.objects.live()
        .filter(sheet__team=team, sheet__day=day)
        .select_related("session", "sheet__handed_in_by")
        .annotate(carried_into=carried_into())
        .prefetch_related(Prefetch("by_whom", Person.objects.order_by("name", "pk")))
    )
    for row in rows:
        row.sheet.team = team
    if rows:
        return Page(team, day, rows[0].sheet, rows)
    kept = DailySheet.objects.filter(team=team, day=day).select_related("handed_in_by").first()
    return Page(team, day, kept or DailySheet(team=team, day=day), rows)


def carried_into() -> Subquery:
    """The activity of the plan that a row became, by its id."""
    carried = Activity.objects.live().filter(from_row=OuterRef("pk"))
    return Subquery(carried.values("pk")[:1])


def begin(team: Team, day: date) -> DailySheet:
    """The day's sheet, made when there is none yet. Writes: only for a POST."""
    sheet = DailySheet.objects.get_or_create(team=team, day=day_of(team, day))[0]
    sheet.team = team
    return sheet


def token(team: Team, day: date) -> str:
    """Changes whenever anything on the sheet does; one statement. 404 outside the week."""
    found = (
        DailySheet.objects.filter(team=team, day=day_of(team, day))
        .annotate(rows_count=Count("rows"), rows_version=Sum("rows__version"))
        .annotate(
            carried=Subquery(_carried().values("n")), last=Subquery(_carried().values("last"))
        )
        .values_list("version", "handed_in_at", "rows_count", "rows_version", "carried", "last")
        .first()
    )
    if found is None:
        return "0"
    version, handed_in_at, *numbers = found
    return f"{version}-{handed_in_at is not None:d}-{'-'.join(str(n or 0) for n in numbers)}"


def _carried() -> QuerySet[Any, Any]:
    """How many rows of a sheet stand in the plan, and the activity that came last."""
    rows: QuerySet[Any] = Activity.objects.live().filter(from_row__sheet=OuterRef("pk")).order_by()
    return rows.values("from_row__sheet").annotate(n=Count("pk"), last=Max("pk"))


def hand_in(team: Team, day: date, *, by: User, now: datetime) -> bool:
    """Hand the day's sheet in; was it now? The first time stands, and rows stay open to changes."""
    sheet = begin(team, day)
    open_sheet = DailySheet.objects.filter(pk=sheet.pk, handed_in_at__isnull=True)
    return bool(open_sheet.update(handed_in_at=now, handed_in_by=by))


def row_choices(team: Team, day: date, row: SheetRow | None = None) -> dict[str, Choices]:
    """What a row's cells offer: that day's sessions, breaks excepted, and the program's kinds."""
    sessions = Session.objects.live().filter(cohort=team.cohort_id, day=day)
    sessions = sessions.exclude(kind=Session.Kind.BREAK)
    found = {"session": [(str(session.pk), session.title) for session in sessions]}
    for column in sheet_kinds.SEEDS:
        chosen = getattr(row, column) if row else ""
        found[column] = sheet_kinds.choices(team.cohort.program, column, chosen)
    return found


def is_open(team: Team) -> bool:
    """A closed cohort is read, not written."""
    return team.cohort.state != Cohort.State.CLOSED


def may_write(team: Team) -> bool:
    """The team writes, as long as its cohort is open; everybody else reads."""
    return bool(team.roles & TEAM) and is_open(team)
