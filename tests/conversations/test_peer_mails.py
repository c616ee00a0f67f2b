"""Mails of the peer review: that it is open, and once an hour that help is offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from accounts.models import User
from cohorts.models import Membership, Team
from conversations import digests, peers
from outbox import ticking
from outbox.models import Message
from tests.factories import NOON, make_member, make_team, make_user

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def kenya(world) -> Team:
    return make_team(world.cohort, name="Kenya")


@pytest.fixture
def wanjiru(kenya: Team) -> User:
    return make_member(kenya, make_user("Wanjiru", language="fr"), role="lead")


def set_open(world, moment: datetime = NOON, *, is_open: bool = True, by: User | None = None):
    peers.set_open(world.cohort, is_open=is_open, by=by or world.facilitator, now=moment)


def join(*teams: Team) -> None:
    for team in teams:
        peers.join(team, by=None, now=NOON)


def offer(world, kenya: Team, moment: datetime = NOON, text: str = "Secret bank", form_id=None):
    said = {"help": text, "like": "Dates"}
    form_id = form_id or uuid4()
    peers.say(kenya, said, of=world.team, by=world.member, now=moment, form_id=form_id)


def sent(moment: datetime) -> dict[str, str]:
    """Who got what at that moment."""
    before = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
    ticking.tick(moment)
    found = Message.objects.filter(state="sent").exclude(pk__in=before)
    return {message.address: message.kind for message in found}


def test_when_it_opens_the_teams_that_take_part_are_told(world, sink, kenya, wanjiru) -> None:
    make_member(make_team(world.cohort, name="Not in it"))
    join(world.team, kenya)
    set_open(world)
    assert set(sent(NOON)) == {world.lead.email, world.member.email, wanjiru.email}
    told = Message.objects.get(address=wanjiru.email)
    assert told.language == "fr"
    letter = next(taken.raw for taken in sink.taken if taken.to == world.lead.email).decode()
    assert "peer review is open" in letter
    assert f"/teams/{world.team.pk}/peers/" in letter


def test_opening_twice_or_anew_on_one_day_tells_once(world, kenya, wanjiru) -> None:
    join(kenya)
    set_open(world)
    set_open(world, NOON + MINUTE)
    set_open(world, NOON + MINUTE, is_open=False)
    set_open(world, NOON + HOUR)
    assert Message.objects.count() == 1


def test_who_opened_it_is_not_told_and_what_is_closed_again_is_not_sent(
    world, sink, kenya, wanjiru
) -> None:
    join(world.team, kenya)
    set_open(world, by=world.lead)
    assert not Message.objects.filter(address=world.lead.email).exists()
    set_open(world, NOON + MINUTE, is_open=False)
    assert sent(NOON + MINUTE) == {}


def test_offers_of_one_hour_come_in_one_mail_when_it_is_over(world, sink, kenya, wanjiru) -> None:
    second = make_member(kenya)
    for minute in (0, 10, 59):
        offer(world, kenya, NOON + minute * MINUTE)
    assert sent(NOON + 59 * MINUTE) == {}
    assert sent(NOON + HOUR) == {wanjiru.email: "peer-offers", second.email: "peer-offers"}
    letter = next(taken.raw for taken in sink.taken if taken.to == second.email).decode()
    assert "Kenya: 3 offers of help" in letter
    assert "Boima Tarr" in letter
    assert "Secret bank" not in letter
    offer(world, kenya, NOON + HOUR)
    assert sent(NOON + HOUR + MINUTE) == {}
    assert set(sent(NOON + 2 * HOUR)) == {wanjiru.email, second.email}


def test_the_same_form_again_is_no_second_mail(world, kenya, wanjiru) -> None:
    form_id = uuid4()
    for hour in range(3):
        offer(world, kenya, NOON + hour * HOUR, form_id=form_id)
    assert Message.objects.count() == 1


def test_what_is_no_offer_and_who_wants_no_mail_or_left_makes_none(
    world, sink, kenya, wanjiru
) -> None:
    said = {"like": "Dates"}
    peers.say(kenya, said, of=world.team, by=world.member, now=NOON, form_id=uuid4())
    assert not Message.objects.exists()
    silent, gone, stopped = (make_member(kenya) for _ in range(3))
    digests.set_wanted(silent, wanted=False)
    offer(world, kenya)
    assert not Message.objects.filter(address=silent.email).exists()
    Membership.objects.filter(user=gone).delete()
    digests.set_wanted(stopped, wanted=False)
    assert set(sent(NOON + HOUR)) == {wanjiru.email}
