"""A tick plans, sends and leaves its mark; the health page tells when it does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from coalitions import clock
from outbox import ticking
from outbox.models import Heartbeat, Message, Suppression
from outbox.tasks import tick as tick_task
from tests.outbox.conftest import DAY, HOUR, MINUTE, NOW, put

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def planners(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The planners of these tests instead of those of the apps."""
    mine: list[Any] = []
    monkeypatch.setattr(ticking, "_planners", mine)
    return mine


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_a_tick_plans_first_and_sends_what_was_planned(sink, reminder):
    @ticking.plans
    def plan(now: datetime) -> int:
        put(now=now, key="planned")
        return 1

    ticking.tick(NOW)
    ticking.tick(NOW)
    assert Message.objects.get().state == "sent"
    assert len(sink.taken) == 1


def test_a_planner_that_fails_does_not_keep_the_mail_and_is_noticed(sink, reminder, client):
    @ticking.plans
    def plan(now: datetime) -> int:
        raise LookupError("a mistake in an app")

    put(now=clock.now())
    ticking.tick(clock.now())
    assert len(sink.taken) == 1
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["silent"] == ["tests.outbox.test_ticking"]


def test_a_tick_that_left_work_says_so(sink, reminder, monkeypatch):
    monkeypatch.setattr("outbox.delivery.MOST_A_TICK", 2)
    monkeypatch.setattr("outbox.delivery.CHUNK", 2)
    for _ in range(3):
        put()
    assert ticking.tick(NOW)
    assert not ticking.tick(NOW)


def test_a_tick_that_cannot_send_does_not_ring_for_another(sink, reminder):
    put()
    sink.says = {"CONNECT": "421 4.3.2 closed"}
    assert not ticking.tick(NOW)


def test_the_task_and_the_command_do_what_a_tick_does(sink, reminder):
    put(now=clock.now())
    tick_task()
    put(now=clock.now())
    run("tick")
    assert len(sink.taken) == 2


def test_all_is_well_after_a_tick(sink, reminder, client):
    ticking.tick(clock.now())
    answer = client.get("/healthz")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == {
        "healthy": True,
        "database": "ok",
        "heartbeat_seconds": 0,
        "silent": [],
        "oldest_due_seconds": 0,
        "on_hold": "",
    }
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405
    run("heartbeat")


@pytest.mark.parametrize(("silence", "status"), [(timedelta(minutes=4), 200), (5 * MINUTE, 503)])
def test_five_minutes_without_a_tick_are_not_well(client, silence, status):
    Heartbeat.objects.create(name="tick", beat_at=clock.now() - silence)
    assert client.get("/healthz").status_code == status
    if status == 503:
        with pytest.raises(CommandError):
            run("heartbeat")


def test_before_the_first_tick_nothing_is_well(client):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["heartbeat_seconds"] is None


@pytest.mark.parametrize(("late", "status"), [(14 * MINUTE, 200), (15 * MINUTE, 503)])
def test_a_mail_that_waits_too_long_is_not_well(client, late, status):
    now = clock.now()
    Heartbeat.objects.create(name="tick", beat_at=now)
    put(now=now - late)
    answer = client.get("/healthz")
    assert answer.status_code == status
    assert abs(answer.json()["oldest_due_seconds"] - late.total_seconds()) <= 2


def test_a_mail_that_waits_too_long_is_seen_by_who_asks_whether_all_is_ready(client):
    now = clock.now()
    put(now=now - 14 * MINUTE)
    assert client.get("/readyz").status_code == 200
    put(now=now - 5 * HOUR)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "migrations_missing": 0,
        "late_mail": "due for 300 min",
    }


def test_a_mail_for_tomorrow_does_not_count_as_late(client):
    now = clock.now()
    Heartbeat.objects.create(name="tick", beat_at=now)
    put(now=now - DAY, not_before=now + HOUR)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_without_a_database_it_says_so_and_no_more(client: Client):
    def away(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> None:
        from django.db import OperationalError

        raise OperationalError("could not connect to postgres://secret@10.0.0.1")

    with connection.execute_wrapper(away):
        answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"healthy": False, "database": "OperationalError"}


def test_the_outbox_can_be_listed_and_a_failed_mail_tried_again(sink, reminder):
    now = clock.now()
    message = put(now=now, key="checkin/1/1/opens")
    sink.says = {"RCPT": ["550 5.1.1 no such person"]}
    run("tick")
    assert "failed" in run("outbox", "list", "--state", "failed")
    assert "checkin/1/1/opens" not in run("outbox", "list", "--state", "sent")
    assert "is queued again" in run("outbox", "retry", message.key)
    assert not Suppression.objects.exists()
    run("tick")
    assert [taken.to for taken in sink.taken] == [message.address]
    assert "checkin/1/1/opens" in run("outbox")


def test_the_outbox_lists_what_is_due_before_what_went(sink, reminder):
    now = clock.now()
    for key, state, due in (
        ("went-first", "sent", now - 2 * DAY),
        ("for-tomorrow", "queued", now + DAY),
        ("due", "queued", now - HOUR),
        ("went-last", "sent", now - DAY),
    ):
        mail = put(now=now, key=key)
        Message.objects.filter(pk=mail.pk).update(state=state, next_attempt_at=due)
    told = [line.split()[-1] for line in run("outbox").splitlines()]
    assert told == ["due", "for-tomorrow", "went-last", "went-first"]
    told = [line.split()[-1] for line in run("outbox", "list", "--state", "sent").splitlines()]
    assert told == ["went-last", "went-first"]


def test_only_a_failed_or_dead_mail_that_has_not_expired_is_tried_again(sink, reminder, capsys):
    now = clock.now()
    put(now=now, key="waits")
    late = put(now=now, key="late")
    Message.objects.filter(pk=late.pk).update(state="dead", expires_at=now)
    for key, why in (("waits", "only failed or dead"), ("late", "expired")):
        with pytest.raises(CommandError, match="could not be tried"):
            run("outbox", "retry", key)
        assert why in capsys.readouterr().err
    for arguments, why in ((["none"], "No mail"), ([], "Which ones")):
        with pytest.raises(CommandError, match=why):
            run("outbox", "retry", *arguments)


def test_all_that_were_given_up_are_tried_again_or_those_of_a_kind(sink, reminder, make_kind):
    make_kind("digest")
    now = clock.now()
    mails = [put(now=now), put(now=now), put(now=now, kind="digest")]
    Message.objects.filter(pk__in=[mail.pk for mail in mails]).update(state="dead")
    assert "1 of 1" in run("outbox", "retry", "--dead", "--kind", "digest")
    assert run("outbox", "retry", "--dead").endswith("2 of 2 mails are queued again.\n")
    assert "0 of 0" in run("outbox", "retry", "--dead")
    run("tick")
    assert len(sink.taken) == 3
