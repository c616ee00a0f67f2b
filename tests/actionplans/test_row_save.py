"""What saving one cell costs: few statements, and an answer of at most 2 KB as it is sent."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans.cell_values import TABLES
from actionplans.models import Activity
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone, make_row
from tests.actionplans.sheeting import save
from tests.factories import make_member, make_outsider, make_session

LIMIT = 2 * 1024
# Statements, with those that ask whose session it is, who that is, and whether it is their team.
MOST = 7
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
# What nobody ever saw in these cells, in their own words.
NEVER_SEEN = {"starts_on": "2026-01-01", "due_on": "2026-01-01", "status": "done"}
# Nobody, a member, an outsider of before, some that are new, and some of each.
NAMED = [
    "",
    "Amara Kollie",
    "Out One",
    "Somebody New",
    "Amara Kollie; Known Person",
    "Out One; Somebody New",
    "Somebody New; Someone Too",
    "Amara Kollie; Known Person; Out Three; Out Two; Somebody New; Someone Too",
]


@pytest.fixture
def activity(team: Team, amara: User) -> Activity:
    return make_activity(make_milestone(team, "A payroll everyone trusts"), **CELLS)


def change(client: Client, team: Team, activity: Activity, field: str, **more: str):
    told = {"table": "activity", "row": activity.pk, "field": field, "seen": CELLS[field].strip()}
    return save(client, team, **told | {"value": NEW[field], "edit_id": str(uuid4())} | more)


def asked_for(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, whose session and team it is among it."""
    marks = ("SAVEPOINT", "RELEASE")
    return [q["sql"] for q in queries if not q["sql"].startswith(marks)]


@pytest.mark.parametrize("field", CELLS)
def test_a_save_is_answered_in_2_kb_and_few_statements(
    team: Team, client: Client, activity: Activity, field: str
) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = change(client, team, activity, field)
    assert answer.json()["outcome"] == "applied"
    assert len(answer.content) + len(str(answer.headers)) <= LIMIT
    assert len(asked_for(queries)) <= MOST, "\n".join(asked_for(queries))


@pytest.mark.parametrize("field", CELLS)
def test_what_changes_nothing_or_meets_another_text_takes_few_statements(
    team: Team, client: Client, activity: Activity, field: str
) -> None:
    told = {"same": CELLS[field], "conflict": NEW[field]}
    seen = {"same": CELLS[field].strip(), "conflict": NEVER_SEEN.get(field, "Never said")}
    for outcome, value in told.items():
        with CaptureQueriesContext(connection) as queries:
            answer = change(client, team, activity, field, value=value, seen=seen[outcome])
        assert answer.json()["outcome"] == outcome
        assert len(asked_for(queries)) <= MOST, "\n".join(asked_for(queries))


@pytest.mark.parametrize("value", NAMED)
@pytest.mark.parametrize("before", ["", "Out One", "Out One; Out Two; Out Three"])
def test_whoever_is_named_a_save_takes_few_statements(
    team: Team, client: Client, before: str, value: str
) -> None:
    activity = make_activity(make_milestone(team), responsible=before)
    make_outsider(team, "Known Person")
    told = {"table": "activity", "row": activity.pk, "field": "responsible", "value": value}
    told["seen"] = TABLES["activity"].cells["responsible"].text_of(activity)
    with CaptureQueriesContext(connection) as queries:
        answer = save(client, team, **told)
    assert answer.json()["outcome"] == ("same" if value == before else "applied")
    named = activity.responsible.order_by("name").values_list("name", flat=True)
    assert "; ".join(named) == answer.json()["text"] == value
    assert len(asked_for(queries)) <= MOST, "\n".join(asked_for(queries))


@pytest.mark.parametrize("value", ["", "Amara Kollie", "Known Person", "Somebody New"])
@pytest.mark.parametrize("before", ["", "Out One"])
def test_whoever_is_accountable_a_save_takes_few_statements(
    team: Team, client: Client, before: str, value: str
) -> None:
    activity = make_activity(make_milestone(team), accountable=before)
    make_outsider(team, "Known Person")
    told = {"table": "activity", "row": activity.pk, "field": "accountable", "seen": before}
    with CaptureQueriesContext(connection) as queries:
        answer = save(client, team, **told, value=value)
    assert answer.json()["outcome"] == ("same" if value == before else "applied")
    activity.refresh_from_db()
    assert str(activity.accountable or "") == value
    assert len(asked_for(queries)) <= MOST, "\n".join(asked_for(queries))


def test_a_row_of_a_sheet_and_what_a_cell_refers_to_take_few_statements(
    team: Team, client: Client
) -> None:
    first, second = (make_milestone(team, title) for title in ("First", "Second"))
    activity = make_activity(first)
    row = make_row(team, by_whom="Out One; Out Two")
    session = make_session(team.cohort)
    moved = {"table": "activity", "row": activity.pk, "field": "milestone", "value": second.pk}
    chosen = {"table": "sheetrow", "row": row.pk, "field": "session", "value": session.pk}
    asked = [
        (moved | {"seen": first.pk}, "applied"),
        (moved | {"seen": second.pk}, "same"),
        (moved | {"seen": 0, "value": first.pk}, "conflict"),
        (chosen, "applied"),
        (chosen | {"value": "", "seen": 0}, "conflict"),
        ({"row": row.pk, "field": "by_whom", "value": "X", "seen": "Out One; Out Two"}, "applied"),
        ({"row": row.pk, "field": "by_whom", "value": "Y", "seen": "Z"}, "conflict"),
        ({"row": row.pk, "field": "action_kind", "value": "", "seen": "?"}, "same"),
    ]
    for told, outcome in asked:
        with CaptureQueriesContext(connection) as queries:
            answer = save(client, team, **told)
        assert answer.json()["outcome"] == outcome
        assert len(asked_for(queries)) <= MOST, "\n".join(asked_for(queries))


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
