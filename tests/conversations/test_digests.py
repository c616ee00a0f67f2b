"""Hearing of comments by mail: one digest an hour at most, and no word of a plan."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cohorts.models import Membership
from conversations import digests
from conversations.models import Comment, Digest
from outbox import ticking
from outbox.models import Message
from tests.factories import NOON

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def at(world, sink):
    """`at(moment, …)` ticks then and gives the addresses and words of the mails that went."""

    def tick(moment: datetime) -> dict[str, str]:
        before = len(sink.taken)
        ticking.tick(moment)
        mails = {}
        for taken in sink.taken[before:]:
            mail = email.message_from_bytes(taken.raw, policy=email.policy.default)
            assert taken.to not in mails, "two mails to one person"
            mails[taken.to] = f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"
        return mails

    return tick


def say(world, who, text: str, moment: datetime = NOON, where: str = "", **more) -> None:
    with time_machine.travel(moment, tick=False):
        assert world.say(who, text, where, **more).status_code == 302


def test_the_team_is_told_where_and_by_whom_and_nothing_of_what(world, at) -> None:
    say(world, world.coach, "The minister is a brake")
    mails = at(NOON)
    assert set(mails) == {world.lead.email, world.member.email}
    mail = mails[world.member.email]
    assert mail.startswith("1 new comment\n")
    assert "Liberia · Action plan" in mail
    assert "By Carla Coach" in mail
    assert f"http://testserver{world.page()}" in mail
    assert "minister" not in mail
    assert at(NOON + MINUTE) == {}


def test_what_is_said_within_an_hour_comes_in_one_mail(world, at) -> None:
    say(world, world.coach, "One")
    at(NOON)
    day = world.cohort.starts_on.isoformat()
    say(world, world.coach, "Two", NOON + 5 * MINUTE)
    say(world, world.facilitator, "Three", NOON + 6 * MINUTE, world.page("sheet", day))
    assert at(NOON + 59 * MINUTE) == {}
    # The author of the first has not heard anything yet, nor did they write themselves.
    mails = at(NOON + HOUR)
    assert set(mails) == {world.lead.email, world.member.email}
    mail = mails[world.lead.email]
    assert mail.startswith("2 new comments\n")
    assert "Daily activity, Monday 1 June" in mail
    assert mail.index("Action plan") != mail.index("Daily activity")


def test_whoever_took_part_is_told_of_answers(world, at) -> None:
    say(world, world.coach, "One")
    at(NOON)
    say(world, world.member, "Two", NOON + 2 * HOUR, parent=Comment.objects.get().pk)
    assert set(at(NOON + 2 * HOUR)) == {world.lead.email, world.coach.email}


def test_whoever_is_mentioned_is_told(world, at) -> None:
    say(world, world.member, "Look", mention=world.facilitator.name)
    assert set(at(NOON)) == {world.lead.email, world.facilitator.email}


def test_nobody_hears_of_what_was_taken_back(world, at) -> None:
    say(world, world.coach, "Oops")
    Comment.objects.update(removed_at=NOON)
    assert at(NOON) == {}
    assert not Digest.objects.exists()


def test_what_is_taken_back_or_whose_reader_left_before_the_mail_goes_is_not_told(
    world, at
) -> None:
    say(world, world.coach, "One")
    digests.plan_due(NOON)
    Membership.objects.filter(user=world.member).delete()
    assert set(at(NOON)) == {world.lead.email}
    message = Message.objects.get(person=world.member)
    assert (message.state, message.reason) == ("cancelled", "no longer owed")


def test_someone_who_may_no_longer_sign_in_gets_nothing(world, at) -> None:
    say(world, world.coach, "One")
    world.member.is_active = False
    world.member.save()
    assert set(at(NOON)) == {world.lead.email}


def test_two_ticks_at_once_make_one_digest(world) -> None:
    say(world, world.coach, "One")
    seen = list(digests._due(NOON).select_related("person"))
    assert len(seen) == 2
    assert [digests._make(reader, NOON) for reader in seen] == [True, True]
    assert [digests._make(reader, NOON) for reader in seen] == [False, False]
    assert Message.objects.count() == 2


def test_a_doubtful_digest_does_not_go_twice() -> None:
    assert not digests.DIGEST.resend_unknown


def test_the_mails_come_in_the_readers_language(world, at) -> None:
    world.member.language = "fr"
    world.member.save()
    say(world, world.coach, "One")
    digests.plan_due(NOON)
    assert Message.objects.get(person=world.member).language == "fr"


def test_one_press_in_the_profile_stops_the_mails_and_another_turns_them_on(world, at) -> None:
    client = world.sign_in(world.member)
    assert reverse("comment_mails") in client.get(reverse("profile")).content.decode()
    say(world, world.coach, "One")
    digests.plan_due(NOON)
    client.post(reverse("comment_mails"), {"wants_mail": "no"})
    assert set(at(NOON)) == {world.lead.email}
    say(world, world.coach, "Two", NOON + 2 * HOUR)
    assert set(at(NOON + 2 * HOUR)) == {world.lead.email}
    client.post(reverse("comment_mails"), {"wants_mail": "yes"})
    assert at(NOON + 4 * HOUR) == {}
    say(world, world.coach, "Three", NOON + 5 * HOUR)
    assert set(at(NOON + 5 * HOUR)) == {world.lead.email, world.member.email}


def test_the_link_in_the_mail_stops_them_with_one_post_and_no_cookie(world, at, sink) -> None:
    say(world, world.coach, "One")
    at(NOON)
    raw = next(taken.raw for taken in sink.taken if taken.to == world.member.email)
    header = re.search(rb"^List-Unsubscribe: <http://testserver(/n/[\w-]{22})>\r$", raw, re.M)
    assert header
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    path = header[1].decode()
    strict = Client(enforce_csrf_checks=True)
    assert "Stop the mails about comments?" in strict.get(path).content.decode()
    assert digests.are_wanted(world.member)
    answer = strict.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not digests.are_wanted(world.member)
    assert strict.get(path[:-1] + "x").status_code == 404
