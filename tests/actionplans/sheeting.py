"""What tests do to a team's sheet over HTTP."""

from __future__ import annotations

from uuid import uuid4

from django.test import Client

from accounts.models import User
from actionplans import cells
from actionplans.models import DailySheet, SheetRow
from cohorts.models import Team
from tests.factories import MONDAY, NOON

SCRIPT = {"headers": {"X-Requested-With": "fetch"}}


def make_row(team: Team, by: User, **initial: str) -> SheetRow:
    sheet, _ = DailySheet.objects.get_or_create(team=team, day=MONDAY)
    return cells.create_row(
        sheet, table="sheetrow", edit_id=uuid4(), initial=initial, by=by, now=NOON
    )


def url(team: Team, rest: str = "") -> str:
    return f"/teams/{team.pk}/sheets/{MONDAY}/{rest}"


def save(client: Client, team: Team, **sent: object):
    fields = {"table": "sheetrow", "edit_id": str(uuid4()), "seen": ""} | sent
    return client.post(f"/teams/{team.pk}/cells/", fields, **SCRIPT)
