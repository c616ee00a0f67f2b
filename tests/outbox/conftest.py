"""A mail server, a kind of mail, and a mail that is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from outbox import kinds
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import queue
from tests.factories import make_user
from tests.outbox.sink import Sink

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NUMBER = count(1)


@pytest.fixture(autouse=True)
def silent_bell(settings: Any) -> None:
    settings.DOORBELL = False


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    server = Sink()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": server.port, "timeout": 5},
        }
    }
    settings.DEFAULT_FROM_EMAIL = "Coalitions <coalitions@example.org>"
    yield server
    server.close()


def owed_to_active(now: datetime) -> Q:
    """The tests' kinds of mail are wanted by whoever is active."""
    return Q(Exists(User.objects.filter(pk=OuterRef("person"), is_active=True)))


def compose(message: Message) -> Content:
    return Content("How does it go?", f"Three minutes, please.\n{message.context.get('code', '')}")


@pytest.fixture
def make_kind() -> Iterator[Callable[..., Kind]]:
    """`make_kind(name, **fields)` registers a kind for this test."""
    before = dict(kinds._kinds)

    def make(name: str = "reminder", **fields: Any) -> Kind:
        given: dict[str, Any] = {"compose": compose, "owed": owed_to_active} | fields
        kind = Kind(name, **given)
        kinds.register(kind)
        return kind

    yield make
    kinds._kinds.clear()
    kinds._kinds.update(before)


@pytest.fixture
def reminder(make_kind: Callable[..., Kind]) -> Kind:
    return make_kind("reminder")


def put(person: User | None = None, **fields: Any) -> Message:
    """A mail in the outbox, due at NOW (or `now`) and good for three days."""
    person = person or make_user()
    given: dict[str, Any] = {
        "kind": "reminder",
        "key": f"test/{next(NUMBER)}",
        "person": person,
        "address": person.email,
        "language": "en",
        "now": NOW,
    } | fields
    given.setdefault("expires_at", given["now"] + 3 * DAY)
    queue(given.pop("kind"), given.pop("key"), **given)
    return Message.objects.latest("pk")


def outcomes(message: Message) -> list[str]:
    """How each try ended, in order."""
    return list(message.tries.order_by("n").values_list("outcome", flat=True))
