"""The poll of the plan notices all that the page shows, also what stands beside the cells."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from actionplans import cells, plans
from actionplans.baseline import sign_off
from actionplans.models import Activity
from cohorts.models import Person, Team
from tests.actionplans.planning import SCRIPT, make_milestone, make_row, url, write
from tests.factories import NOON


@pytest.fixture
def activity(team: Team, amara: User) -> Activity:
    row = make_row(team, action="Count them")
    found = cells.create_row(
        make_milestone(team),
        table="activity",
        edit_id=uuid4(),
        initial={"text": "Count them", "accountable": "Hon. Weah", "due_on": "2026-07-01"},
        by=amara,
        now=NOON,
        from_row=row,
    )
    sign_off(team, by=amara, now=NOON)
    write(team, found, amara, due_on="2026-08-01")
    return found


def a_reason(client: Client, team: Team, activity: Activity) -> None:
    sent = {"activity": activity.pk, "form_id": str(uuid4()), "text": "The rains came"}
    client.post(url(team, "since-baseline/"), sent)


def it_is_known(client: Client, team: Team, activity: Activity) -> None:
    person = Person.objects.get(name="Hon. Weah")
    sent = {"person": person.pk, "asked": activity.pk, "known": activity.pk}
    client.post(url(team, "outsiders/"), sent | {f"p{person.pk}-contact": ""})


def a_contact(client: Client, team: Team, activity: Activity) -> None:
    person = Person.objects.get(name="Hon. Weah")
    sent = {"person": person.pk, f"p{person.pk}-contact": "weah@example.org"}
    client.post(url(team, "outsiders/"), sent)


def the_sheet_moves_on(client: Client, team: Team, activity: Activity) -> None:
    row = activity.from_row
    assert row
    fields = {"table": "sheetrow", "row": row.pk, "field": "action", "edit_id": str(uuid4())}
    client.post(f"/teams/{team.pk}/cells/", fields | {"value": "Pay", "seen": "Count them"})


@pytest.mark.parametrize(
    ("happens", "shows"),
    [
        (a_reason, "The rains came"),
        (it_is_known, "not in the team; knows"),
        (a_contact, ""),
        (the_sheet_moves_on, "The sheet says something else since."),
    ],
)
def test_the_poll_tells_what_is_answered_beside_the_cells(
    happens: Callable[[Client, Team, Activity], None],
    shows: str,
    team: Team,
    client: Client,
    activity: Activity,
) -> None:
    def ask(known: str = "") -> tuple[int, str, dict[str, dict[str, str]]]:
        headers = SCRIPT["headers"] | ({"If-None-Match": known} if known else {})
        answer = client.get(url(team, "changes/"), headers=headers)
        parts = answer.json()["parts"] if answer.status_code == 200 else []
        return (
            answer.status_code,
            answer.headers.get("ETag", ""),
            {part["id"]: part for part in parts},
        )

    _status, tag, before = ask()
    assert ask(tag)[0] == 304
    happens(client, team, activity)
    status, _tag, after = ask(tag)
    line = f"activity-{activity.pk}"
    assert status == 200
    assert shows in after[line]["html"]
    # The page draws a line anew when its version is another.
    assert before[line]["version"] != after[line]["version"]


def test_asking_whether_the_plan_changed_takes_one_statement(
    team: Team, activity: Activity, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        plans.page_token(team)
