"""Whether someone wants to be reminded. No word of theirs means yes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from followups import mails
from followups.models import Preference
from outbox.queueing import cancel


def are_wanted(person: User) -> bool:
    """Does this person want check-in mails?"""
    return not Preference.objects.filter(person=person, wants_reminders=False).exists()


@transaction.atomic
def stop(person: User, now: datetime) -> None:
    """No more check-in mails: those that wait are taken back in the same transaction."""
    Preference.objects.update_or_create(
        person=person, defaults={"wants_reminders": False, "changed_at": now}
    )
    cancel(mails.WHOLE_FAMILY, person=person, reason="opted out")


def resume(person: User, now: datetime) -> None:
    """Check-in mails again, from the next step of a round on."""
    Preference.objects.update_or_create(
        person=person, defaults={"wants_reminders": True, "changed_at": now}
    )
