"""Mails of the access tests' world: what people were sent, and addresses that take none."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from followups.models import CheckIn
from outbox.models import Attempt, Message, Suppression
from outbox.queueing import queue

DAY = timedelta(days=1)


def send(check_in: CheckIn, person: User, now: datetime, *, state: str = "dead") -> Message:
    """A reminder that one try did not bring to the person."""
    key = f"checkin/{check_in.pk}/{person.pk}/nudge"
    told = {"person": person, "address": person.email, "language": "en", "about": check_in.pk}
    queue("check-in nudge", key, now=now, expires_at=now + 365 * DAY, **told)
    message = Message.objects.get(key=key)
    Message.objects.filter(pk=message.pk).update(state=state)
    Attempt.objects.create(
        message=message,
        n=1,
        claim="00000000-0000-0000-0000-000000000000",
        started_at=now,
        finished_at=now,
        outcome="temporary",
    )
    return message


def shut(person: User, now: datetime) -> None:
    """No mail reaches this person."""
    Suppression.objects.get_or_create(
        address=person.email, defaults={"reason": "550", "since": now}
    )
