"""Workers at the same time, crashes, and answers that come while a mail is on its way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from coalitions import clock
from cohorts import invitations
from cohorts.guests import Guest
from cohorts.models import Cohort
from outbox import delivery, transport, verdicts
from outbox.delivery import Turn, claim_due, deliver, gate
from outbox.handing import hand_over, mail_seconds
from outbox.models import Attempt, Message
from outbox.queueing import cancel
from outbox.transport import Outcome, Verdict
from tests.factories import make_cohort, make_team, make_user
from tests.installation import ROOT
from tests.outbox.conftest import DAY, NOW, outcomes, put
from tests.outbox.sink import CUT


def run_out(message: Message) -> None:
    """The lease ends, by the clock that counts: the database's."""
    Message.objects.filter(pk=message.pk).update(lease_until=Now() - timedelta(seconds=1))


def put_and_claim(**fields: Any) -> Message:
    put(**fields)
    [message] = claim_due(NOW)
    return message


def in_thread(verb: Any, *arguments: Any) -> tuple[threading.Thread, list[Any]]:
    """Start `verb` in a thread with connections of its own; its result will be in the list."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(verb(*arguments))
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_mail_once(sink, reminder):
    messages = [put() for _ in range(40)]
    barrier = threading.Barrier(4)

    def work() -> int:
        barrier.wait()
        return deliver(NOW)

    started = [in_thread(work) for _ in range(4)]
    for thread, _ in started:
        thread.join(60)
    assert sum(sum(results) for _, results in started) == 40
    assert sorted(taken.to for taken in sink.taken) == sorted(m.address for m in messages)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert not Attempt.objects.exclude(outcome__in=["ok", "aborted"]).exists()


@pytest.mark.django_db
def test_answered_between_claim_and_hand_over_means_never_sent(sink, reminder):
    message = put_and_claim()
    assert gate([message], NOW)
    person = message.person
    assert person
    person.is_active = False
    person.save()
    # Nobody called cancel(): the hand-over itself asks once more.
    assert not hand_over(message, NOW)
    verdicts.release(message, NOW, at=NOW, reason="not handed over")
    assert deliver(NOW) == 0
    assert sink.taken == []
    message.refresh_from_db()
    assert message.state == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_a_hand_over_waits_for_an_answer_under_way_and_then_does_not_happen(reminder):
    message = put_and_claim()
    with transaction.atomic():
        cancel(["reminder"], person=message.person, reason="answered")
        thread, results = in_thread(hand_over, message, NOW)
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(30)
    assert results == [False]


@pytest.mark.django_db(transaction=True)
def test_an_answer_waits_for_a_hand_over_under_way_and_comes_too_late_for_it(reminder):
    message = put_and_claim()
    with transaction.atomic():
        Message.objects.filter(pk=message.pk).update(handed_over_at=NOW)

        def answer() -> int:
            return cancel(["reminder"], person=message.person, reason="answered")

        thread, results = in_thread(answer)
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(30)
    assert results == [0]


@pytest.mark.django_db
def test_a_lease_that_ran_out_before_the_hand_over_was_certainly_not_sent(sink, reminder):
    message = put_and_claim()
    run_out(message)
    assert not hand_over(message, NOW)
    assert deliver(NOW) == 1
    assert outcomes(message) == ["aborted", "ok"]
    assert len(sink.taken) == 1


@pytest.mark.django_db
def test_a_lease_that_ran_out_after_the_hand_over_is_a_doubt(sink, reminder):
    message = put_and_claim()
    assert hand_over(message, NOW)
    run_out(message)
    assert deliver(NOW) == 1
    assert outcomes(message) == ["unknown", "ok"]


@pytest.mark.django_db
def test_a_lease_that_still_runs_is_left_alone(sink, reminder):
    message = put_and_claim()
    assert deliver(NOW + DAY) == 0
    message.refresh_from_db()
    assert message.state == "claimed"


@pytest.mark.django_db
def test_a_lease_that_is_too_short_for_a_mail_is_not_used(sink, reminder, settings):
    message = put_and_claim()
    left = Now() + timedelta(seconds=mail_seconds() - 1)
    Message.objects.filter(pk=message.pk).update(lease_until=left)
    assert not hand_over(message, NOW)


@pytest.mark.django_db
def test_a_worker_that_comes_back_too_late_records_nothing(sink, reminder):
    slow = put_and_claim()
    assert hand_over(slow, NOW)
    run_out(slow)
    deliver(NOW)
    verdicts.record(slow, Verdict(Outcome.PERMANENT, 550, "5.1.1"), NOW)
    slow.refresh_from_db()
    assert slow.state == "sent"
    assert outcomes(slow) == ["unknown", "ok"]


@pytest.mark.django_db
def test_no_mail_is_handed_over_after_its_time(sink, reminder):
    message = put_and_claim()
    assert not hand_over(message, message.expires_at)


@pytest.mark.django_db
def test_a_turn_that_takes_long_judges_each_mail_by_its_own_moment(sink, reminder):
    message = put_and_claim(expires_at=NOW + timedelta(seconds=10))
    turn = Turn(NOW)
    late = Turn(NOW, began=turn.began - 11)
    with transport.open_line() as line:
        assert delivery.send(message, line, late) is None
    assert sink.taken == []
    message.refresh_from_db()
    assert message.state == "expired"


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_mail_is_on_its_way(sink, reminder):
    put()
    seen = []

    def look_from_outside() -> None:
        thread, results = in_thread(lambda: Message.objects.get().handed_over_at)
        thread.join(30)
        seen.append((results, connection.in_atomic_block))

    sink.on_dot = look_from_outside
    assert deliver(NOW) == 1
    [(results, in_transaction)] = seen
    assert results[0] >= NOW
    assert not in_transaction
    put()
    with transaction.atomic(), pytest.raises(RuntimeError):
        deliver(NOW)


@pytest.mark.django_db
def test_a_server_that_goes_away_in_the_middle_leaves_the_rest_unharmed(sink, reminder):
    for _ in range(4):
        put()
    sink.says = {"CONNECT": ["220 hello", CUT], "RCPT": ["250 fine", CUT]}
    assert deliver(NOW) == 1
    states = Message.objects.values_list("state", "attempts")
    assert sorted(states) == [("queued", 0), ("queued", 0), ("queued", 1), ("sent", 0)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_gap_leaves_a_doubt_and_the_same_bytes_go_once_more(sink, settings):
    """A real process, a real SIGKILL: the mail was taken, and nobody recorded it."""
    guest = Guest("amara@example.org")
    # Closed, so that the worker's clock plans nothing besides.
    team = make_team(make_cohort(state=Cohort.State.CLOSED))
    invitations.invite(team, guest, by=make_user(), now=clock.now())
    message = Message.objects.get()
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "tick"], cwd=ROOT, env=environment(sink.port, settings)
    )
    sink.on_dot = lambda: os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(60) == -signal.SIGKILL
    assert outcomes(message) == [""]
    message.refresh_from_db()
    assert message.state == "claimed"
    sink.on_dot = lambda: None
    run_out(message)
    assert deliver(clock.now()) == 1
    assert outcomes(message) == ["unknown", "ok"]
    first, second = sink.taken
    assert first == second


def environment(port: int, settings: Any) -> dict[str, str]:
    """What a process needs to work on this test's database and mail server."""
    found = connection.settings_dict
    url = f"sqlite:///{found['NAME']}"
    if connection.vendor == "postgresql":
        who = ":".join(filter(None, (found["USER"], found["PASSWORD"])))
        url = f"postgres://{who}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "SECRET_KEY": settings.SECRET_KEY,
        "BASE_URL": settings.BASE_URL,
        "DEBUG": "0",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_TLS": "none",
        "MAIL_FROM": settings.DEFAULT_FROM_EMAIL,
    }
