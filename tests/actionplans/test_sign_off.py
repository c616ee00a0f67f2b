"""Signing the plan off, and what the baseline keeps."""

import pytest
from django.test import Client

from accounts.models import User
from actionplans import baseline, plans
from actionplans.models import Activity, Baseline
from cohorts.models import Cohort, Membership, Team
from tests.actionplans.planning import make_activity, make_milestone, url, write
from tests.factories import NOON, make_cohort, make_member, make_program, make_team, make_user


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def lead(team: Team) -> User:
    return make_member(team, make_user("Ellen Tweh"), role=Membership.Role.LEAD)


@pytest.fixture
def client(lead: User, sign_in) -> Client:
    return sign_in(lead)


@pytest.fixture
def activity(team: Team) -> Activity:
    return make_activity(
        make_milestone(team),
        responsible="Ellen Tweh; Mama Njeri",
        accountable="Ellen Tweh",
        due_on="2026-07-01",
        comments="Two cars",
    )


def sign(client: Client, team: Team, **sent: str):
    return client.post(url(team, "sign-off/"), {"seen": plans.token(team)} | sent, follow=True)


def test_the_lead_reads_the_plan_and_signs_it(team: Team, client: Client, activity) -> None:
    page = client.get(url(team, "sign-off/")).content.decode()
    assert "Count every civil servant" in page
    page = sign(client, team).content.decode()
    for text in ("Signed off", "Ellen Tweh", "Mama Njeri", "Two cars", "by 1 Jul 2026"):
        assert text in page
    assert "Signed off on" in client.get(url(team)).content.decode()


def test_the_baseline_keeps_every_cell_as_it_was(
    team: Team, client: Client, activity: Activity, lead: User
) -> None:
    sign(client, team)
    kept = Baseline.objects.get()
    assert kept.signed_by == lead
    assert kept.content == {
        "milestones": [
            {
                "id": activity.milestone_id,
                "title": "A payroll everyone trusts",
                "activities": [
                    {
                        "id": activity.pk,
                        "text": "Count every civil servant",
                        "responsible": ["Ellen Tweh", "Mama Njeri"],
                        "accountable": "Ellen Tweh",
                        "starts_on": None,
                        "due_on": "2026-07-01",
                        "timeframe_note": "",
                        "comments": "Two cars",
                        "status": "not_started",
                    }
                ],
            }
        ]
    }
    write(team, activity, lead, text="Something else altogether")
    client.post(url(team, f"milestones/{activity.milestone_id}/"), {"do": "remove"})
    page = client.get(url(team, "baseline/")).content.decode()
    assert "Count every civil servant" in page
    assert "Something else" not in page


def test_open_problems_are_named_and_do_not_hinder(team: Team, client: Client) -> None:
    make_activity(make_milestone(team))
    page = client.get(url(team, "sign-off/")).content.decode()
    assert "3 things to look at" in page
    assert "Nobody is accountable." in page
    sign(client, team)
    assert Baseline.objects.exists()


def test_an_empty_plan_cannot_be_signed(team: Team, client: Client) -> None:
    make_milestone(team)
    answer = sign(client, team)
    assert answer.status_code == 422
    assert "no activity yet" in answer.content.decode()
    assert not Baseline.objects.exists()


def test_a_second_post_says_who_signed_and_when(
    team: Team, client: Client, sign_in, activity: Activity
) -> None:
    sign(client, team)
    first = Baseline.objects.get()
    write(team, activity, first.signed_by, text="Count the teachers too")
    other = sign_in(make_member(team, role=Membership.Role.LEAD))
    page = sign(other, team).content.decode()
    assert "Ellen Tweh signed the plan off already" in page
    kept = Baseline.objects.get()
    assert (kept.content, kept.signed_at) == (first.content, first.signed_at)
    assert "already" in other.get(url(team, "sign-off/"), follow=True).content.decode()


def test_nobody_signs_what_they_have_not_read(
    team: Team, client: Client, lead: User, activity: Activity
) -> None:
    seen = plans.token(team)
    write(team, activity, lead, accountable="Hon. Weah")
    answer = sign(client, team, seen=seen)
    assert answer.status_code == 422
    assert "has changed since you opened this page" in answer.content.decode()
    assert "Hon. Weah" in answer.content.decode()
    assert not Baseline.objects.exists()


def test_a_member_does_not_sign(team: Team, activity: Activity, sign_in) -> None:
    client = sign_in(make_member(team))
    assert "sign-off" not in client.get(url(team)).content.decode()
    assert client.get(url(team, "sign-off/")).status_code == 404
    assert client.post(url(team, "sign-off/")).status_code == 404
    assert not Baseline.objects.exists()


def test_staff_read_the_baseline(team: Team, client: Client, activity: Activity, sign_in) -> None:
    coach = make_user()
    Team.objects.filter(pk=team.pk).update(coach=coach)
    assert sign_in(coach).get(url(team, "baseline/")).status_code == 404
    sign(client, team)
    assert sign_in(coach).get(url(team, "baseline/")).status_code == 200


def test_a_closed_cohort_is_not_signed_any_more(db: None, sign_in) -> None:
    team = make_team(make_cohort(make_program(), state=Cohort.State.CLOSED))
    make_activity(make_milestone(team))
    client = sign_in(make_member(team, role=Membership.Role.LEAD))
    assert "closed" in sign(client, team).content.decode()
    assert not Baseline.objects.exists()


def test_what_was_signed_is_marked_where_it_changed(
    team: Team, client: Client, lead: User, activity: Activity
) -> None:
    steady = make_activity(activity.milestone, "Stays as it is promised")
    sign(client, team)
    assert "changed since the baseline" not in client.get(url(team)).content.decode()
    write(team, activity, lead, due_on="2026-09-01")
    write(team, steady, lead, status="on_track")
    added = make_activity(activity.milestone, "Came after the signature")
    changed = baseline.changed_since(Baseline.objects.get(), plans.groups(team))
    assert changed == {("activity", activity.pk), ("activity", added.pk)}
    assert client.get(url(team)).content.decode().count("changed since the baseline") == 2


def test_moving_a_row_up_or_down_changes_no_promise(
    team: Team, client: Client, activity: Activity
) -> None:
    make_activity(activity.milestone)
    sign(client, team)
    client.post(url(team, f"activities/{activity.pk}/"), {"do": "down"})
    assert not baseline.changed_since(Baseline.objects.get(), plans.groups(team))


def test_a_baseline_reads_in_any_language_of_its_reader(
    team: Team, client: Client, activity: Activity
) -> None:
    baseline.sign_off(team, by=make_user(), now=NOON)
    client.cookies["django_language"] = "fr"
    assert client.get(url(team, "baseline/")).status_code == 200
