"""What coach, facilitator and program lead are due on one morning is one mail, too."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import User
from cohorts.models import Team
from followups import mails, support
from followups.models import Preference, SupportMove, SupportRequest
from outbox.models import Attempt, Message
from tests.factories import make_user
from tests.followups.conftest import DAY, HOUR, World, utc
from tests.outbox.sink import CUT

# Round 1 has a word for the coach on Saturday 4 July: so on Monday, with the week's digest.
MONDAY = date(2026, 7, 6)
DIGEST, SILENT = "What there is to say of the teams you coach:", "has not answered its check-in"


def texts(year: World, person: User) -> list[str]:
    """The person's mails of Monday 6 July and later, as one line each."""
    return [
        " ".join(letter.get_body(("plain",)).get_content().split())
        for letter in year.letters(person)
        if letter["Date"].datetime >= utc(MONDAY, 0)
    ]


@pytest.fixture
def monday(year: World) -> World:
    """The eve of that Monday."""
    year.live_until(utc(MONDAY, 0), step=4 * HOUR)
    return year


def ask(team: Team, by: User) -> SupportRequest:
    wish = {"text": "A lawyer", "from_whom": "", "wanted_by": None, "form_id": uuid4()}
    return support.ask(team, **wish, by=by, now=utc(MONDAY, 0))


def route(wish: SupportRequest, to: User, by: User, hour: int, due: date = MONDAY) -> None:
    moved = support.Move(SupportMove.Kind.ROUTED, "", uuid4(), to, due)
    support.move(wish, moved, by=by, now=utc(MONDAY, hour))


def test_the_word_of_a_silent_team_and_the_weeks_digest_are_one_mail(monday: World) -> None:
    monday.live_until(utc(MONDAY, 23))
    (text,) = texts(monday, monday.coach)
    assert text.index(SILENT) < text.index(DIGEST) < text.index("Silent: check-in 1 was due")
    letter = monday.letters(monday.coach)[-1]
    assert letter["Subject"] == "2 things of the follow-up: Liberia, your teams this week"
    assert f"http://testserver{reverse('coaching')}" in text
    assert f"/teams/{monday.team.pk}/" in text
    html = letter.get_body(("html",)).get_content()
    assert "<strong><bdi>Liberia</bdi></strong>" in html
    monday.live_until(utc(MONDAY) + DAY)
    assert len(texts(monday, monday.coach)) == 1


def test_the_digest_waits_for_its_morning_so_that_nothing_goes_before_it(monday: World) -> None:
    step = Message.objects.get(kind="check-in coach")
    monday.live_until(step.not_before - HOUR / 2, step=HOUR / 4)
    digest = Message.objects.get(kind="coach digest", state="queued")
    assert digest.not_before == step.not_before
    assert texts(monday, monday.coach) == []


def test_when_nobody_knows_whether_it_arrived_the_reminder_goes_again_without_the_digest(
    monday: World,
) -> None:
    monday.sink.says["DOT"] = [CUT]
    monday.live_until(utc(MONDAY, 12), step=HOUR / 2)
    first, second = texts(monday, monday.coach)
    assert SILENT in first
    assert DIGEST in first
    assert SILENT in second
    assert DIGEST not in second
    one, other = monday.letters(monday.coach)[-2:]
    assert one["Message-ID"] == other["Message-ID"]
    assert Message.objects.get(kind="coach digest", not_before__gt=utc(MONDAY, 0)).state == "dead"
    tries = Attempt.objects.filter(message__kind="check-in coach").order_by("n")
    assert list(tries.values_list("outcome", flat=True)) == ["unknown", "ok"]


def test_overdue_help_comes_in_the_same_mail_and_the_next_one_rests(monday: World) -> None:
    route(ask(monday.team, monday.amara), monday.coach, monday.coach, 1, date(2026, 7, 5))
    monday.live_until(utc(MONDAY, 23))
    (text,) = texts(monday, monday.coach)
    assert "was due on 5 July, and nobody has said yet what was done" in text
    assert SILENT in text
    assert DIGEST in text
    route(ask(monday.team, monday.amara), monday.coach, monday.coach, 23)
    monday.live_until(utc(MONDAY) + 3 * DAY, step=2 * HOUR)
    gone = Message.objects.filter(person=monday.coach, covered_by=None, sent_at__isnull=False)
    moments = sorted(gone.values_list("handed_over_at", flat=True))
    assert all(b - a >= 20 * HOUR for a, b in pairwise(moments))


def test_requests_that_are_brought_to_someone_go_with_what_is_due_and_let_the_next_rest(
    monday: World,
) -> None:
    lead = make_user("Lea Lead", time_zone="Europe/Berlin")
    monday.cohort.program.leads.add(lead)
    for _ in range(2):
        route(ask(monday.team, monday.amara), lead, monday.coach, 1, date(2026, 7, 20))
    monday.live_until(utc(MONDAY, 23))
    (text,) = texts(monday, lead)
    assert text.count("its request was brought to you") == 2
    (letter,) = monday.letters(lead)
    assert letter["List-Unsubscribe"] is None
    # On Tuesday the silent team, with one more request; what rests is counted from that mail.
    route(ask(monday.team, monday.amara), lead, monday.coach, 24 - 1, date(2026, 7, 20))
    monday.live_until(utc(MONDAY, 23) + DAY)
    told = texts(monday, lead)[1]
    assert "is silent in check-in 1" in told
    assert "its request was brought to you" in told
    assert monday.letters(lead)[1]["List-Unsubscribe"]


def test_who_reads_mail_on_wednesdays_gets_the_digest_on_wednesday(monday: World) -> None:
    Preference.objects.create(person=monday.coach, weekly_on=2, changed_at=monday.clock)
    monday.live_until(utc(MONDAY, 23) + DAY)
    assert texts(monday, monday.coach) == []
    monday.live_until(utc(MONDAY, 23) + 4 * DAY, step=2 * HOUR)
    (text,) = texts(monday, monday.coach)
    assert DIGEST in text
    assert SILENT in text


def test_a_reminder_that_went_along_with_something_else_counts_for_the_rest(monday: World) -> None:
    lead = make_user("Lea Lead", time_zone="Europe/Berlin")
    monday.cohort.program.leads.add(lead)
    route(ask(monday.team, monday.amara), lead, monday.coach, 1, date(2026, 7, 20))
    monday.sink.says["RCPT"] = "451 later"
    monday.live_until(utc(MONDAY, 23), step=3 * HOUR)
    monday.sink.says.clear()
    monday.live_until(utc(MONDAY, 23) + DAY)
    silent = Message.objects.get(person=lead, kind="check-in lead")
    assert Message.objects.get(person=lead, kind="support routed").covered_by == silent
    assert silent.handed_over_at
    assert mails.rested(lead, monday.clock) == silent.handed_over_at + mails.REST
