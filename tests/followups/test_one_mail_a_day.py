"""What one person is due on one day is one mail, and they are left in peace after it."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections

from cohorts.models import Team
from followups import mails, planner
from followups.models import CheckIn
from outbox import delivery, handing, kinds, verdicts
from outbox.models import Attempt, Message
from tests.factories import make_cohort, make_member, make_team
from tests.followups.conftest import DAY, HOUR, OPENS, WEEK_ENDED, World, day, utc
from tests.outbox.test_claims import in_thread


@pytest.fixture
def kenya(year: World) -> Team:
    """Amara is in a second team, of another cohort, whose round opens on the same day."""
    team = make_team(make_cohort(ends_on=WEEK_ENDED), name="Kenya")
    make_member(team, year.amara)
    planner.close_week(team.cohort, by=None, now=year.clock)
    return team


def text(world: World, n: int = -1) -> str:
    return " ".join(world.letters(world.amara)[n].get_body(("plain",)).get_content().split())


def test_two_teams_of_one_person_are_one_mail_that_names_both_with_a_link_each(year, kenya):
    year.live_until(day(1))
    [letter] = year.letters(year.amara)
    assert letter["Subject"] == "2 things of the follow-up: Liberia, Kenya"
    said = text(year)
    assert "How does the plan of Liberia go?" in said
    assert "How does the plan of Kenya go?" in said
    assert len(set(re.findall(r"http://\S+/c/[\w-]{22}", said))) == 2
    first, second = Message.objects.filter(person=year.amara).order_by("pk")
    assert (first.state, second.state) == ("sent", "sent")
    assert (first.covered_by, second.covered_by) == (None, first)
    assert first.handed_over_at == second.handed_over_at
    assert letter["Message-ID"] == first.message_id
    assert list(Attempt.objects.filter(message__person=year.amara).values_list("outcome")) == [
        ("ok",),
        ("ok",),
    ]


def test_a_coach_of_several_teams_gets_one_mail_that_names_all(year):
    for name in ("Kenya", "Vietnam"):
        other = make_team(year.cohort, name=name, coach=year.coach)
        make_member(other)
        CheckIn.objects.create(
            team=other, round=year.check_in().round, next_at=year.check_in().next_at
        )
    year.live_until(day(18), step=2 * HOUR)
    texts = [one.get_body(("plain",)).get_content() for one in year.letters(year.coach)]
    [text] = [one for one in texts if "has not answered its check-in" in one]
    for name in ("Liberia", "Kenya", "Vietnam"):
        assert f"{name} has not answered its check-in" in text


def test_a_team_that_answered_is_not_in_the_mail_of_the_other(year, kenya):
    year.live_until(utc(OPENS, 8))
    theirs = year.check_in(team=kenya)
    CheckIn.objects.filter(pk=theirs.pk).update(
        state="submitted", submitted_at=year.clock, next_at=None, next_step="none"
    )
    year.live_until(day(1))
    assert "Kenya" not in text(year)
    assert set(Message.objects.filter(about=theirs.pk).values_list("state")) == {("cancelled",)}


def test_who_answers_between_the_writing_and_the_hand_over_is_left_out(year, kenya, monkeypatch):
    real, seen = delivery.compose, []

    def compose(message: Message, others: object = ()) -> tuple[str, bytes]:
        written = real(message, others)  # type: ignore[arg-type]
        if message.person_id == year.amara.pk and not seen:
            seen.append(written)
            CheckIn.objects.filter(team=kenya, round__number=1).update(
                state="submitted", submitted_at=year.clock, next_at=None, next_step="none"
            )
        return written

    monkeypatch.setattr(delivery, "compose", compose)
    year.live_until(day(0))
    assert seen
    [letter] = year.letters(year.amara)
    assert "Kenya" not in text(year)
    assert letter["Subject"] == "Liberia: how does the plan go? Check-in 1"


@pytest.mark.parametrize("says", ["451 later", "421 closing"])
def test_a_mail_that_was_refused_for_now_goes_again_as_one(year, kenya, says):
    year.sink.says["RCPT"] = says
    year.live_until(utc(OPENS, 11))
    assert not year.letters(year.amara)
    assert not Message.objects.filter(covered_by__isnull=False).exists()
    year.sink.says.clear()
    year.live_until(day(1))
    assert len(year.letters(year.amara)) == 1
    assert Message.objects.filter(person=year.amara, state="sent").count() == 2


def test_what_waits_for_another_try_goes_along_with_what_is_due(year, kenya):
    year.live_until(utc(OPENS, 8))
    theirs = Message.objects.filter(person=year.amara, about=year.check_in(team=kenya).pk)
    assert theirs.update(next_attempt_at=utc(OPENS, 16)) == 1
    Message.objects.filter(person=year.amara).update(not_before=utc(OPENS, 8))
    year.live_until(utc(OPENS, 12))
    assert len(year.letters(year.amara)) == 1
    assert "How does the plan of Kenya go?" in text(year)
    year.live_until(day(1))
    assert len(year.letters(year.amara)) == 1


def test_a_worker_that_dies_after_the_hand_over_leaves_both_in_doubt_and_both_go_again(
    year, kenya, settings
):
    settings.OUTBOX_LEASE_SECONDS = 4
    year.live_until(utc(OPENS, 8))
    now = year.clock = utc(OPENS, 11)
    mine = [one for one in delivery.claim_due(now) if one.person_id == year.amara.pk]
    first, second = sorted(mine, key=lambda one: one.pk)
    assert handing.hand_over(first, now, [second])
    Message.objects.filter(state="claimed").update(lease_until=utc(OPENS - DAY))
    year.live_until(day(1))
    [letter] = year.letters(year.amara)
    assert letter["Message-ID"] == first.message_id
    outcomes = Attempt.objects.filter(message__in=[first, second]).values_list("outcome", flat=True)
    assert sorted(outcomes) == ["ok", "ok", "unknown", "unknown"]


@pytest.mark.django_db(transaction=True)
def test_what_goes_in_one_mail_is_given_back_at_once(year, kenya, monkeypatch):
    year.live_until(utc(OPENS, 8))
    now = utc(OPENS, 11)
    mine = [one for one in delivery.claim_due(now) if one.person_id == year.amara.pk]
    ids = [one.pk for one in mine]
    assert len(ids) == 2
    Message.objects.filter(pk__in=ids).update(lease_until=utc(OPENS - DAY))
    seen, close = [], verdicts._close_attempt

    def look(*told: Any) -> None:
        """What another worker sees meanwhile."""
        thread, states = in_thread(
            lambda: set(Message.objects.filter(pk__in=ids).values_list("state"))
        )
        thread.join()
        seen.extend(states)
        close(*told)

    monkeypatch.setattr(verdicts, "_close_attempt", look)
    assert delivery.send(mine[0], None, delivery.Turn(now), mine[1:]) is None
    assert seen == [{("claimed",)}, {("claimed",)}]
    assert set(Message.objects.filter(pk__in=ids).values_list("state", flat=True)) == {"queued"}


def test_between_two_mails_lie_twenty_hours_and_in_seven_days_there_are_two(year):
    for n in (1, 2, 3, 5):
        team = make_team(make_cohort(ends_on=WEEK_ENDED + n * DAY), name=f"Team {n}")
        make_member(team, year.amara)
        planner.close_week(team.cohort, by=None, now=year.clock)
    year.live_until(day(30), step=3 * HOUR)
    sent = Message.objects.filter(person=year.amara, state="sent", covered_by=None)
    moments = list(sent.order_by("handed_over_at").values_list("handed_over_at", flat=True))
    assert len(moments) >= 5
    assert all(after - before >= 20 * HOUR for before, after in pairwise(moments))
    days = [moment.astimezone(mails.zone_of(year.amara, team)).date() for moment in moments]
    assert all(third - first >= 7 * DAY for first, third in zip(days, days[2:], strict=False))
    # None is forgotten: each was told, or overtaken by what came after it.
    states = set(Message.objects.filter(person=year.amara).values_list("state", flat=True))
    assert states <= {"sent", "expired", "queued", "cancelled"}


def test_a_mail_that_went_late_in_its_day_does_not_push_back_the_one_a_week_later(year):
    """Two went in the week, the first three hours after its morning."""
    year.live_until(day(5))
    first, second, *_ = Message.objects.filter(person=year.amara, state="sent")
    for one, at in ((first, utc(OPENS, 12)), (second, utc(OPENS + 3 * DAY, 9))):
        Message.objects.filter(pk=one.pk).update(handed_over_at=at)
    Message.objects.exclude(pk__in=[first.pk, second.pk]).update(handed_over_at=None)
    day_before, week_after = utc(OPENS + 6 * DAY, 9), utc(OPENS + 7 * DAY, 9)
    assert mails.rested(year.amara, day_before) > utc(OPENS + 7 * DAY, 7)
    assert mails.rested(year.amara, week_after) == week_after


@pytest.mark.parametrize(
    ("before", "is_free"), [([1], 0), ([19], 0), ([21], 1), ([21, 163], 0), ([21, 165], 1)]
)
def test_a_mail_handed_over_between_the_look_at_the_hours_and_the_mark_keeps_this_one_back(
    year, kenya, monkeypatch, before, is_free
):
    make_member(kenya, year.boima)
    year.live_until(utc(OPENS, 8))
    now = utc(OPENS, 11)
    [mine, *_] = [one for one in delivery.claim_due(now) if one.person_id == year.amara.pk]
    others = Message.objects.filter(person=year.boima)
    assert len(others) == 2

    def opens(message: Message, moment: object) -> object:
        for hours, other in zip(before, others, strict=False):
            handed = {"state": "sent", "claim": None, "handed_over_at": now - hours * HOUR}
            Message.objects.filter(pk=other.pk).update(person=year.amara, **handed)
        return moment

    patched = replace(kinds.kind_of(mine), opens=opens)
    monkeypatch.setitem(kinds._kinds, mine.kind, patched)
    assert handing.hand_over(mine, now) == bool(is_free)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_never_send_one_person_two_mails_on_a_day(year, kenya):
    for n in range(4):
        team = make_team(year.cohort, name=f"Team {n}")
        make_member(team, year.amara)
        CheckIn.objects.create(
            team=team, round=year.check_in().round, next_at=year.check_in().next_at
        )
    planner.plan_due(utc(OPENS, 8))
    gate, errors = threading.Barrier(3), []

    def work() -> None:
        try:
            gate.wait(10)
            delivery.deliver(utc(OPENS, 11))
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=partial(work)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(year.letters(year.amara)) == 1
    assert Message.objects.filter(person=year.amara, state="sent").count() == 6
