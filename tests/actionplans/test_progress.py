"""The progress page, and the links by which others read it; the week's takeaways."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from actionplans.baseline import sign_off
from actionplans.models import Activity, ProgressLink
from cohorts.models import Team
from outbox.models import LinkToken
from tests.actionplans.planning import make_activity, make_milestone, write
from tests.factories import MONDAY, NOON, make_member, make_user


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def lead(team: Team) -> User:
    return make_member(team, make_user("Ellen Tweh"), role="lead")


@pytest.fixture
def activity(team: Team) -> Activity:
    milestone = make_milestone(team)
    make_activity(milestone, "Meet the union", due_on="2026-06-20", status="done")
    return make_activity(milestone, due_on="2026-07-01", accountable="Hon. Weah")


def door(team: Team) -> str:
    return f"/teams/{team.pk}/progress/"


def link_made(client: Client, team: Team, **sent: object) -> str:
    told = {"form_id": "a6f1a1b2-0000-4000-8000-000000000004", "days": "30"} | sent
    page = client.post(door(team), told, follow=True).content.decode()
    found = re.search(r"http://testserver(/p/[^\"]+)", page)
    assert found
    return found.group(1)


def test_the_page_says_how_far_each_milestone_is_and_what_changed(
    team: Team, client: Client, amara: User, activity: Activity
) -> None:
    sign_off(team, by=amara, now=NOON)
    write(team, activity, amara, due_on="2026-08-01")
    page = " ".join(client.get(door(team)).content.decode().split())
    assert "1 of 2 activities are done" in page
    assert "A payroll everyone trusts" in page
    assert "due 1 Aug 2026 instead of 1 Jul 2026" in page
    assert "Hon. Weah" in page
    assert "Make a link" not in page


def test_a_link_shows_the_page_without_an_account_or_names_or_ways_on(
    team: Team, sign_in, lead: User, activity: Activity
) -> None:
    path = link_made(sign_in(lead), team, whom="The minister of finance")
    answer = Client().get(path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Count every civil servant" in page
    for hidden in ("Hon. Weah", "The minister of finance", f"/teams/{team.pk}", "<nav"):
        assert hidden not in page
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_a_link_shows_names_only_if_the_lead_ticked_them(
    team: Team, sign_in, lead: User, activity: Activity
) -> None:
    path = link_made(sign_in(lead), team, with_names="on")
    assert "Hon. Weah" in Client().get(path).content.decode()


def test_reading_by_a_link_changes_nothing_and_only_the_hash_is_kept(
    team: Team, sign_in, lead: User, activity: Activity
) -> None:
    path = link_made(sign_in(lead), team)
    before = list(LinkToken.objects.values_list()), list(ProgressLink.objects.values_list())
    Client().get(path)
    assert before == (
        list(LinkToken.objects.values_list()),
        list(ProgressLink.objects.values_list()),
    )
    assert path.split("/")[2] not in str(before)
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("days", [30, 90])
def test_a_link_ends_on_its_day(team: Team, sign_in, lead: User, days: int) -> None:
    path = link_made(sign_in(lead), team, days=str(days))
    with time_machine.travel(NOON + timedelta(days=days, seconds=-1)):
        assert Client().get(path).status_code == 200
    with time_machine.travel(NOON + timedelta(days=days)):
        assert Client().get(path).status_code == 404


def test_a_link_that_was_closed_opens_no_more_and_others_do(team: Team, sign_in, lead) -> None:
    client = sign_in(lead)
    closed = link_made(client, team, whom="Gone")
    other = link_made(client, team, form_id="a6f1a1b2-0000-4000-8000-000000000005")
    link = ProgressLink.objects.get(whom="Gone")
    page = client.post(door(team), {"revoke": link.pk}, follow=True).content.decode()
    assert "The link opens no more." in page
    assert "Gone" not in page
    assert Client().get(closed).status_code == 404
    assert Client().get(other).status_code == 200


def test_making_it_twice_is_once_and_a_length_that_is_not_offered_is_refused(
    team: Team, sign_in, lead: User
) -> None:
    client = sign_in(lead)
    assert link_made(client, team) == link_made(client, team)
    assert ProgressLink.objects.count() == 1
    assert client.post(door(team), {"days": "3650"}).status_code == 422


def test_only_the_lead_makes_and_closes_links(
    team: Team, client: Client, sign_in, lead: User
) -> None:
    link_made(sign_in(lead), team)
    link = ProgressLink.objects.get()
    assert client.post(door(team), {"days": "30"}).status_code == 404
    assert client.post(door(team), {"revoke": link.pk}).status_code == 404
    assert not ProgressLink.objects.exclude(revoked_at=None).exists()
    assert Client().get("/p/nothing/").status_code == 404


def test_the_takeaways_of_the_week_stand_on_one_page(team: Team, client: Client) -> None:
    team.sheets.create(day=MONDAY, takeaways="Listen first", action_items="Call the union")
    team.sheets.create(day=MONDAY + timedelta(days=2), takeaways="Map the brakes")
    page = client.get(f"/teams/{team.pk}/takeaways/").content.decode()
    places = [page.index(text) for text in ("Listen first", "Call the union", "Map the brakes")]
    assert places == sorted(places)
    assert page.count("Nothing written yet.") == 3
    assert (
        f"/teams/{team.pk}/takeaways/"
        in client.get(f"/teams/{team.pk}/sheets/{MONDAY}/").content.decode()
    )
