"""Carrying rows of a daily sheet into the plan."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from actionplans import carrying
from actionplans.models import Activity, Milestone
from cohorts.models import Team
from tests.actionplans.planning import make_milestone, make_row, url
from tests.factories import MONDAY, NOON, make_member, make_session, make_team, make_user


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def amara(team: Team) -> User:
    return make_member(team, make_user("Amara Kollie"))


@pytest.fixture
def client(amara: User, sign_in) -> Client:
    return sign_in(amara)


def carry(client: Client, row) -> str:
    where = f"/teams/{row.sheet.team_id}/rows/{row.pk}/carry/"
    return client.post(where, follow=True).content.decode()


def test_a_row_becomes_an_activity_that_says_where_it_came_from(team: Team, client: Client) -> None:
    tuesday = MONDAY + timedelta(days=1)
    session = make_session(team.cohort, day=tuesday, title="Stakeholder mapping")
    row = make_row(
        team,
        tuesday,
        session=str(session.pk),
        milestone="Payroll",
        action="Meet the union",
        by_whom="Amara Kollie; Hon. Weah",
        by_when="2026-07-01",
    )
    page = carry(client, row)
    activity = Activity.objects.get()
    assert "Carried into the plan" in page
    assert f"{url(team)}#activity-{activity.pk}" in page
    assert (activity.text, activity.milestone.title) == ("Meet the union", "Payroll")
    assert str(activity.due_on) == "2026-07-01"
    assert sorted(p.name for p in activity.responsible.all()) == ["Amara Kollie", "Hon. Weah"]
    plan = client.get(url(team)).content.decode()
    assert "From day 2, <bdi>Stakeholder mapping</bdi>" in plan
    assert f"/sheets/{tuesday}/#row-{row.pk}" in plan


def test_a_carried_row_offers_the_plan_instead_of_carrying(team: Team, client: Client) -> None:
    row = make_row(team, action="Meet the union")
    before = client.get(f"/teams/{team.pk}/sheets/{MONDAY}/").content.decode()
    assert f"/rows/{row.pk}/carry/" in before
    page = carry(client, row)
    assert f"/rows/{row.pk}/carry/" not in page
    assert "In the plan" in page


def test_carrying_twice_makes_one_and_says_so(team: Team, client: Client) -> None:
    row = make_row(team, action="Meet the union")
    carry(client, row)
    page = carry(client, row)
    assert "in the plan already" in page
    assert f"#activity-{Activity.objects.get().pk}" in page


def test_rows_of_one_milestone_go_under_the_one_that_is_there(team: Team, client: Client) -> None:
    known = make_milestone(team, "Payroll")
    carry(client, make_row(team, milestone="  PAYROLL ", action="Meet the union"))
    carry(client, make_row(team, milestone="Payroll", action="Meet the minister"))
    assert Milestone.objects.get() == known
    assert known.activities.count() == 2


def test_a_row_without_a_milestone_goes_from_the_week(team: Team, client: Client) -> None:
    carry(client, make_row(team, action="Meet the union"))
    carry(client, make_row(team, action="Meet the minister"))
    assert Milestone.objects.get().title == "From the week"


def test_a_row_with_only_a_kind_of_action_is_called_by_it(team: Team, client: Client) -> None:
    carry(client, make_row(team, action_kind="stakeholders"))
    assert Activity.objects.get().text == "engage with stakeholders"


def test_a_row_that_says_nothing_to_do_is_not_carried(team: Team, client: Client) -> None:
    page = carry(client, make_row(team, milestone="Payroll"))
    assert "does not say yet what you will do" in page
    assert not Milestone.objects.exists()


def test_a_row_whose_activity_was_removed_can_be_carried_again(team: Team, client: Client) -> None:
    row = make_row(team, milestone="Payroll", action="Meet the union")
    carry(client, row)
    first = Activity.objects.get()
    client.post(url(team, f"milestones/{first.milestone_id}/"), {"do": "remove"})
    carry(client, row)
    assert Activity.objects.live().get() != first
    # Bringing the first back as well would carry the row twice.
    client.post(url(team, f"milestones/{first.milestone_id}/"), {"do": "restore"})
    assert Activity.objects.live().filter(from_row=row).count() == 1


def test_another_team_s_or_a_removed_row_is_not_there(team: Team, client: Client) -> None:
    foreign = make_row(make_team(team.cohort), action="Theirs")
    assert client.post(f"/teams/{team.pk}/rows/{foreign.pk}/carry/").status_code == 404
    gone = make_row(team, action="Meet the union")
    client.post(f"/teams/{team.pk}/rows/{gone.pk}/", {"do": "remove"})
    assert client.post(f"/teams/{team.pk}/rows/{gone.pk}/carry/").status_code == 404
    assert not Activity.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_members_who_press_at_once_carry_it_once() -> None:
    team = make_team()
    members = [make_member(team) for _n in range(4)]
    rows = [make_row(team, milestone="Payroll", action=f"Meet union {n}") for n in range(2)]
    found, barrier = [], threading.Barrier(len(members) * len(rows))

    def press(member: User, row) -> None:
        try:
            barrier.wait()
            found.append(carrying.carry(row, team, edit_id=uuid4(), by=member, now=NOON)[1])
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(m, r)) for m in members for r in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 6 + [True] * 2
    assert Activity.objects.count() == 2
    assert Milestone.objects.count() == 1
