"""What the tests of the action plan make."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from accounts.models import User
from actionplans import cells, plans
from actionplans.models import Activity, DailySheet, Milestone, SheetRow
from cohorts.models import Team
from tests.factories import MONDAY, NOON

SCRIPT: dict[str, Any] = {"headers": {"X-Requested-With": "fetch"}}


def make_milestone(
    team: Team, title: str = "A payroll everyone trusts", by: User | None = None
) -> Milestone:
    return cells.create_row(
        plans.plan_of(team),
        table="milestone",
        edit_id=uuid4(),
        initial={"title": title},
        by=by,
        now=NOON,
    )


def make_activity(
    milestone: Milestone, text: str = "Count every civil servant", **initial: str
) -> Activity:
    return cells.create_row(
        milestone,
        table="activity",
        edit_id=uuid4(),
        initial={"text": text} | initial,
        by=None,
        now=NOON,
    )


def make_row(team: Team, day: object = MONDAY, **initial: str) -> SheetRow:
    sheet, _made = DailySheet.objects.get_or_create(team=team, day=day)
    return cells.create_row(
        sheet, table="sheetrow", edit_id=uuid4(), initial=initial, by=None, now=NOON
    )


def write(team: Team, row: Milestone | Activity, by: User, now: datetime = NOON, **values: str):
    """Save cells of a row, whatever they hold."""
    table = str(row._meta.model_name)
    row = type(row).objects.get(pk=row.pk)
    for field, value in values.items():
        seen = cells.TABLES[table].cells[field].text_of(row)
        cells.save_cell(
            team,
            table=table,
            row_id=row.pk,
            field=field,
            value=value,
            seen=seen,
            edit_id=uuid4(),
            by=by,
            now=now,
        )


def url(team: Team, rest: str = "") -> str:
    return f"/teams/{team.pk}/plan/{rest}"
