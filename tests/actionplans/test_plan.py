"""The action plan as people meet it over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans import ledger, plans
from actionplans.models import ActionPlan, Activity, Milestone
from cohorts.models import Cohort, Team
from tests.actionplans.planning import SCRIPT, make_activity, make_milestone, url, write
from tests.factories import (
    NOON,
    make_cohort,
    make_member,
    make_program,
    make_team,
    make_user,
)


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def amara(team: Team) -> User:
    return make_member(team, make_user("Amara Kollie"))


@pytest.fixture
def client(amara: User, sign_in) -> Client:
    return sign_in(amara)


def order_of(page: str, *texts: str) -> bool:
    places = [page.index(text) for text in texts]
    return places == sorted(places)


def test_the_plan_shows_its_milestones_in_order_with_the_columns_of_the_template(
    team: Team, client: Client
) -> None:
    first, second = make_milestone(team, "Everyone is counted"), make_milestone(team, "Paid")
    make_activity(
        first,
        "Count every civil servant",
        responsible="Amara Kollie; Mama Njeri",
        accountable="Hon. Weah",
        starts_on="2026-06-08",
        due_on="2026-07-01",
        comments="Two cars",
    )
    make_activity(second, "Pay the first month")
    page = client.get(url(team)).content.decode().partition("<tbody")[2]
    assert order_of(page, "Everyone is counted", "Count every civil servant", "Pay the first month")
    for text in ("Mama Njeri", "Hon. Weah", "8 Jun 2026 – 1 Jul 2026", "Two cars", "not started"):
        assert text in page


def test_an_empty_plan_says_what_to_do_and_looking_begins_nothing(
    team: Team, client: Client
) -> None:
    page = client.get(url(team)).content.decode()
    assert "The plan begins with a milestone" in page
    assert client.get(url(team, "changes/")).status_code == 200
    assert not ActionPlan.objects.exists()


def test_a_press_adds_a_milestone_and_another_an_activity_below_it(
    team: Team, client: Client
) -> None:
    answer = client.post(url(team, "milestones/"), {"edit_id": uuid4()})
    milestone = Milestone.objects.get()
    assert answer.url == url(team, f"milestones/{milestone.pk}/")
    answer = client.post(url(team, f"milestones/{milestone.pk}/activities/"), {"edit_id": uuid4()})
    activity = Activity.objects.get()
    assert answer.url == url(team, f"activities/{activity.pk}/")
    assert activity.milestone == milestone
    assert client.get(answer.url).status_code == 200


def test_pressing_add_twice_adds_one(team: Team, client: Client) -> None:
    sent = {"edit_id": uuid4()}
    for _press in range(2):
        client.post(url(team, "milestones/"), sent)
    assert Milestone.objects.count() == 1


def test_an_activity_is_written_cell_by_cell(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team))
    for field, value in (
        ("text", "Count the teachers"),
        ("responsible", "Amara Kollie; Hon. Weah"),
        ("accountable", "Amara Kollie"),
        ("due_on", "2026-08-01"),
        ("status", "on_track"),
    ):
        seen = "Count every civil servant" if field == "text" else ""
        seen = "not_started" if field == "status" else seen
        sent = {"table": "activity", "row": activity.pk, "field": field, "value": value}
        answer = client.post(
            f"/teams/{team.pk}/cells/", sent | {"seen": seen, "edit_id": uuid4()}, **SCRIPT
        )
        assert answer.json()["outcome"] == "applied"
    activity.refresh_from_db()
    assert (activity.text, activity.status) == ("Count the teachers", "on_track")
    assert activity.responsible.count() == 2


def test_two_people_cannot_both_be_accountable(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team))
    sent = {"table": "activity", "row": activity.pk, "field": "accountable", "seen": ""}
    sent |= {"value": "Amara Kollie; Hon. Weah", "edit_id": str(uuid4())}
    answer = client.post(f"/teams/{team.pk}/cells/", sent, **SCRIPT)
    assert answer.status_code == 422
    assert "Exactly one person is accountable" in answer.json()["message"]


def test_a_row_is_a_form_of_its_own_without_a_script(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team), comments="Two cars")
    other = make_milestone(team, "Paid")
    where = url(team, f"activities/{activity.pk}/")
    page = client.get(where).content.decode()
    assert "Two cars" in page
    answer = client.post(
        where,
        {
            "comments": "Three cars",
            "seen-comments": "Two cars",
            "edit-comments": uuid4(),
            "milestone": other.pk,
            "seen-milestone": activity.milestone_id,
            "edit-milestone": uuid4(),
        },
    )
    assert answer.url == url(team) + f"#activity-{activity.pk}"
    activity.refresh_from_db()
    assert (activity.comments, activity.milestone) == ("Three cars", other)


def test_a_refused_form_shows_again_with_everything_in_it(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team))
    answer = client.post(
        url(team, f"activities/{activity.pk}/"),
        {
            "accountable": "One; Two",
            "seen-accountable": "",
            "edit-accountable": uuid4(),
            "comments": "Two cars",
            "seen-comments": "",
            "edit-comments": uuid4(),
        },
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "One; Two" in page
    assert "Two cars" in page
    assert "Exactly one person is accountable" in page


def test_rows_move_up_and_down(team: Team, client: Client) -> None:
    first, second = make_milestone(team, "Everyone is counted"), make_milestone(team, "Paid")
    above, below = make_activity(first, "Above the other"), make_activity(first, "Below the other")
    client.post(url(team, f"milestones/{second.pk}/"), {"do": "up"})
    client.post(url(team, f"activities/{above.pk}/"), {"do": "down"})
    assert [group.milestone for group in plans.groups(team)] == [second, first]
    assert plans.groups(team)[1].activities == [below, above]


def test_a_removed_activity_comes_back_with_one_press(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team))
    where = url(team, f"activities/{activity.pk}/")
    page = client.post(where, {"do": "remove"}, follow=True).content.decode()
    assert "Count every civil servant" not in page
    assert "Undo" in page
    assert client.get(where, **SCRIPT).status_code == 410
    assert (
        "Count every civil servant"
        in client.post(where, {"do": "restore"}, follow=True).content.decode()
    )


def test_a_removed_milestone_takes_its_activities_along_and_brings_them_back(
    team: Team, client: Client
) -> None:
    milestone = make_milestone(team)
    make_activity(milestone)
    gone_before = make_activity(milestone, "Removed long ago")
    client.post(url(team, f"activities/{gone_before.pk}/"), {"do": "remove"})
    where = url(team, f"milestones/{milestone.pk}/")
    client.post(where, {"do": "remove"})
    assert not Activity.objects.live().exists()
    answer = client.post(where, {"do": "restore"}, **SCRIPT)
    assert answer.status_code == 204
    assert [a.text for a in Activity.objects.live()] == ["Count every civil servant"]
    assert ledger.replay(team) == ledger.snapshot(team)


def test_an_activity_cannot_come_back_below_a_removed_milestone(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team))
    where = url(team, f"activities/{activity.pk}/")
    client.post(where, {"do": "remove"})
    client.post(url(team, f"milestones/{activity.milestone_id}/"), {"do": "remove"})
    assert (
        "Bring the milestone back first"
        in client.post(where, {"do": "restore"}, follow=True).content.decode()
    )


def test_an_activity_that_moved_below_a_milestone_just_removed_still_shows(
    team: Team, client: Client
) -> None:
    milestone, other = make_milestone(team, "Removed"), make_milestone(team)
    activity = make_activity(other, "Must not vanish")
    client.post(url(team, f"milestones/{milestone.pk}/"), {"do": "remove"})
    Activity.objects.filter(pk=activity.pk).update(milestone=milestone)
    assert "Must not vanish" in client.get(url(team)).content.decode()


@pytest.mark.parametrize("what", ["explode", "", "UP"])
def test_a_row_knows_only_what_its_menu_offers(team: Team, client: Client, what: str) -> None:
    activity = make_activity(make_milestone(team))
    assert client.post(url(team, f"activities/{activity.pk}/"), {"do": what}).status_code == 404


def test_another_team_s_rows_are_not_there(team: Team, client: Client) -> None:
    foreign = make_activity(make_milestone(make_team(team.cohort)))
    for where in (
        f"activities/{foreign.pk}/",
        f"milestones/{foreign.milestone_id}/",
        f"milestones/{foreign.milestone_id}/activities/",
    ):
        assert client.post(url(team, where), {"edit_id": uuid4(), "do": "up"}).status_code == 404


def test_staff_read_the_plan_and_are_offered_no_writing(team: Team, sign_in) -> None:
    coach = make_user()
    Team.objects.filter(pk=team.pk).update(coach=coach)
    activity = make_activity(make_milestone(team))
    client = sign_in(coach)
    page = client.get(url(team)).content.decode()
    assert "Count every civil servant" in page
    assert "data-grid" not in page
    assert "Add a milestone" not in page
    assert client.get(url(team, "changes/")).status_code == 200
    assert client.post(url(team, "milestones/"), {"edit_id": uuid4()}).status_code == 404
    assert client.get(url(team, f"activities/{activity.pk}/")).status_code == 404


def test_in_a_closed_cohort_the_plan_stays_as_it_is(db: None, sign_in) -> None:
    team = make_team(make_cohort(make_program(), state=Cohort.State.CLOSED))
    activity = make_activity(make_milestone(team))
    client = sign_in(make_member(team))
    assert "stays as it is" in client.get(url(team)).content.decode()
    page = client.post(url(team, "milestones/"), {"edit_id": uuid4()}, follow=True)
    assert "cohort is closed" in page.content.decode()
    client.post(url(team, f"activities/{activity.pk}/"), {"do": "remove"})
    assert Activity.objects.live().count() == Milestone.objects.count() == 1


def test_the_poll_says_304_until_something_changes(team: Team, client: Client, amara: User) -> None:
    activity = make_activity(make_milestone(team))
    first = client.get(url(team, "changes/"))
    same = {"headers": {"If-None-Match": first["ETag"]}}
    assert client.get(url(team, "changes/"), **same).status_code == 304
    write(team, activity, amara, text="Count the teachers")
    answer = client.get(url(team, "changes/"), **same)
    assert answer.status_code == 200
    parts = {part["id"]: part for part in answer.json()["parts"]}
    assert parts[f"activity-{activity.pk}"]["by"] == "Amara Kollie"
    assert parts[f"activity-{activity.pk}"]["cells"]["text"] == "Count the teachers"


def test_a_line_is_drawn_anew_when_only_what_is_said_beside_it_changes(
    team: Team, client: Client
) -> None:
    milestone = make_milestone(team)
    parts = {p["id"]: p for p in client.get(url(team, "changes/")).json()["parts"]}
    assert "no activity yet" in parts[f"milestone-{milestone.pk}"]["html"]
    make_activity(milestone)
    now = {p["id"]: p for p in client.get(url(team, "changes/")).json()["parts"]}
    row = f"milestone-{milestone.pk}"
    assert now[row]["version"] != parts[row]["version"]
    assert "no activity yet" not in now[row]["html"]


def test_a_line_fetched_alone_is_the_line_of_the_page(team: Team, client: Client) -> None:
    activity = make_activity(make_milestone(team))
    alone = client.get(url(team, f"activities/{activity.pk}/?text"), **SCRIPT).content.decode()
    state = {p["id"]: p["version"] for p in client.get(url(team, "changes/")).json()["parts"]}
    assert f'data-version="{state[f"activity-{activity.pk}"]}"' in alone
    assert "Nobody is accountable." in alone


def test_every_part_of_the_poll_is_on_the_page_under_the_same_state(
    team: Team, client: Client
) -> None:
    make_activity(make_milestone(team))
    page = client.get(url(team)).content.decode()
    for part in client.get(url(team, "changes/")).json()["parts"]:
        assert f'id="{part["id"]}"' in page
        assert f'data-version="{part["version"]}"' in page


def fill(team: Team, count: int) -> None:
    milestone = make_milestone(team)
    for n in range(count):
        day = (NOON + timedelta(days=n)).date().isoformat()
        make_activity(
            milestone if n % 3 else make_milestone(team, f"Milestone {n}"),
            responsible=f"Person A{n}; Person B{n}",
            accountable=f"Person C{n}",
            due_on=day,
        )


# Four of them are who is there and what they may; the rest is the plan.
@pytest.mark.parametrize(("rest", "most"), [("", 11), ("changes/", 12)])
def test_three_activities_cost_as_many_queries_as_thirty(
    team: Team, client: Client, rest: str, most: int
) -> None:
    counts = []
    for more in (3, 27):
        fill(team, more)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(team, rest)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= most


def test_what_people_type_is_text_and_nothing_else(team: Team, client: Client) -> None:
    evil = "<script>alert(1)</script>\u202e🤝"
    make_activity(make_milestone(team, evil), evil, comments=evil, responsible="<b>Bo</b>")
    assert "<script>alert" not in client.get(url(team)).content.decode()
    for part in client.get(url(team, "changes/")).json()["parts"]:
        assert "<script>alert" not in part["html"]
