"""The bell makes the workers look now; without it everything happens a minute later."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from coalitions.celery import app as celery_app
from outbox import doorbell
from outbox.doorbell import Bell, ring_after_commit
from outbox.models import Message
from tests.installation import free_port, wait_until
from tests.outbox.conftest import put

FAST = 0.2
# Its pools and settings are not in its type.
app: Any = celery_app


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[float]:
    """A bell of its own whose rings go into a list instead of to a broker."""
    settings.DOORBELL = True
    rings: list[float] = []
    monkeypatch.setattr(doorbell, "_bell", Bell())
    monkeypatch.setattr(doorbell, "_publish", lambda: rings.append(time.monotonic()))
    return rings


def stopped() -> None:
    """Return when no bell rings any more."""
    for thread in threading.enumerate():
        if thread.name == "doorbell":
            thread.join(30)


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_when_the_cause_is_committed(rung):
    with transaction.atomic():
        put()
        stopped()
        assert rung == []
    stopped()
    assert len(rung) == 1


@pytest.mark.django_db(transaction=True)
def test_without_a_commit_nobody_rings(rung):
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    stopped()
    assert rung == []
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_bell_can_be_switched_off(rung, settings):
    settings.DOORBELL = False
    put()
    stopped()
    assert rung == []


def test_many_rings_at_once_become_few(rung, monkeypatch):
    bell, held = Bell(), threading.Event()
    monkeypatch.setattr(doorbell, "_publish", lambda: (rung.append(0.0), held.wait(30)))
    for _ in range(100):
        bell.ring()
    held.set()
    stopped()
    assert len(rung) == 2


def test_after_a_failure_nobody_knocks_for_a_minute(rung, monkeypatch):
    def fails() -> None:
        rung.append(0.0)
        raise ConnectionError

    bell = Bell()
    monkeypatch.setattr(doorbell, "_publish", fails)
    for _ in range(3):
        bell.ring()
        stopped()
    assert len(rung) == 1
    assert 50 < bell.quiet_until - time.monotonic() <= doorbell.QUIET_SECONDS
    bell.quiet_until = time.monotonic()
    bell.ring()
    stopped()
    assert len(rung) == 2


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(params=["refused", "black hole"])
def dead_broker(request: Any, black_hole: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Celery's own publishing, to a Redis that is not there or says nothing."""
    port = free_port() if request.param == "refused" else black_hole
    quick = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    before = app.conf.broker_url, app.conf.broker_transport_options
    app.conf.broker_url = app.conf.broker_write_url = f"redis://127.0.0.1:{port}/0"
    app.conf.broker_transport_options = quick
    app.pool.force_close_all()
    app._pool = None
    app.amqp._producer_pool = None
    monkeypatch.setattr(doorbell, "_bell", Bell())
    yield
    app.conf.broker_url = app.conf.broker_write_url = before[0]
    app.conf.broker_transport_options = before[1]
    app._pool = None
    app.amqp._producer_pool = None


@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_for_a_broker_that_is_away(dead_broker, settings, caplog):
    settings.DOORBELL = True
    began = time.monotonic()
    for _ in range(20):
        put()
        ring_after_commit()
    waited = time.monotonic() - began
    wait_until(lambda: doorbell._bell.quiet_until, "the bell to give up", 30)
    stopped()
    assert waited < 20 * FAST
    assert Message.objects.filter(state="queued").count() == 20
    assert "The bell is silent" in caplog.text
