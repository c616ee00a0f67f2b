"""What comes in 30, 60, 90 days and after."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from actionplans import coming
from actionplans.models import Activity
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone, url
from tests.factories import NOON

TODAY = date(2026, 6, 10)


def due_in(days: int | None, **fields) -> Activity:
    due = None if days is None else TODAY + timedelta(days=days)
    return Activity(pk=1 if days is None else 1000 + days, due_on=due, **fields)


def titles(*activities: Activity, by: str = "due_on", since: date = TODAY) -> list[str]:
    found = coming.sections(activities, by=by, since=since, today=TODAY)
    return [section.title for section in found]


@pytest.mark.parametrize(
    ("days", "title"),
    [
        (-1, "Late"),
        (0, "The next 30 days"),
        (30, "The next 30 days"),
        (31, "Day 31 to 60"),
        (60, "Day 31 to 60"),
        (90, "Day 61 to 90"),
        (91, "After 90 days"),
        (None, "Without a date"),
    ],
)
def test_an_activity_stands_in_the_stretch_of_its_date(days: int | None, title: str) -> None:
    assert titles(due_in(days)) == [title]


def test_stretches_come_in_order_and_each_sorted_by_date() -> None:
    found = coming.sections(
        [due_in(None), due_in(95), due_in(5), due_in(2), due_in(-3)],
        by="due_on",
        since=TODAY,
        today=TODAY,
    )
    assert [section.title for section in found] == [
        "Late",
        "The next 30 days",
        "After 90 days",
        "Without a date",
    ]
    assert [activity.pk for activity in found[1].activities] == [1002, 1005]


def test_counted_from_the_week_the_first_days_are_the_first() -> None:
    assert titles(due_in(5), since=TODAY - timedelta(days=20)) == ["The first 30 days"]
    assert titles(due_in(15), since=TODAY - timedelta(days=20)) == ["Day 31 to 60"]


@pytest.mark.parametrize(
    ("days", "status", "soon"),
    [(7, "stuck", True), (8, "stuck", False), (-30, "on_track", True), (3, "done", False)],
)
def test_soon_is_a_week_or_late_and_not_over(days: int, status: str, soon: bool) -> None:
    assert coming.is_soon(due_in(days, status=status), TODAY) == soon


def test_the_page_groups_by_the_date_that_is_asked_for(team: Team, client: Client) -> None:
    milestone = make_milestone(team)
    make_activity(milestone, starts_on="2026-06-20", due_on="2026-12-01", accountable="Hon. Weah")
    make_activity(milestone, "All done with", due_on="2026-06-20", status="done")
    with time_machine.travel(NOON, tick=False):
        page = client.get(url(team, "next/")).content.decode()
        assert "After 90 days" in page
        assert "<bdi>Hon. Weah</bdi> answers for it" in page
        assert "All done with" not in page
        page = client.get(url(team, "next/"), {"by": "starts_on", "from": "week"}).content.decode()
    assert "The first 30 days" in page


def test_with_nothing_to_do_the_page_says_so(team: Team, client: Client) -> None:
    assert "Nothing is left to do" in client.get(url(team, "next/")).content.decode()
