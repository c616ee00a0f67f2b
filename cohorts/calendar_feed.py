"""The agenda in people's own calendars: a feed by a private link (RFC 5545).

An event keeps its UID through every change and raises its SEQUENCE with each, so that calendar
programs move it instead of showing it twice; a session taken off stays as a cancelled event. Times
are the venue's wall clock with its VTIMEZONE.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from accounts.models import User
from cohorts.models import CalendarFeed, Cohort, Session
from outbox import links

PURPOSE = "calendar"
# How often a calendar program should look again.
REFRESH = timedelta(hours=1)


def url_of(feed: CalendarFeed) -> str:
    """The address of a feed, for https:// and for webcal://."""
    token = links.issue(
        PURPOSE, str(feed.key), about=feed.pk, person=feed.person, expires_at=None, now=feed.made_at
    )
    return settings.BASE_URL + reverse("calendar_feed", args=[token])


def feed_of(person: User, cohort: Cohort | None) -> CalendarFeed | None:
    """The feed someone made of a cohort, or of everything that is theirs."""
    found = CalendarFeed.objects.filter(person=person, cohort=cohort)
    return found.select_related("person").first()


@transaction.atomic
def make(person: User, cohort: Cohort | None, now: datetime) -> CalendarFeed:
    """A feed with a new address; the address it had before ends."""
    end(person, cohort, now)
    return CalendarFeed.objects.create(person=person, cohort=cohort, key=uuid4(), made_at=now)


@transaction.atomic
def end(person: User, cohort: Cohort | None, now: datetime) -> bool:
    """Let the feed's address open no more; was there one?"""
    feed = feed_of(person, cohort)
    if feed is None:
        return False
    links.revoke(PURPOSE, now=now, about=feed.pk, person=person)
    feed.delete()
    return True


def cohorts_in(feed: CalendarFeed) -> list[Cohort]:
    """The cohorts whose sessions the feed holds, as long as its person may see them."""
    visible = Cohort.objects.visible_to(feed.person)
    if feed.cohort_id:
        visible = visible.filter(pk=feed.cohort_id)
    elif feed.person.is_admin:
        visible = visible.exclude(state=Cohort.State.CLOSED)
    return list(visible.order_by("starts_on", "pk").prefetch_related("sessions"))


def write(cohorts: Iterable[Cohort], name: str) -> bytes:
    """The feed of these cohorts' sessions, their `sessions` prefetched."""
    calendar = Calendar()
    calendar.add("prodid", "-//Coalitions//agenda//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    days = []
    for cohort in cohorts:
        days += [cohort.starts_on, cohort.ends_on]
        for session in cohort.sessions.all():
            calendar.add_component(_event(cohort, session))
    if days:
        calendar.add_missing_timezones(
            first_date=min(days) - timedelta(days=366), last_date=max(days) + timedelta(days=366)
        )
    return bytes(calendar.to_ical())


def _event(cohort: Cohort, session: Session) -> Event:
    event = Event()
    changed = session.changed_at.astimezone(UTC)
    event.add("uid", f"session-{session.pk}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", session.version)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", datetime.combine(session.day, session.starts_at, cohort.zone))
    event.add("dtend", datetime.combine(session.day, session.ends_at, cohort.zone))
    event.add("summary", session.title)
    place = ", ".join(filter(None, (session.room, cohort.venue)))
    if place:
        event.add("location", place)
    words = [session.get_kind_display(), session.presenter, session.track, session.objectives]
    event.add("description", "\n".join(str(part) for part in words if part))
    event.add("url", settings.BASE_URL + session.get_absolute_url())
    event.add("status", "CANCELLED" if session.removed_at else "CONFIRMED")
    event.add("categories", [vText(cohort.name)])
    if session.kind == Session.Kind.BREAK:
        event.add("transp", "TRANSPARENT")
    return event


def name_of(feed: CalendarFeed) -> str:
    """What calendar programs call the feed."""
    return str(feed.cohort) if feed.cohort else _("Coalitions")
