"""Mails to those who look after teams: at decent hours, one a day, to whoever wants them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, Q

from accounts.models import User
from followups import mails
from followups.hours import Reader
from followups.models import Preference
from outbox.models import Message


def wanted() -> Q:
    """The reader has not opted out: a condition on Message."""
    return ~Q(Exists(mails.SILENT))


def reader_of(person: User, zone: ZoneInfo) -> Reader:
    """Whose day it is, at the hour they chose; no cohort's holidays are all of theirs."""
    chosen = getattr(person, "reminder_preference", None) or Preference()
    return Reader(zone, f"person/{person.pk}", chosen.hour)


def decent(message: Message, zone: ZoneInfo, earliest: datetime) -> datetime:
    """The next decent hour not before `earliest` (UTC); after a rest, for the kinds that rest."""
    person = mails.person_of(message)
    if message.kind in mails.WHOLE_FAMILY:
        earliest = mails.rested(person, earliest)
    return reader_of(person, zone).next_decent(earliest)
