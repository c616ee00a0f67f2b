"""The week board: what every team has on its sheets, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from actionplans.models import DailySheet, SheetRow
from cohorts.models import Cohort, Team

EMPTY, BEGUN, HANDED_IN = "empty", "begun", "handed-in"


@dataclass(frozen=True)
class Tile:
    """One team, one day: how far its sheet is, and what in it names nobody or no date."""

    day: date
    state: str = EMPTY
    rows: int = 0
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
    lines: list[tuple[Team, list[Tile]]]
    takeaways: list[Takeaway]


def board_of(cohort: Cohort, shown: QuerySet[Team]) -> Board:
    """The board of the `shown` teams of the cohort in two statements, however many they are."""
    teams = list(shown)
    by_id = {team.pk: team for team in teams}
    sheets = [sheet for sheet in _counted(cohort) if sheet.team_id in by_id]
    tiles = {(sheet.team_id, sheet.day): _tile(sheet) for sheet in sheets}
    lines = [
        (team, [tiles.get((team.pk, day), Tile(day)) for day in cohort.days]) for team in teams
    ]
    spoken = [sheet for sheet in sheets if sheet.takeaways]
    spoken.sort(key=lambda sheet: (sheet.day, sheet.pk), reverse=True)
    newest = [Takeaway(by_id[sheet.team_id], sheet.day, sheet.takeaways) for sheet in spoken[:4]]
    return Board(cohort.days, lines, newest)


def _counted(cohort: Cohort) -> list[DailySheet]:
    someone = SheetRow.by_whom.through.objects.filter(sheetrow=OuterRef("pk"))
    loose = (
        SheetRow.objects.live()
        .filter(Q(by_when=None) | ~Exists(someone))
        .exclude(action="", action_kind="")
    )
    living = Q(rows__removed_at=None, rows__isnull=False)
    return list(
        DailySheet.objects.filter(team__cohort=cohort).annotate(
            row_count=Count("rows", filter=living),
            loose_count=Count("rows", filter=Q(rows__in=loose)),
        )
    )


def _tile(sheet: DailySheet) -> Tile:
    rows, loose = sheet.row_count, sheet.loose_count  # type: ignore[attr-defined]
    if sheet.handed_in_at:
        state = HANDED_IN
    elif rows or sheet.takeaways or sheet.action_items:
        state = BEGUN
    else:
        state = EMPTY
    return Tile(sheet.day, state, rows, loose)


def token(cohort: Cohort) -> str:
    """Changes whenever anything on the board does; two statements."""
    sheets = DailySheet.objects.filter(team__cohort=cohort)
    of_sheets = sheets.aggregate(n=Count("pk"), v=Sum("version"), handed=Count("handed_in_at"))
    rows = SheetRow.objects.filter(sheet__team__cohort=cohort)
    of_rows = rows.aggregate(n=Count("pk"), v=Sum("version"))
    of_teams = Team.objects.filter(cohort=cohort).aggregate(n=Count("pk"), last=Max("pk"))
    return "-".join(
        str(number or 0) for found in (of_sheets, of_rows, of_teams) for number in found.values()
    )
