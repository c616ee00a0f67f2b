"""Carrying many rows at once, and following a row that was written on since."""

import pytest
from django.test import Client

from accounts.models import User
from actionplans import carrying
from actionplans.models import Activity, Edit, Milestone, SheetRow
from cohorts.models import Cohort, Team
from tests.actionplans.planning import make_milestone, make_row, url, write
from tests.factories import MONDAY, NOON


def door(team: Team) -> str:
    return f"/teams/{team.pk}/sheets/{MONDAY}/carry/"


def test_the_rows_that_are_ticked_go_below_the_milestones_they_name(
    team: Team, client: Client
) -> None:
    rows = [make_row(team, milestone="Payroll", action=f"Meet union {n}") for n in range(3)]
    make_row(team, milestone="Only a theme")
    sheet = client.get(f"/teams/{team.pk}/sheets/{MONDAY}/").content.decode()
    assert door(team) in sheet
    page = client.get(door(team)).content.decode()
    assert page.count('name="rows"') == 3
    assert page.count("checked") >= 3
    ticked = [rows[2].pk, rows[0].pk]
    answer = client.post(door(team), {"rows": ticked, "milestone": "own"}, follow=True)
    assert "2 rows are in the plan now" in answer.content.decode()
    found = Activity.objects.order_by("position")
    assert [a.text for a in found] == ["Meet union 0", "Meet union 2"]
    assert Milestone.objects.get().title == "Payroll"
    # What is carried leads to where it is, and is not offered again.
    sheet = client.get(f"/teams/{team.pk}/sheets/{MONDAY}/").content.decode()
    assert f"{url(team)}#activity-{found[0].pk}" in sheet
    assert client.get(door(team)).content.decode().count('name="rows"') == 1


def test_all_go_below_one_milestone_that_is_chosen_or_named(team: Team, client: Client) -> None:
    known = make_milestone(team, "Everyone is counted")
    one, two = (make_row(team, milestone=m, action="Meet the union") for m in ("A", "B"))
    client.post(door(team), {"rows": [one.pk], "milestone": str(known.pk)})
    client.post(door(team), {"rows": [two.pk], "milestone": "new", "title": "Paid on time"})
    titles = Activity.objects.order_by("pk").values_list("milestone__title", flat=True)
    assert list(titles) == ["Everyone is counted", "Paid on time"]


def test_a_new_milestone_needs_a_name_and_a_row_a_tick(team: Team, client: Client) -> None:
    row = make_row(team, action="Meet the union")
    answer = client.post(door(team), {"rows": [row.pk], "milestone": "new", "title": " "})
    assert answer.status_code == 422
    assert "Name the new milestone" in answer.content.decode()
    answer = client.post(door(team), {"milestone": "own"})
    assert "Tick at least one row." in answer.content.decode()
    assert not Activity.objects.exists()


def test_carrying_the_same_rows_twice_makes_each_once(team: Team, client: Client) -> None:
    row = make_row(team, action="Meet the union")
    for said in ("1 row is in the plan now", "in the plan already"):
        page = client.post(door(team), {"rows": [row.pk], "milestone": "own"}, follow=True)
        assert said in page.content.decode()
    assert Activity.objects.count() == 1
    assert "Nothing waits to be carried" in client.get(door(team)).content.decode()


def test_rows_of_another_day_or_a_closed_cohort_are_not_carried(team: Team, client: Client) -> None:
    row = make_row(team, MONDAY.replace(day=2), action="Meet the union")
    assert client.post(door(team), {"rows": [row.pk], "milestone": "own"}).status_code == 422
    Cohort.objects.update(state="closed")
    assert client.post(door(team), {"rows": [row.pk], "milestone": "own"}).status_code == 302
    assert not Activity.objects.exists()


@pytest.fixture
def row(team: Team) -> SheetRow:
    return make_row(team, action="Meet the union", by_whom="Mama Njeri", by_when="2026-07-01")


@pytest.fixture
def activity(team: Team, amara: User, row: SheetRow) -> Activity:
    return carrying.carry(row, team, by=amara, now=NOON)[0]


OFFER = "The sheet says something else since"


def test_a_row_that_was_written_on_offers_each_cell_and_what_is_ticked_follows(
    team: Team, client: Client, amara: User, row: SheetRow, activity: Activity
) -> None:
    there = url(team, f"activities/{activity.pk}/follow/")
    assert OFFER not in client.get(url(team)).content.decode()
    write(team, row, amara, action="Meet both unions", by_when="2026-08-01")
    assert there in client.get(url(team)).content.decode()
    page = client.get(there).content.decode()
    assert "Meet both unions" in page
    assert 'value="due_on"' in page
    assert 'value="responsible"' not in page
    sent = {
        "take": "due_on",
        "version": SheetRow.objects.get().version,
        "value-due_on": "2026-08-01",
        "seen-due_on": "2026-07-01",
        "edit-due_on": "a6f1a1b2-0000-4000-8000-000000000002",
    }
    client.post(there, sent)
    activity.refresh_from_db()
    assert (activity.text, str(activity.due_on)) == ("Meet the union", "2026-08-01")
    edit = Edit.objects.get(table="activity", field="due_on", actor=amara, seen="2026-07-01")
    assert edit.outcome == "applied"
    assert OFFER not in client.get(url(team)).content.decode()
    write(team, row, amara, action="Meet all unions")
    assert OFFER in client.get(url(team)).content.decode()


def test_moving_the_row_or_changing_the_plan_alone_offers_nothing(
    team: Team, client: Client, amara: User, row: SheetRow, activity: Activity
) -> None:
    write(team, row, amara, position="7", milestone="Payroll")
    write(team, activity, amara, text="Meet the union and the bank")
    assert OFFER not in client.get(url(team)).content.decode()


def test_a_cell_that_changed_in_the_plan_meanwhile_is_not_overwritten(
    team: Team, client: Client, amara: User, row: SheetRow, activity: Activity
) -> None:
    write(team, row, amara, action="Meet both unions")
    write(team, activity, amara, text="Meet the bank")
    sent = {
        "take": "text",
        "value-text": "Meet both unions",
        "seen-text": "Meet the union",
        "edit-text": "a6f1a1b2-0000-4000-8000-000000000003",
    }
    answer = client.post(url(team, f"activities/{activity.pk}/follow/"), sent)
    assert answer.url == f"/teams/{team.pk}/conflicts/"
    activity.refresh_from_db()
    assert activity.text == "Meet the bank"


def test_an_activity_that_came_from_no_row_has_nothing_to_follow(
    team: Team, client: Client, activity: Activity
) -> None:
    Activity.objects.update(from_row=None)
    assert client.get(url(team, f"activities/{activity.pk}/follow/")).status_code == 404
