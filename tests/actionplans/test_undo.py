"""Undo and redo of one's own last edits, from the ledger."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from actionplans import ledger
from actionplans.models import Edit, SheetRow
from actionplans.undo_models import Turn
from cohorts.models import Team
from tests.actionplans import planning
from tests.actionplans.planning import make_activity, make_milestone
from tests.actionplans.sheeting import SCRIPT, make_row, save
from tests.factories import MONDAY, NOON, make_member


@pytest.fixture(autouse=True)
def clock():
    """Each request has a moment of its own, as in life."""
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False) as traveller:
        yield traveller


@pytest.fixture
def row(team: Team) -> SheetRow:
    # Made by nobody of the team, so that it is not what is undone.
    return planning.make_row(team, action="Count")


def write(clock, client: Client, team: Team, row: SheetRow, value: str, seen: str) -> None:
    clock.shift(60)
    assert save(client, team, row=row.pk, field="action", value=value, seen=seen).status_code == 200


def turn(clock, client: Client, team: Team, do: str = "undo", **more: str):
    clock.shift(60)
    sent = {"do": do, "place": MONDAY.isoformat(), "edit_id": str(uuid4())} | more
    return client.post(f"/teams/{team.pk}/undo/", sent, **SCRIPT)


def text(row: SheetRow) -> str:
    return SheetRow.objects.get(pk=row.pk).action


def test_edits_are_undone_one_after_the_other_and_done_again(clock, client, team, row) -> None:
    write(clock, client, team, row, "Count all", "Count")
    write(clock, client, team, row, "Count them all", "Count all")
    found = [text(row)]
    for do in ("undo", "undo", "undo", "redo", "undo", "redo", "redo", "redo"):
        turn(clock, client, team, do)
        found.append(text(row))

    all_, them, first = "Count all", "Count them all", "Count"
    assert found == [them, all_, first, first, all_, first, all_, them, them]
    assert ledger.replay(team) == ledger.snapshot(team)


def test_a_new_edit_after_an_undo_leaves_nothing_to_redo(clock, client, team, row) -> None:
    write(clock, client, team, row, "Count all", "Count")
    turn(clock, client, team)
    write(clock, client, team, row, "Meet", "Count")
    assert turn(clock, client, team, "redo").status_code == 422
    assert text(row) == "Meet"
    turn(clock, client, team)
    assert text(row) == "Count"


def test_an_undo_that_is_sent_twice_is_one(clock, client, team, row) -> None:
    write(clock, client, team, row, "Count all", "Count")
    write(clock, client, team, row, "Count them all", "Count all")
    once = str(uuid4())
    answers = [turn(clock, client, team, edit_id=once).json()["kept"] for _ in range(2)]
    assert (answers, text(row), Turn.objects.count()) == ([1, 1], "Count all", 1)


def test_what_someone_else_changed_since_is_not_touched(clock, client, team, row, sign_in) -> None:
    write(clock, client, team, row, "Count all", "Count")
    other = sign_in(make_member(team))
    write(clock, other, team, row, "Theirs", "Count all")
    told = turn(clock, client, team).json()

    assert (told["conflicts"], text(row)) == (1, "Theirs")
    assert "waits for your choice" in told["html"]
    assert turn(clock, other, team).status_code == 200
    assert text(row) == "Count all"


def test_a_row_one_added_goes_and_comes_back_with_its_words(
    clock, client, team, amara: User, sign_in
) -> None:
    sent = {"edit_id": str(uuid4()), "action": "Meet", "by_whom": "Mama Njeri"}
    client.post(f"/teams/{team.pk}/sheets/{MONDAY}/rows/", sent)
    turn(clock, client, team)
    assert not SheetRow.objects.live().exists()
    turn(clock, client, team, "redo")
    back = SheetRow.objects.live().get()
    assert (back.action, back.by_whom.get().name) == ("Meet", "Mama Njeri")

    write(clock, sign_in(make_member(team)), team, back, "Meet them", "Meet")
    answer = turn(clock, client, team)
    assert "stays" in answer.json()["message"]
    assert SheetRow.objects.live().exists()


def test_a_row_one_removed_or_moved_is_put_back(clock, client, team, amara: User) -> None:
    first, second = make_row(team, amara, action="A"), make_row(team, amara, action="B")
    at = f"/teams/{team.pk}/rows/{first.pk}/"
    for do in ("down", "remove"):
        clock.shift(60)
        client.post(at, {"do": do}, **SCRIPT)
    turn(clock, client, team)
    assert list(SheetRow.objects.live()) == [second, first]
    turn(clock, client, team)
    assert list(SheetRow.objects.live()) == [first, second]
    assert not Edit.objects.filter(outcome="conflict").exists()


def test_only_what_the_page_shows_is_undone(clock, client, team, amara: User, row) -> None:
    activity = make_activity(make_milestone(team))
    write(clock, client, team, row, "Count all", "Count")
    clock.shift(60)
    save(client, team, table="activity", row=activity.pk, field="comments", value="Ask")
    turn(clock, client, team)
    assert text(row) == "Count"
    turn(clock, client, team, place="plan")
    activity.refresh_from_db()
    assert activity.comments == ""
    assert turn(clock, client, team, place="plan").json()["message"]


def test_without_a_script_the_page_says_what_happened(clock, client, team, row) -> None:
    write(clock, client, team, row, "Count all", "Count")
    sent = {"do": "undo", "place": MONDAY.isoformat(), "edit_id": str(uuid4())}
    page = client.post(f"/teams/{team.pk}/undo/", sent, follow=True)
    assert "Undone." in page.content.decode()
    assert client.post(f"/teams/{team.pk}/undo/", sent | {"place": "x"}).status_code == 404


def test_a_milestone_goes_and_comes_back_with_its_activities(clock, client, team, amara) -> None:
    milestone = make_milestone(team)
    activity = make_activity(milestone)
    clock.shift(60)
    client.post(f"/teams/{team.pk}/plan/milestones/{milestone.pk}/", {"do": "remove"}, **SCRIPT)
    activity.refresh_from_db()
    assert activity.removed_at
    turn(clock, client, team, place="plan")
    for one in (milestone, activity):
        one.refresh_from_db()
        assert one.removed_at is None
