"""Peer review: plans are seen only while it is open and both teams take part."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from actionplans.models import ActionPlan, Activity, Milestone
from cohorts.models import Team
from conversations.models import PeerNote
from tests.factories import make_cohort, make_member, make_team


@pytest.fixture
def kenya(world) -> Team:
    """Another team of the cohort, with a plan."""
    team = make_team(world.cohort, name="Kenya", challenge="Light for all.")
    plan = ActionPlan.objects.create(team=team)
    milestone = Milestone.objects.create(plan=plan, title="Meters are installed")
    Activity.objects.create(milestone=milestone, text="Buy ten thousand meters")
    return team


@pytest.fixture
def wanjiru(kenya: Team) -> User:
    return make_member(kenya, role="lead")


def set_review(world, do: str = "open", who: User | None = None):
    address = reverse("peer_review", args=[world.cohort.pk])
    return world.sign_in(who or world.facilitator).post(address, {"do": do})


def join(world, lead: User, team: Team, do: str = "join"):
    return world.sign_in(lead).post(reverse("peers", args=[team.pk]), {"do": do})


@pytest.fixture
def review(world, kenya, wanjiru) -> str:
    """Open, with both teams in it: where Liberia reads the plan of Kenya."""
    set_review(world)
    join(world, world.lead, world.team)
    join(world, wanjiru, kenya)
    return reverse("peer_plan", args=[world.team.pk, kenya.pk])


def status(world, who: User, address: str) -> int:
    return world.sign_in(who).get(address).status_code


def test_teams_that_joined_find_and_read_one_anothers_plan_while_it_is_open(
    world, kenya, wanjiru, review
) -> None:
    assert f'href="{review}"' in world.reads(world.member, reverse("peers", args=[world.team.pk]))
    page = world.reads(world.member, review)
    assert "Meters are installed" in page
    assert "Buy ten thousand meters" in page
    back = reverse("peer_plan", args=[kenya.pk, world.team.pk])
    assert status(world, wanjiru, back) == 200


def test_while_it_is_closed_there_is_nothing(world, kenya, review) -> None:
    set_review(world, "close")
    assert status(world, world.member, review) == 404
    assert "Kenya" not in world.reads(world.member, reverse("peers", args=[world.team.pk]))
    answer = world.sign_in(world.member).post(review, {"form_id": str(uuid4()), "like": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["own", "other"])
def test_without_both_there_is_nothing(world, kenya, wanjiru, review, who) -> None:
    lead, team = (world.lead, world.team) if who == "own" else (wanjiru, kenya)
    join(world, lead, team, "leave")
    assert status(world, world.member, review) == 404
    assert "Meters" not in world.reads(world.member, reverse("peers", args=[world.team.pk]))


def test_a_team_of_another_cohort_is_no_peer(world, review) -> None:
    other = make_team(make_cohort(world.cohort.program))
    lead = make_member(other, role="lead")
    world.sign_in(world.program_lead).post(
        reverse("peer_review", args=[other.cohort_id]), {"do": "open"}
    )
    join(world, lead, other)
    address = reverse("peer_plan", args=[world.team.pk, other.pk])
    assert status(world, world.member, address) == 404


def test_ones_own_plan_is_no_peers(world, review) -> None:
    address = reverse("peer_plan", args=[world.team.pk, world.team.pk])
    assert status(world, world.member, address) == 404


def test_another_teams_address_is_closed_to_those_who_are_not_in_it(world, kenya, review) -> None:
    from_kenya = reverse("peer_plan", args=[kenya.pk, world.team.pk])
    assert status(world, world.member, from_kenya) == 404
    assert status(world, world.member, reverse("plan", args=[kenya.pk])) == 404


def test_only_the_lead_joins_and_only_managers_open(world) -> None:
    assert join(world, world.member, world.team).status_code == 404
    assert join(world, world.coach, world.team).status_code == 404
    assert set_review(world, who=world.coach).status_code == 404
    assert set_review(world, who=world.lead).status_code == 404


def test_an_offer_of_help_makes_the_teams_contacts(world, kenya, wanjiru, review) -> None:
    sent = {
        "form_id": str(uuid4()),
        "like": "Clear dates",
        "wonder": "Who pays?",
        "help": "We know the bank",
    }
    for _ in range(2):
        assert world.sign_in(world.member).post(review, sent).status_code == 302
    assert PeerNote.objects.count() == 3
    heard = world.reads(wanjiru, reverse("peers", args=[kenya.pk]))
    for words in ("Clear dates", "Who pays?", "We know the bank", "Boima Tarr", "Liberia"):
        assert words in heard
    set_review(world, "close")
    for reader, team in ((wanjiru, kenya), (world.lead, world.team)):
        page = world.reads(reader, reverse("team", args=[team.pk]))
        assert "We know the bank" in page
        assert f"mailto:{world.member.email}" in page
        assert "Who pays?" not in page
    # Who offered finds whom to turn to.
    assert f"mailto:{wanjiru.email}" in page
    assert f"mailto:{world.member.email}" in heard


def test_saying_nothing_is_refused_with_a_sentence_and_too_much_is_kept(world, review) -> None:
    browser = world.sign_in(world.member)
    answer = browser.post(review, {"form_id": str(uuid4()), "like": " "})
    assert answer.status_code == 422
    assert "Write at least one of the three." in answer.content.decode()
    answer = browser.post(review, {"form_id": str(uuid4()), "like": "long " * 1001, "help": "Us"})
    assert answer.status_code == 422
    assert answer.content.decode().count("long ") >= 1000
    assert not PeerNote.objects.exists()


def test_the_facilitator_sees_who_takes_part(world, kenya, review) -> None:
    page = world.reads(world.facilitator, reverse("peer_review", args=[world.cohort.pk]))
    assert page.count("takes part") == 2
    cohort = world.reads(world.facilitator, world.cohort.get_absolute_url())
    assert reverse("peer_review", args=[world.cohort.pk]) in cohort


def test_a_team_finds_the_way_on_its_page(world) -> None:
    page = world.reads(world.lead, world.team.get_absolute_url())
    assert reverse("peers", args=[world.team.pk]) in page
