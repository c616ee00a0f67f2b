"""Mails to those who look after teams: at decent hours, one a day, to whoever wants them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from followups import mails, schedule
from followups.models import Preference
from outbox.models import Message

SUPPORT_OVERDUE, COACH_DIGEST = "support overdue", "coach digest"
# Of all these together one person gets one within the rest that check-in mails keep.
RESTING = [*mails.ASKING, SUPPORT_OVERDUE, COACH_DIGEST]


def wanted() -> Q:
    """The reader has not opted out: a condition on Message."""
    silent = Preference.objects.filter(person=OuterRef("person"), wants_reminders=False)
    return ~Q(Exists(silent))


def decent(message: Message, zone: ZoneInfo, earliest: datetime) -> datetime:
    """The next decent hour not before `earliest` (UTC); after a rest, for the kinds that rest."""
    lately = Message.objects.filter(
        person=message.person, kind__in=RESTING, handed_over_at__gt=earliest - mails.REST
    ).exclude(pk=message.pk)
    last = lately.order_by("-handed_over_at").values_list("handed_over_at", flat=True).first()
    if last and message.kind in RESTING:
        earliest = max(earliest, last + mails.REST)
    return schedule.next_decent(earliest, zone, message.key)
