"""Mails to those who look after teams: at decent hours, one a day, to whoever wants them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, Q

from accounts.models import User
from followups import mails, owing
from followups.hours import Reader
from followups.models import Preference
from outbox.models import Message


def wanted() -> Q:
    """The reader has not opted out: a condition on Message."""
    return ~Q(Exists(owing.SILENT))


def reader_of(person: User, zone: ZoneInfo) -> Reader:
    """Whose day it is, as they want reminders; no cohort's holidays are all of theirs."""
    chosen = getattr(person, "reminder_preference", None) or Preference()
    return Reader(zone, f"person/{person.pk}", chosen.hour, chosen.weekly_on)


def decent(message: Message, reader: Reader, earliest: datetime) -> datetime:
    """The next decent hour not before `earliest` (UTC); after a rest, for the kinds that rest."""
    if message.kind in mails.WHOLE_FAMILY:
        return reader.next_decent(mails.rested(mails.person_of(message), earliest))
    # What someone does just now does not wait for the reader's day of the week.
    return replace(reader, weekly_on=None).next_decent(earliest)
