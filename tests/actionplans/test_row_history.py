"""The history of a row, and where it stands: every text can be written again."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from actionplans import cells
from actionplans.models import Activity, Edit, SheetRow
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone, write
from tests.actionplans.sheeting import SCRIPT, make_row, save
from tests.factories import NOON, make_member


def at(team: Team, table: str, row: SheetRow | Activity) -> str:
    return f"/teams/{team.pk}/history/{table}/{row.pk}/"


def look(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_who_wrote_what_and_when_is_told_newest_first(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara, action="Count")
    save(client, team, row=row.pk, field="action", value="Count all", seen="Count")
    save(client, team, row=row.pk, field="by_when", value="2 July 2026")
    save(client, team, row=row.pk, field="action", value="Late", seen="Count")
    cells.remove_row(team, table="sheetrow", row_id=row.pk, edit_id=uuid4(), by=amara, now=NOON)
    told = look(client, at(team, "sheetrow", row))

    order = ["Row removed", "came too late", "2 Jul 2026", "Count Count all", "Row added"]
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    assert "Amara Kollie" in told


def test_an_activity_tells_names_and_not_numbers(team: Team, amara: User, client: Client) -> None:
    first, second = make_milestone(team, "First step"), make_milestone(team, "Second step")
    activity = make_activity(first)
    write(team, activity, amara, milestone=str(second.pk), status="stuck", accountable="Njeri")
    told = look(client, at(team, "activity", activity))
    for words in ("First step Second step", "not started stuck", "Njeri"):
        assert words in told


def test_an_earlier_text_is_written_again_as_a_new_edit(
    team: Team, amara: User, client: Client
) -> None:
    row = make_row(team, amara, action="Count")
    save(client, team, row=row.pk, field="action", value="Nonsense", seen="Count")
    first = Edit.objects.get(row_id=row.pk, field="action", value="Count")
    sent = {"earlier": str(first.edit_id), "edit_id": str(uuid4())}
    before = Edit.objects.count()
    page = client.post(at(team, "sheetrow", row), sent | {"seen": "Nonsense"}, follow=True)
    assert "It stands there again" in page.content.decode()
    row.refresh_from_db()
    assert (row.action, Edit.objects.count()) == ("Count", before + 1)

    save(client, team, row=row.pk, field="action", value="Theirs", seen="Count")
    sent["edit_id"] = str(uuid4())
    page = client.post(at(team, "sheetrow", row), sent | {"seen": "Count"}, follow=True)
    assert "Someone changed it since" in page.content.decode()
    row.refresh_from_db()
    assert row.action == "Theirs"


def test_staff_reads_it_and_writes_nothing(team: Team, amara: User, sign_in) -> None:
    row = make_row(team, amara, action="Count")
    coach = make_member(team)
    team.memberships.filter(user=coach).delete()
    team.coach = coach
    team.save()
    browser = sign_in(coach)
    told = browser.get(at(team, "sheetrow", row))
    assert "Restore" not in told.content.decode()
    assert browser.post(at(team, "sheetrow", row), {}).status_code == 404
    assert browser.get(f"/teams/{team.pk}/history/sheet/1/").status_code == 404


def act(client: Client, team: Team, row: SheetRow, **sent: object) -> None:
    answer = client.post(f"/teams/{team.pk}/rows/{row.pk}/", sent, **SCRIPT)
    assert answer.status_code == 204


def test_a_row_is_doubled_below_itself_and_once(team: Team, amara: User, client: Client) -> None:
    first, second = (make_row(team, amara, action=text, by_whom="Joseph") for text in "AB")
    once = str(uuid4())
    for _ in range(2):
        act(client, team, first, do="duplicate", edit_id=once)
    found = SheetRow.objects.prefetch_related("by_whom")
    assert [row.action for row in found] == ["A", "A", "B"]
    assert [p.name for p in found[1].by_whom.all()] == ["Joseph"]
    act(client, team, second, do="duplicate")
    assert [row.action for row in SheetRow.objects.all()] == ["A", "A", "B", "B"]


def test_a_row_is_put_before_another_or_last(team: Team, amara: User, client: Client) -> None:
    rows = [make_row(team, amara, action=text) for text in "ABC"]
    act(client, team, rows[2], do="place", before=rows[0].pk)
    assert [row.action for row in SheetRow.objects.all()] == ["C", "A", "B"]
    act(client, team, rows[2], do="place", before="")
    assert [row.action for row in SheetRow.objects.all()] == ["A", "B", "C"]


def test_an_activity_is_put_below_another_milestone(
    team: Team, amara: User, client: Client
) -> None:
    one, other = make_milestone(team), make_milestone(team, "Other")
    moved, there = make_activity(one), make_activity(other)
    address = f"/teams/{team.pk}/plan/activities/{moved.pk}/"
    client.post(address, {"do": "place", "before": there.pk, "parent": other.pk}, **SCRIPT)
    assert list(other.activities.all()) == [moved, there]


@pytest.mark.parametrize("do", ["nonsense", ""])
def test_what_no_menu_offers_is_not_there(team: Team, client: Client, do: str) -> None:
    row = make_row(team, None, action="A")
    assert client.post(f"/teams/{team.pk}/rows/{row.pk}/", {"do": do}).status_code == 404
