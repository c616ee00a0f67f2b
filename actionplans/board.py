"""The week board: what every team has on its sheets, day by day, and how far its plan is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum

from actionplans.models import Activity, DailySheet, Edit, SheetRow
from cohorts.models import Cohort, Team

LONG_AGO = datetime.min.replace(tzinfo=UTC)
EMPTY, BEGUN, HANDED_IN = "empty", "begun", "handed-in"


@dataclass(frozen=True)
class Tile:
    """One team, one day: how far its sheet is, its actions, and those without who or when."""

    day: date
    state: str = EMPTY
    actions: int = 0
    loose: int = 0


@dataclass(frozen=True)
class Line:
    """A team with its tiles; the activities of its plan, and those without R, A or date."""

    team: Team
    tiles: list[Tile]
    activities: int = 0
    loose: int = 0


@dataclass(frozen=True)
class Takeaway:
    """The newest words of a team's discussion."""

    team: Team
    day: date
    text: str


@dataclass(frozen=True)
class Board:
    """Teams and their tiles in the order of the days, and the newest takeaways."""

    days: list[date]
    lines: list[Line]
    takeaways: list[Takeaway]


def board_of(cohort: Cohort, shown: QuerySet[Team]) -> Board:
    """The board of the `shown` teams of the cohort in three statements, however many they are."""
    teams = list(shown)
    by_id = {team.pk: team for team in teams}
    sheets = [sheet for sheet in _counted(cohort) if sheet.team_id in by_id]
    tiles = {(sheet.team_id, sheet.day): _tile(sheet) for sheet in sheets}
    plans = _plans(cohort)
    lines = [
        Line(
            team,
            [tiles.get((team.pk, day), Tile(day)) for day in cohort.days],
            *plans.get(team.pk, (0, 0)),
        )
        for team in teams
    ]
    spoken = [sheet for sheet in sheets if sheet.takeaways]
    spoken.sort(key=lambda sheet: (sheet.spoken_at or LONG_AGO, sheet.day, sheet.pk), reverse=True)
    newest = [Takeaway(by_id[sheet.team_id], sheet.day, sheet.takeaways) for sheet in spoken[:4]]
    return Board(cohort.days, lines, newest)


def _counted(cohort: Cohort) -> list[Any]:
    someone = SheetRow.by_whom.through.objects.filter(sheetrow=OuterRef("pk"))
    actions = SheetRow.objects.live().exclude(action="", action_kind="")
    loose = actions.filter(Q(by_when=None) | ~Exists(someone))
    words = Edit.objects.filter(
        team=OuterRef("team"),
        table=Edit.Table.SHEET,
        row_id=OuterRef("pk"),
        field="takeaways",
        version__isnull=False,
    )
    return list(
        DailySheet.objects.filter(team__cohort=cohort).annotate(
            row_count=Count("rows", filter=Q(rows__removed_at=None)),
            action_count=Count("rows", filter=Q(rows__in=actions)),
            loose_count=Count("rows", filter=Q(rows__in=loose)),
            spoken_at=Subquery(words.order_by("-at").values("at")[:1]),
        )
    )


def _tile(sheet: Any) -> Tile:
    rows, actions, loose = sheet.row_count, sheet.action_count, sheet.loose_count
    if sheet.handed_in_at:
        state = HANDED_IN
    elif rows or sheet.takeaways or sheet.action_items:
        state = BEGUN
    else:
        state = EMPTY
    return Tile(sheet.day, state, actions, loose)


def _plans(cohort: Cohort) -> dict[int, tuple[int, int]]:
    """By team: the activities that its plan pursues, and how many of them lack R, A or a date."""
    someone = Activity.responsible.through.objects.filter(activity=OuterRef("pk"))
    pursued = Activity.objects.live().exclude(status=Activity.Status.DROPPED)
    dateless = Q(due_on=None, timeframe_note="")
    loose = pursued.filter(Q(accountable=None) | dateless | ~Exists(someone)).order_by()
    found = (
        pursued.filter(milestone__plan__team__cohort=cohort)
        .order_by()
        .values_list("milestone__plan__team")
        .annotate(
            all=Count("pk"), loose=Count("pk", filter=Q(pk__in=loose.order_by().values("pk")))
        )
    )
    return {team: (count, without) for team, count, without in found}


def token(cohort: Cohort) -> str:
    """Changes whenever anything on the board does; four statements."""
    sheets = DailySheet.objects.filter(team__cohort=cohort)
    of_sheets = sheets.aggregate(n=Count("pk"), v=Sum("version"), handed=Count("handed_in_at"))
    rows = SheetRow.objects.filter(sheet__team__cohort=cohort)
    of_rows = rows.aggregate(n=Count("pk"), v=Sum("version"))
    activities = Activity.objects.filter(milestone__plan__team__cohort=cohort)
    of_plans = activities.aggregate(n=Count("pk"), v=Sum("version"))
    of_teams = Team.objects.filter(cohort=cohort).aggregate(n=Count("pk"), last=Max("pk"))
    return "-".join(
        str(number or 0)
        for found in (of_sheets, of_rows, of_plans, of_teams)
        for number in found.values()
    )
