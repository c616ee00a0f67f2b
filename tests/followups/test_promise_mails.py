"""Who promised is asked on the day, and the team's lead when it is late; until it is settled."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from followups import commitments, promise_planner
from followups.commitments import OnRecord, Words
from followups.models import CheckIn, Commitment, CommitmentVersion
from outbox.models import Message
from tests.factories import make_outsider, make_team
from tests.followups.conftest import World, utc

# In round 1 the team is reminded on Tuesday 23 June, and again on Wednesday 1 July.
WEDNESDAY, TUESDAY = date(2026, 6, 24), date(2026, 6, 23)
ASKED, LATE = "You promised something to Liberia by", "still stands open on record"


@pytest.fixture
def calm(year: World) -> World:
    """The team has answered round 1, so no reminder is in the way of others."""
    answered = {"state": "submitted", "submitted_at": year.clock}
    CheckIn.objects.filter(team=year.team, round__number=1).update(
        next_at=None, next_step="none", **answered
    )
    return year


def promise(year: World, who: str = "Boima", due_on: date = WEDNESDAY) -> OnRecord:
    words = Words(who, "Call the secret union", due_on, "", due_on, None)
    once: dict[str, Any] = {"form_id": uuid4(), "by": year.amara, "now": year.clock}
    commitments.promise(year.team, words, **once)
    return record(year)


def record(year: World) -> OnRecord:
    return commitments.of_team(year.team)[0]


def change(year: World, **fields: Any) -> None:
    """Someone says it otherwise, or what became of it."""
    last = record(year).now
    once: dict[str, Any] = {"seen": last.n, "form_id": uuid4(), "by": year.amara}
    once["now"] = year.clock
    if state := fields.pop("state", ""):
        commitments.settle(record(year), state, "So it is", **once)
        return
    names = ("who", "what", "due_on", "witnesses", "made_on", "session")
    words = {name: getattr(last, name) for name in names} | fields
    commitments.reword(record(year), Words(**words), **once)


def told(year: World, person: User, words: str) -> list[str]:
    """The person's mails that say so."""
    texts = (
        " ".join(letter.get_body(("plain",)).get_content().split())
        for letter in year.letters(person)
    )
    return [text for text in texts if words in text]


def live(year: World, day: date, hour: int = 20) -> None:
    year.live_until(utc(day, hour))


def test_who_promised_is_asked_on_the_day_once_with_a_link_and_no_word_of_it(calm: World) -> None:
    mine = promise(calm)
    live(calm, TUESDAY)
    assert told(calm, calm.boima, ASKED) == []
    live(calm, WEDNESDAY + timedelta(days=2))
    (text,) = told(calm, calm.boima, ASKED)
    assert "by 24 June" in text
    assert f"/teams/{calm.team.pk}/commitments/{mine.commitment.pk}/" in text
    assert "secret" not in text
    assert told(calm, calm.amara, "promise") == []
    sent = Message.objects.get(kind="promise due")
    assert sent.sent_at
    assert (sent.sent_at.date(), 9 <= sent.sent_at.hour < 13) == (WEDNESDAY, True)
    assert calm.letters(calm.boima)[-1]["List-Unsubscribe"]


def test_with_a_reminder_of_the_same_day_it_is_one_mail(year: World) -> None:
    promise(year, due_on=TUESDAY)
    live(year, TUESDAY)
    (text,) = told(year, year.boima, ASKED)
    assert "Nobody of Liberia has answered yet" in text
    assert year.letters(year.boima)[-1]["Subject"] == "2 things of the follow-up: Liberia"


def test_of_an_outsiders_promise_the_lead_is_asked(calm: World) -> None:
    make_outsider(calm.team, "The minister")
    promise(calm, "The minister")
    promise(calm, "Somebody unknown")
    live(calm, WEDNESDAY)
    (text,) = told(calm, calm.amara, "Someone who gets no mail from here")
    assert text.count("Please ask them") == 2
    assert told(calm, calm.boima, "promise") == []


@pytest.mark.parametrize("state", ["kept", "released", "broken"])
def test_what_is_settled_is_asked_of_no_more(calm: World, state: str) -> None:
    promise(calm)
    calm.live_until(utc(WEDNESDAY, 5))
    assert Message.objects.get(kind="promise due").state == "queued"
    change(calm, state=state)
    assert Message.objects.get(kind="promise due").state == "cancelled"
    live(calm, WEDNESDAY + timedelta(days=7))
    assert told(calm, calm.boima, ASKED) == []
    assert told(calm, calm.amara, LATE) == []


def test_what_is_late_is_told_to_the_lead_once_and_counted_in_the_coachs_digest(
    calm: World,
) -> None:
    promise(calm)
    live(calm, WEDNESDAY + timedelta(days=21))
    assert len(told(calm, calm.boima, ASKED)) == 1
    assert len(told(calm, calm.amara, LATE)) == 1
    sent = Message.objects.get(kind="promise late", person=calm.amara).sent_at
    assert sent
    # Three days later is Saturday.
    assert sent.date() == date(2026, 6, 29)
    assert told(calm, calm.coach, "1 promise is late or due. - 1 of them is past its date.")


def test_with_a_new_day_it_is_asked_anew_and_after_a_better_word_it_is_not(calm: World) -> None:
    promise(calm)
    live(calm, WEDNESDAY)
    change(calm, what="Call the secret unions")
    live(calm, WEDNESDAY + timedelta(days=1))
    assert len(told(calm, calm.boima, ASKED)) == 1
    change(calm, due_on=date(2026, 7, 8))
    live(calm, date(2026, 7, 7))
    assert told(calm, calm.amara, LATE) == []
    assert len(told(calm, calm.boima, ASKED)) == 1
    live(calm, date(2026, 7, 8))
    assert "by 8 July" in told(calm, calm.boima, ASKED)[1]


def test_after_an_outage_only_the_lead_hears_of_it(calm: World) -> None:
    promise(calm)
    calm.clock = utc(WEDNESDAY) + timedelta(days=5)
    live(calm, WEDNESDAY + timedelta(days=6))
    assert told(calm, calm.boima, ASKED) == []
    assert len(told(calm, calm.amara, LATE)) == 1
    assert promise_planner.plan_due(calm.clock) == 0


def test_who_has_left_the_team_is_not_asked(calm: World) -> None:
    promise(calm)
    calm.live_until(utc(WEDNESDAY, 5))
    calm.team.memberships.get(user=calm.boima).delete()
    live(calm, WEDNESDAY)
    assert told(calm, calm.boima, ASKED) == []
    assert Message.objects.get(kind="promise due").reason == "no longer owed"


@pytest.mark.django_db(transaction=True)
def test_promises_from_before_are_asked_of_when_their_day_is_to_come() -> None:
    before = [("followups", "0005_writing_together")]
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    try:
        apps = executor.loader.project_state(before).apps
        kinds = [apps.get_model("followups", m) for m in ("Commitment", "CommitmentVersion")]
        team, today = make_team(), timezone.now().date()
        for days, states in ((5, ["promised"]), (-5, ["promised"]), (5, ["promised", "kept"])):
            made = kinds[0].objects.create(team_id=team.pk)
            due_on = today + timedelta(days=days)
            for n, state in enumerate(states, start=1):
                words = {"who": "Boima", "what": "Call", "due_on": due_on, "made_on": today}
                once = {"form_id": uuid4(), "at": timezone.now(), "why": "So it is"}
                kinds[1].objects.create(commitment=made, n=n, state=state, **words, **once)
    finally:
        # The tests after this one need what came later, too.
        later = MigrationExecutor(connection)
        later.migrate(later.loader.graph.leaf_nodes("followups"))
    asked = Commitment.objects.order_by("pk").values_list("asks_on", flat=True)
    assert list(asked) == [today + timedelta(days=5), None, None]
    assert CommitmentVersion.objects.promised().count() == 2
