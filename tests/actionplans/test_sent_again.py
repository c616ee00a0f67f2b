"""What a page kept while there was no line: sent twice it is once, and it knows its own words."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from actionplans.models import Activity, Edit, Milestone, SheetRow
from cohorts.models import Team
from tests.actionplans.planning import SCRIPT, make_activity, make_milestone, url
from tests.actionplans.sheeting import make_row, save
from tests.factories import MONDAY, make_member, make_team


def press(client: Client, address: str, do: str, edit_id: str):
    return client.post(address, {"do": do, "edit_id": edit_id}, **SCRIPT)


@pytest.mark.parametrize("what", ["row", "activity", "milestone"])
def test_a_removal_that_is_sent_again_does_not_undo_what_came_between(
    team: Team, amara: User, client: Client, what: str
) -> None:
    milestone = make_milestone(team)
    activity = make_activity(milestone)
    row = make_row(team, amara, action="Count")
    address = {
        "row": f"/teams/{team.pk}/rows/{row.pk}/",
        "activity": url(team, f"activities/{activity.pk}/"),
        "milestone": url(team, f"milestones/{milestone.pk}/"),
    }[what]
    thing = {"row": row, "activity": activity, "milestone": milestone}[what]
    first = str(uuid4())
    assert "removed" in press(client, address, "remove", first).json()["html"]
    thing.refresh_from_db()
    assert thing.removed_at
    back = str(uuid4())
    assert press(client, address, "restore", back).status_code == 204
    count = Edit.objects.count()
    # The replies were lost: the queue sends both again.
    assert press(client, address, "remove", first).status_code == 200
    assert press(client, address, "restore", back).status_code == 204
    thing.refresh_from_db()
    activity.refresh_from_db()
    assert thing.removed_at is None
    assert activity.removed_at is None
    assert Edit.objects.count() == count


@pytest.mark.parametrize("do", ["up", "duplicate"])
def test_a_move_and_a_double_sent_again_are_once(
    team: Team, amara: User, client: Client, do: str
) -> None:
    make_row(team, amara, action="A")
    row = make_row(team, amara, action="B")
    address, edit_id = f"/teams/{team.pk}/rows/{row.pk}/", str(uuid4())
    for _time in range(2):
        assert press(client, address, do, edit_id).status_code == 204
    shown = [row.action for row in SheetRow.objects.order_by("position")]
    assert shown == {"up": ["B", "A"], "duplicate": ["A", "B", "B"]}[do]


def test_a_closed_cohort_says_why_a_row_stays(team: Team, amara: User, client: Client) -> None:
    row = make_row(team, amara, action="A")
    type(team.cohort).objects.update(state="closed")
    answer = press(client, f"/teams/{team.pk}/rows/{row.pk}/", "remove", str(uuid4()))
    assert answer.status_code == 422
    assert "This cohort is closed" in answer.json()["message"]


def test_a_plan_grows_by_rows_that_the_page_began(team: Team, client: Client) -> None:
    milestone, activity = str(uuid4()), str(uuid4())
    told = {"table": "activity", "row": "new", "key": activity, "milestone": milestone}
    # The milestone has no name yet: the activity below it brings it.
    for field, value in (("text", "Count them"), ("comments", "By hand")):
        assert save(client, team, **told, field=field, value=value).status_code == 200
    named = {"table": "milestone", "row": "new", "key": milestone}
    assert save(client, team, **named, field="title", value="A payroll").status_code == 200
    found = Activity.objects.get()
    assert (found.text, found.comments, found.milestone.title) == (
        "Count them",
        "By hand",
        "A payroll",
    )
    block = {"id": str(uuid4()), "table": "activity", "pasted": True}
    block["rows"] = [{"key": str(uuid4()), "milestone": milestone, "cells": {"text": "Pay them"}}]
    client.post(f"/teams/{team.pk}/block/", {"block": json.dumps(block)}, **SCRIPT)
    assert [a.text for a in Milestone.objects.get().activities.all()] == ["Count them", "Pay them"]


def test_new_activities_need_a_milestone_of_the_own_team(team: Team, client: Client) -> None:
    other = make_milestone(make_team())
    for name in ("", "x", str(other.pk)):
        told = {"table": "activity", "row": "new", "key": str(uuid4()), "milestone": name}
        assert save(client, team, **told, field="text", value="Ours").status_code == 404
    assert not Activity.objects.exists()


def paste(client: Client, team: Team, row: SheetRow, text: str, after: list[str]) -> dict:
    cells = {"row": row.pk, "version": row.version, "cells": {"by_when": text}}
    block = {"id": str(uuid4()), "table": "sheetrow", "day": str(MONDAY), "pasted": True}
    block |= {"rows": [cells], "after": after}
    sent = client.post(f"/teams/{team.pk}/block/", {"block": json.dumps(block)}, **SCRIPT)
    return sent.json() | {"id": block["id"]}


def test_who_writes_after_their_own_words_that_still_wait_meets_nobody(
    team: Team, amara: User, client: Client
) -> None:
    """A cell, a block over it, a block over that, and a cell again: the page saw each of them."""
    row = make_row(team, amara, action="A")
    cell = str(uuid4())
    told = {"row": row.pk, "field": "by_when"}
    save(client, team, **told, value="in 2 weeks", edit_id=cell)
    first = paste(client, team, row, "15/03/2027", [cell])
    second = paste(client, team, row, "16/03/2027", [cell, first["id"]])
    assert (first["conflicts"], second["conflicts"]) == (0, 0)
    after = f"{first['id']},{second['id']}"
    last = save(client, team, **told, value="17/03/2027", seen="16/03/2027", after=after)
    assert last.status_code == 200
    assert SheetRow.objects.get().by_when.isoformat() == "2027-03-17"


def test_what_someone_else_wrote_meanwhile_is_still_a_conflict(
    team: Team, amara: User, client: Client, sign_in
) -> None:
    row = make_row(team, amara, action="A")
    other = sign_in(make_member(team))
    cell = str(uuid4())
    told = {"row": row.pk, "field": "by_when"}
    save(client, team, **told, value="2027-03-14", edit_id=cell)
    save(other, team, **told, value="2027-04-01", seen="2027-03-14")
    assert paste(client, team, row, "15/03/2027", [cell])["conflicts"] == 1
    assert SheetRow.objects.get().by_when.isoformat() == "2027-04-01"
