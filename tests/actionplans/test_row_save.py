"""What saving one cell costs: few statements, and an answer of at most 2 KB as it is sent."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans.models import Activity
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone
from tests.actionplans.sheeting import save
from tests.factories import make_member

LIMIT = 2 * 1024
# Cells that name people ask who the team's people are, and read, lock and write whom they named.
PEOPLE = {"accountable": 11, "responsible": 14, "consulted": 13, "informed": 13}
# Every cell as long as they get in plans of governments.
WORDS = "Sit down with the county, the union and the auditor general, and agree on one list. " * 4
CELLS = {
    "text": WORDS,
    "responsible": "; ".join(f"Honourable Minister Number {n} of Many" for n in range(8)),
    "accountable": "The Deputy Minister for Administration",
    "consulted": "; ".join(f"Consulted Person {n}" for n in range(6)),
    "informed": "; ".join(f"Informed Person {n}" for n in range(6)),
    "starts_on": "2026-07-01",
    "due_on": "2026-12-15",
    "timeframe_note": "after the rains",
    "status": "on_track",
    "comments": WORDS,
}
NEW = CELLS | {
    "accountable": "Amara Kollie",
    "responsible": CELLS["responsible"] + "; One More",
    "consulted": "Amara Kollie",
    "informed": "Amara Kollie",
    "text": WORDS + "At once.",
    "comments": "\n".join([WORDS, "At once."]),
    "starts_on": "2026-08-01",
    "due_on": "2027-01-15",
    "timeframe_note": "before the rains",
    "status": "stuck",
}


@pytest.fixture
def activity(team: Team, amara: User) -> Activity:
    return make_activity(make_milestone(team, "A payroll everyone trusts"), **CELLS)


def change(client: Client, team: Team, activity: Activity, field: str, **more: str):
    told = {"table": "activity", "row": activity.pk, "field": field, "seen": CELLS[field].strip()}
    return save(client, team, **told | {"value": NEW[field], "edit_id": str(uuid4())} | more)


@pytest.mark.parametrize("field", CELLS)
def test_a_save_is_answered_in_2_kb_and_few_statements(
    team: Team, client: Client, activity: Activity, field: str
) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = change(client, team, activity, field)
    assert answer.json()["outcome"] == "applied"
    assert len(answer.content) + len(str(answer.headers)) <= LIMIT
    marks = ("SAVEPOINT", "RELEASE")
    asked = [q["sql"] for q in queries if not q["sql"].startswith(marks)]
    assert len(asked) <= PEOPLE.get(field, 7), "\n".join(asked)


def test_a_conflict_with_its_box_is_answered_in_2_kb(
    team: Team, client: Client, activity: Activity, sign_in
) -> None:
    other = sign_in(make_member(team))
    change(other, team, activity, "due_on")
    told = {"HTTP_ACCEPT_ENCODING": "gzip"}
    client.defaults |= told
    answer = change(client, team, activity, "due_on", value="2027-02-01")
    assert answer.status_code == 409
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) <= LIMIT
