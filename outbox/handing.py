"""The hand-over: committed before a mail goes to the server, or it does not go.

Its statements are built once, since each mail runs them (docs/decisions/0032).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import DurationField, Exists
from django.db.models.functions import Now

from coalitions import prepared
from coalitions.prepared import Place, Run, Statement, place
from outbox.kinds import Kind, kind_of
from outbox.models import Message, Suppression

LONGEST_MAIL_SECONDS = 60


def mail_seconds() -> float:
    """What one mail may take at most, and so what must be left of its lease at the hand-over."""
    return min(LONGEST_MAIL_SECONDS, settings.OUTBOX_LEASE_SECONDS / 2)


def hand_over(message: Message, now: datetime, others: Sequence[Message] = ()) -> bool:
    """Commit that this mail goes to the server now: still ours, for long enough, and still owed.

    With the `others` that it names, or not at all.
    """
    kind = kind_of(message)
    if others or (kind.keeps_hours and not kind.free):
        handed = _hand_over_in_steps(message, others, now)
    elif kind.opens(message, now) > now:
        return False
    else:
        # Nobody hands this person another mail between the look for one and our mark.
        held = _holding(message) if kind.free else []
        handed = bool(prepared.at_once([*held, _mark(message, now)])[-1])
    for one in (message, *others) if handed else ():
        one.handed_over_at = now
    return handed


def _hand_over_in_steps(message: Message, others: Sequence[Message], now: datetime) -> bool:
    # By itself, and in no one's transaction: it is committed when this returns.
    with transaction.atomic(durable=True):
        if kind_of(message).keeps_hours:
            prepared.at_once(_holding(message))
            if any(kind_of(one).opens(one, now) > now for one in (message, *others)):
                return False
        # The first one last: those that it covers are no mails of their own to `free`.
        marks = [*(_mark(one, now, covered_by=message) for one in others), _mark(message, now)]
        handed = all(statement.change(**values) for statement, values in marks)
        if not handed:
            transaction.set_rollback(True)
    return handed


def _holding(message: Message) -> list[Run]:
    """Keeps others from the mails of this person until the transaction ends: one mail at a time."""
    if message.person_id is None or not connection.features.has_select_for_update:
        # On SQLite the transaction keeps all others from writing anyway.
        return []
    return [(_hold_person(), {"person": message.person_id})]


@cache
def _hold_person() -> Statement:
    people = get_user_model().objects.filter(pk=place(Message, "person"))
    # Rows that point at the person may still be written: an answer never waits for a mail.
    with transaction.atomic():
        return prepared.select(people.select_for_update(no_key=True).values_list("pk"))


def _mark(message: Message, now: datetime, *, covered_by: Message | None = None) -> Run:
    return _marking(kind_of(message)), {
        "now": now,
        "id": message.pk,
        "claim": message.claim,
        "time": timedelta(seconds=mail_seconds()),
        "address": message.address.lower(),
        "covered_by": covered_by and covered_by.pk,
    }


@lru_cache(maxsize=64)
def _marking(kind: Kind) -> Statement:
    """The hand-over of one message of this kind."""
    now = place(Message, "handed_over_at", "now")
    ours = Message.objects.filter(
        kind.owed(now),
        id=place(Message, "id"),
        claim=place(Message, "claim"),
        lease_until__gt=Now() + Place("time", DurationField()),
        expires_at__gt=now,
    )
    if kind.free:
        ours = ours.filter(kind.free(now))
    if not kind.asked_for:
        suppressed = Suppression.objects.filter(address=place(Suppression, "address"))
        ours = ours.exclude(Exists(suppressed))
    return prepared.updating(ours, handed_over_at=now, covered_by=place(Message, "covered_by"))
