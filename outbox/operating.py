"""What people do to mails by hand: try again, or take back."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from outbox.doorbell import ring_after_commit
from outbox.models import Message
from outbox.states import State, transition
from outbox.verdicts import lift_suppression

RETRIABLE = [State.FAILED, State.DEAD]


def retriable(mails: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """Those that may be tried again: given up, and still wanted in time."""
    return mails.filter(state__in=RETRIABLE, expires_at__gt=now)


@transaction.atomic
def retry(message: Message, now: datetime) -> bool:
    """Queue a failed or dead mail once more; False when someone just did, or its time passed.

    Whoever tries again by hand has mended the address.
    """
    if message.state not in RETRIABLE or message.expires_at <= now:
        return False
    again = {"next_attempt_at": now, "handed_over_at": None, "reason": ""}
    if not transition(message, State.QUEUED, **again):
        return False
    lift_suppression(message.address)
    ring_after_commit()
    return True


@transaction.atomic
def cancel(message: Message, *, by: AbstractBaseUser) -> bool:
    """Take back a mail that waits; False when it is no longer waiting."""
    if message.state != State.QUEUED:
        return False
    return transition(
        message, State.CANCELLED, reason=gettext_noop("taken back by hand"), taken_back_by=by.pk
    )
