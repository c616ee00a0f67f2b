"""Putting mails into the outbox, and taking them back while nobody has handed them over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest

from coalitions import prepared
from coalitions.prepared import Statement, place
from outbox.doorbell import ring_after_commit
from outbox.models import Message
from outbox.states import State


def queue(
    kind: str,
    key: str,
    *,
    address: str,
    language: str,
    now: datetime,
    expires_at: datetime,
    person: Any = None,
    about: int | None = None,
    context: dict[str, Any] | None = None,
    not_before: datetime | None = None,
) -> None:
    """Queue one mail; the same `key` again is the same mail, so nothing happens.

    Runs in the caller's transaction: the mail is due if and only if what caused it is true.
    Times are UTC. The address is kept as it is now; a later change of it makes a new mail.
    """
    begin = max(now, not_before or now)
    Message.objects.bulk_create(
        [
            Message(
                key=key,
                kind=kind,
                about=about,
                person=person,
                address=address,
                language=language,
                context=context or {},
                message_id=f"<{uuid4()}@{urlsplit(settings.BASE_URL).hostname}>",
                dated_at=begin,
                created_at=now,
                not_before=begin,
                next_attempt_at=begin,
                expires_at=expires_at,
            )
        ],
        # Not ignore_conflicts: SQLite would then swallow every other mistake in the row, too.
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["key"],
    )
    if begin <= now:
        ring_after_commit()


def cancel(kinds: Iterable[str], *, reason: str, **about: Any) -> int:
    """Take back the mails of these kinds that nobody has handed over yet; how many.

    `about` are conditions on Message, such as `about=check_in.pk` or `person=user`. Runs in the
    transaction of what made them needless, so that none is handed over after it committed: a
    hand-over under way holds the row's lock, and one that comes later finds its claim gone.
    """
    waiting = Message.objects.filter(
        kind__in=list(kinds),
        state__in=[State.QUEUED, State.CLAIMED],
        handed_over_at__isnull=True,
        **about,
    )
    return waiting.update(
        state=State.CANCELLED, reason=reason, context={}, claim=None, lease_until=None
    )


def look_again(kinds: Iterable[str], *, now: datetime, **about: Any) -> int:
    """Let the mails of these kinds that nobody has handed over be judged anew; how many.

    For when their reader's wishes changed: in the same transaction a worker loses its claim, and
    the next look finds the moment that is right now.
    """
    waiting = Message.objects.filter(
        kind__in=list(kinds),
        state__in=[State.QUEUED, State.CLAIMED],
        handed_over_at__isnull=True,
        **about,
    )
    return waiting.update(
        state=State.QUEUED,
        claim=None,
        lease_until=None,
        next_attempt_at=Greatest("not_before", Value(now, DateTimeField())),
    )


def handed_over(
    person: Any, kinds: tuple[str, ...], since: datetime, *, most: int
) -> list[datetime]:
    """When the latest mails of these kinds went to someone after `since` (UTC), the last first."""
    found = _handed_over(kinds, most).rows(person=person.pk, since=since)
    return [moment for (moment,) in found]


@lru_cache(maxsize=8)
def _handed_over(kinds: tuple[str, ...], most: int) -> Statement:
    mails = Message.objects.filter(
        person=place(Message, "person"),
        kind__in=kinds,
        # What went in the mail of another is no mail.
        covered_by__isnull=True,
        handed_over_at__gt=place(Message, "handed_over_at", "since"),
    )
    ordered = mails.order_by("-handed_over_at").values_list("handed_over_at")
    return prepared.select(ordered[:most])
