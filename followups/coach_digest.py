"""The coach's weekly digest, on the first morning of their own working week.

A week is told once, whatever dies meanwhile: its row and its message are made in one transaction,
and both are unique. Where nothing is there to say, the row alone is made. It goes in one mail with
whatever else its reader is due that morning; who wants mail on one day of the week gets it then.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cohorts.models import Cohort, Team
from followups import coaching, hours, mails, staff_mails
from followups.items import Item, says
from followups.models import CoachDigest, Preference
from outbox.kinds import Kind
from outbox.models import Message
from outbox.queueing import queue

KIND = mails.COACH_DIGEST
WEEK = timedelta(days=7)
# After an outage it still comes on the second or third day; later it is no news.
LATEST_DAY = timedelta(days=2)
# Made so long before its morning, so that it waits when the first mail of that morning goes.
AHEAD = timedelta(hours=1)
MOST_A_TICK = 200


def plan_due(now: datetime) -> int:
    """Make the digests that are due at `now` (UTC); how many mails."""
    silent = Preference.objects.filter(person=OuterRef("pk"), wants_reminders=False)
    coached = Team.objects.filter(coach=OuterRef("pk"), cohort__state=Cohort.State.FOLLOW_UP)
    coaches = User.objects.filter(Exists(coached), ~Exists(silent), is_active=True)
    made = CoachDigest.objects.filter(made_at__gt=now - 2 * WEEK)
    told, zones = set(made.values_list("person", "week")), _zones()
    in_zones = [
        (person, zones.get(person.pk, person.zone))
        for person in coaches.select_related("reminder_preference").order_by("pk")
    ]
    due = [
        (person, zone)
        for person, zone in in_zones
        if (person.pk, _week_of(_first_day(zone, now))) not in told and _is_due(person, zone, now)
    ]
    return sum(_make(person, zone, now) for person, zone in due[:MOST_A_TICK])


def _zones(**of: object) -> dict[int, ZoneInfo]:
    """By coach, the zone of their clock; their first team's while they have never signed in."""
    teams = Team.objects.filter(coach__isnull=False, cohort__state=Cohort.State.FOLLOW_UP, **of)
    rows = teams.order_by("-pk").values_list("coach", "coach__time_zone", "time_zone")
    return {coach: ZoneInfo(theirs or at_home) for coach, theirs, at_home in rows}


def _first_day(zone: ZoneInfo, now: datetime) -> date:
    """The first working day of the week in which it is `now` where someone lives."""
    off = hours.days_off(zone.key)
    day = now.astimezone(zone).date()
    while day.weekday() in off or (day - timedelta(days=1)).weekday() not in off:
        day -= timedelta(days=1)
    return day


def _week_of(first: date) -> str:
    """The ISO week that most of a working week lies in, also where that begins on Sunday."""
    year, week, _day = (first + timedelta(days=3)).isocalendar()
    return f"{year}-W{week:02}"


def _times(person: User, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """When the week's digest is for, and when it is no news any more."""
    reader = staff_mails.reader_of(person, zone)
    morning = reader.morning(_first_day(zone, now))
    return morning, reader.evening(morning.astimezone(zone).date() + LATEST_DAY)


def _is_due(person: User, zone: ZoneInfo, now: datetime) -> bool:
    morning, too_late = _times(person, zone, now)
    return morning - AHEAD <= now < too_late


@transaction.atomic
def _make(person: User, zone: ZoneInfo, now: datetime) -> bool:
    """Note that the week is told, and queue its mail; False when there is none to send."""
    week = _week_of(_first_day(zone, now))
    morning, too_late = _times(person, zone, now)
    told_at = max(now, morning)
    before = CoachDigest.objects.filter(person=person).order_by("-made_at").first()
    since = max(before.made_at, now - 2 * WEEK) if before else now - WEEK
    digest, is_new = CoachDigest.objects.get_or_create(
        person=person, week=week, defaults={"since": since, "made_at": told_at}
    )
    if not is_new or not coaching.say_something(coaching.reports(person, since, now)):
        return False
    queue(
        KIND,
        f"{KIND}/{person.pk}/{week}",
        person=person,
        address=person.email,
        language=person.language,
        about=digest.pk,
        now=now,
        not_before=told_at,
        expires_at=too_late,
    )
    return True


@says(KIND)
def item_of(message: Message) -> Item:
    """The digest: of each team what there is to say, and the way to the coach's page."""
    digest = CoachDigest.objects.get(pk=message.about or 0)
    told = coaching.reports(mails.person_of(message), digest.since, message.dated_at)
    return Item(
        _("your teams this week"),
        _("Your teams this week"),
        _("What there is to say of the teams you coach:"),
        _("Read, reply, note a call"),
        reverse("coaching"),
        parts=[(str(report.team), report.sentences) for report in told if report.sentences],
    )


def owed(now: datetime) -> Q:
    """It is wanted by whoever coaches a team in its year and has not opted out."""
    coached = Team.objects.filter(
        coach=OuterRef("person"), coach__is_active=True, cohort__state=Cohort.State.FOLLOW_UP
    )
    return Q(Exists(coached)) & staff_mails.wanted()


def opens(message: Message, now: datetime) -> datetime:
    """A decent hour of the coach's own day."""
    person = mails.person_of(message)
    zone = person.zone if person.time_zone else _zones(coach=person).get(person.pk, person.zone)
    return staff_mails.decent(message, staff_mails.reader_of(person, zone), now)


# Twice would be a nuisance, never is no harm: what it says stands on the coach's page.
DIGEST = Kind(
    KIND,
    mails.alone,
    owed=owed,
    opens=opens,
    free=mails.free,
    resend_unknown=False,
    together=mails.compose,
    label=gettext_lazy("The week of a coach's teams"),
)
