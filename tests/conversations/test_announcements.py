"""Announcements: on the pages of those concerned and by one mail each, now or at a set time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts.models import Membership
from conversations import announcements
from conversations.models import Announcement
from outbox import ticking
from outbox.models import Message
from tests.factories import NOON, make_member, make_team, make_user

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def announce(world, who=None, moment: datetime = NOON, **more):
    sent = {
        "form_id": str(uuid4()),
        "title": "Bus at eight",
        "text": "From the hotel.\nDo not be late.",
    } | more
    address = reverse("announcements", args=[world.cohort.pk])
    with time_machine.travel(moment, tick=False):
        return world.sign_in(who or world.facilitator).post(address, sent)


def mailed() -> set[str]:
    return set(Message.objects.filter(kind="announcement").values_list("address", flat=True))


def pages(world) -> list[str]:
    return [
        reverse("home"),
        reverse("cohort", args=[world.cohort.pk]),
        reverse("team", args=[world.team.pk]),
        reverse("announcements", args=[world.cohort.pk]),
    ]


def test_it_stands_on_every_page_of_those_concerned_and_is_mailed_to_each_once(world, sink) -> None:
    sister = make_member(make_team(world.cohort))
    assert announce(world).status_code == 302
    people = {world.lead, world.member, world.coach, sister}
    assert mailed() == {person.email for person in people}
    with time_machine.travel(NOON, tick=False):
        for address in pages(world):
            assert "Bus at eight" in world.reads(world.member, address), address
        assert "Bus at eight" in world.reads(sister, reverse("home"))
        assert "Bus at eight" in world.reads(world.facilitator, reverse("home"))
    ticking.tick(NOON)
    assert sorted(taken.to for taken in sink.taken) == sorted(p.email for p in people)
    ticking.tick(NOON + MINUTE)
    assert len(sink.taken) == len(people)


def test_to_one_team_only_that_team_and_its_coach_hear_of_it(world) -> None:
    sister_team = make_team(world.cohort, coach=make_user())
    sister = make_member(sister_team)
    announce(world, team=world.team.pk)
    assert mailed() == {world.lead.email, world.member.email, world.coach.email}
    with time_machine.travel(NOON, tick=False):
        assert "Bus at eight" in world.reads(world.member, reverse("home"))
        for reader in (sister, sister_team.coach):
            for name, pk in (
                ("home", None),
                ("cohort", world.cohort.pk),
                ("announcements", world.cohort.pk),
                ("team", sister_team.pk),
            ):
                page = world.reads(reader, reverse(name, args=[pk] if pk else []))
                assert "Bus at eight" not in page, name


def test_the_mail_holds_the_words_and_leads_to_the_page(world, sink) -> None:
    world.member.language = "fr"
    world.member.save()
    announce(world)
    ticking.tick(NOON)
    raw = next(taken.raw for taken in sink.taken if taken.to == world.member.email)
    assert b'<html lang="fr"' in raw.replace(b"=3D", b"=")
    assert b"Bus at eight" in raw
    assert b"Do not be late." in raw
    assert reverse("announcements", args=[world.cohort.pk]).encode() in raw


def test_posting_the_form_twice_is_once(world) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        assert announce(world, form_id=form_id).status_code == 302
    assert Announcement.objects.count() == 1
    assert Message.objects.filter(kind="announcement").count() == 3


def test_a_time_is_of_the_venues_clock_and_until_then_only_managers_see_it(world) -> None:
    # The venue is Washington, four hours behind UTC in June.
    announce(world, day="2026-06-02", time="08:00")
    due = datetime(2026, 6, 2, 12, tzinfo=UTC)
    assert Announcement.objects.get().send_at == due
    address = reverse("announcements", args=[world.cohort.pk])
    assert "Tuesday 2 June 2026, 08:00 at the venue" in world.reads(world.facilitator, address)
    assert "Bus at eight" not in world.reads(world.member, address)
    announcements.plan_due(due - MINUTE)
    assert not mailed()
    announcements.plan_due(due)
    assert len(mailed()) == 3
    assert "Bus at eight" in world.reads(world.member, address)


def test_two_ticks_at_once_send_it_once(world) -> None:
    announce(world, day="2026-06-02", time="08:00")
    due = datetime(2026, 6, 2, 12, tzinfo=UTC)
    seen = Announcement.objects.get()
    assert announcements.send(seen, due)
    assert not announcements.send(seen, due)
    assert Message.objects.filter(kind="announcement").count() == 3


def test_before_it_is_sent_it_is_withdrawn_and_nobody_sees_it(world) -> None:
    announce(world, day="2026-06-02", time="08:00")
    waiting = Announcement.objects.get()
    announce(world, do="withdraw", announcement=waiting.pk)
    announcements.plan_due(datetime(2026, 6, 3, tzinfo=UTC))
    assert not mailed()
    address = reverse("announcements", args=[world.cohort.pk])
    assert "Bus at eight" not in world.reads(world.facilitator, address)


def test_what_was_sent_is_not_withdrawn(world, sign_in) -> None:
    announce(world)
    sent = Announcement.objects.get()
    announce(world, do="withdraw", announcement=sent.pk)
    sent.refresh_from_db()
    assert sent.withdrawn_at is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.update(withdrawn_at=NOON)


def test_who_left_or_was_disabled_before_the_mail_went_gets_nothing(world, sink) -> None:
    announce(world)
    Membership.objects.filter(user=world.member).delete()
    world.coach.is_active = False
    world.coach.save()
    ticking.tick(NOON)
    assert [taken.to for taken in sink.taken] == [world.lead.email]


def test_of_another_team_of_the_cohort_one_hears_no_more_of_the_old_teams_announcement(
    world, sink
) -> None:
    announce(world, team=world.team.pk)
    Membership.objects.filter(user=world.member).update(team=make_team(world.cohort))
    ticking.tick(NOON)
    assert world.member.email not in [taken.to for taken in sink.taken]


def test_a_doubtful_mail_does_not_go_twice() -> None:
    assert not announcements.ANNOUNCEMENT.resend_unknown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": " "}, "This field is required."),
        ({"text": ""}, "This field is required."),
        ({"day": "2026-06-02"}, "Give both a day and a time"),
        ({"time": "08:00"}, "Give both a day and a time"),
        ({"day": "2026-06-01", "time": "07:59"}, "It is later than that at the venue"),
        ({"day": "0001-01-01", "time": "00:00"}, "Is the year right?"),
        ({"day": "9999-12-31", "time": "23:59"}, "Is the year right?"),
    ],
)
def test_what_cannot_be_announced_says_why_and_keeps_what_was_typed(world, typed, sentence) -> None:
    answer = announce(world, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Do not be late." in page or "text" in typed
    assert not Announcement.objects.exists()


def test_a_team_of_another_cohort_cannot_be_chosen(world) -> None:
    assert announce(world, team=make_team().pk).status_code == 422


@pytest.mark.parametrize("who", ["coach", "lead", "member"])
def test_only_those_who_manage_the_cohort_announce(world, who) -> None:
    person = getattr(world, who)
    assert announce(world, person).status_code == 404
    assert "<textarea" not in world.reads(person, pages(world)[-1])


def test_old_news_leaves_the_start_page_and_stays_on_the_cohorts(world) -> None:
    announce(world)
    with time_machine.travel(NOON + timedelta(days=15), tick=False):
        assert "Bus at eight" not in world.reads(world.member, reverse("home"))
        assert "Bus at eight" in world.reads(world.member, pages(world)[1])


def test_those_who_manage_find_the_way_there_on_the_cohorts_page(world) -> None:
    address = reverse("announcements", args=[world.cohort.pk])
    assert f'href="{address}">Announce something' in world.reads(
        world.program_lead, reverse("cohort", args=[world.cohort.pk])
    )
