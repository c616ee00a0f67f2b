"""Changing the agenda: each change is one session's, can be sent twice, and can be taken back.

Days and times are the venue's wall clock. A change names the version of the session that was
seen; when someone else changed it meanwhile, nothing is written and a sentence says who.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.fields import apart
from cohorts.models import AgendaChange, Cohort, Session

TEXTS = ("kind", "title", "presenter", "room", "track", "objectives", "description")
FIELDS = ("day", "starts_at", "ends_at", *TEXTS, "removed_at")
SHORTEST = timedelta(minutes=5)
DAY_ENDS = time(23, 55)


class ChangedMeanwhileError(Exception):
    """Someone else changed the session; the message is a sentence for the person."""


@dataclass(frozen=True)
class Author:
    """Who changes something and when; `change_id` is made by the page, once a change."""

    by: User
    now: datetime
    change_id: UUID


def add(cohort: Cohort, values: dict[str, Any], author: Author) -> Session:
    """A new session. The same `change_id` again is the same session."""
    try:
        with transaction.atomic():
            session = Session.objects.create(cohort=cohort, changed_at=author.now, **values)
            _note(session, None, author)
            return session
    except IntegrityError:
        if known := _sent_before(cohort, author):
            return known
        raise


def change(session: Session, values: dict[str, Any], author: Author, *, seen: int) -> Session:
    """Give the session other values, if it still is the version that was `seen`.

    Raises ChangedMeanwhileError, and ValidationError for times that make no sense.
    """
    before = _told(session)
    for name, value in values.items():
        setattr(session, name, value)
    _check_times(session)
    if _told(session) == before:
        return session
    try:
        with transaction.atomic():
            unchanged = Session.objects.filter(pk=session.pk, version=seen)
            raised = {"version": F("version") + 1, "changed_at": author.now}
            if not unchanged.update(**values, **raised):
                raise ChangedMeanwhileError(_who_was_faster(session))
            session.version = seen + 1
            _note(session, before, author)
    except (ChangedMeanwhileError, IntegrityError):
        if known := _sent_before(session.cohort, author):
            return known
        raise
    return session


def shift(
    session: Session, author: Author, *, seen: int, days: int = 0, minutes: int = 0, longer: int = 0
) -> Session:
    """Move a session by days and minutes, or end it `longer` minutes later. Raises like `change`.

    At the edges of the week and of the day it stops.
    """
    cohort = session.cohort
    day = session.day + timedelta(days=days)
    values = {
        "day": min(max(day, cohort.starts_on), cohort.ends_on),
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
    }
    begins, ends = _minutes(session.starts_at), _minutes(session.ends_at)
    minutes = min(max(minutes, -begins), _minutes(DAY_ENDS) - ends) if minutes else 0
    ends = min(max(ends + longer, begins + SHORTEST.seconds // 60), _minutes(DAY_ENDS))
    values["starts_at"], values["ends_at"] = _clock(begins + minutes), _clock(ends + minutes)
    return change(session, values, author, seen=seen)


def duplicate(session: Session, author: Author) -> Session:
    """The same session once more, right after the first where the day has room for it."""
    values = {name: getattr(session, name) for name in FIELDS}
    length = _minutes(session.ends_at) - _minutes(session.starts_at)
    begins = min(_minutes(session.ends_at), _minutes(DAY_ENDS) - length)
    values |= {"starts_at": _clock(begins), "ends_at": _clock(begins + length)}
    return add(session.cohort, values, author)


def remove(session: Session, author: Author, *, seen: int) -> Session:
    """Take the session off the agenda; what teams wrote about it stays. Raises like `change`."""
    return change(session, {"removed_at": author.now}, author, seen=seen)


@transaction.atomic
def undo(cohort: Cohort, by: User, now: datetime) -> Session | None:
    """Take back the last change that `by` made; None when there is none.

    Raises ChangedMeanwhileError when someone changed the session since.
    """
    mine = AgendaChange.objects.filter(session__cohort=cohort, by=by, undone_at__isnull=True)
    last = mine.select_related("session__cohort").order_by("-pk").first()
    if last is None:
        return None
    session = last.session
    values = _read(last.before) if last.before else {"removed_at": now}
    unchanged = Session.objects.filter(pk=session.pk, version=last.version)
    if not unchanged.update(**values, version=F("version") + 1, changed_at=now):
        raise ChangedMeanwhileError(_who_was_faster(session))
    AgendaChange.objects.filter(pk=last.pk).update(undone_at=now)
    # What came before it can be taken back next, from the version that there is now.
    earlier = session.changes.filter(pk__lt=last.pk, undone_at__isnull=True).order_by("-pk")
    AgendaChange.objects.filter(pk__in=earlier.values("pk")[:1]).update(version=last.version + 1)
    session.refresh_from_db()
    return session


def _sent_before(cohort: Cohort, author: Author) -> Session | None:
    known = AgendaChange.objects.filter(change_id=author.change_id, session__cohort=cohort)
    found = known.select_related("session__cohort").first()
    return found.session if found else None


def _note(session: Session, before: dict[str, str] | None, author: Author) -> None:
    AgendaChange.objects.create(
        change_id=author.change_id,
        session=session,
        before=before,
        after=_told(session),
        version=session.version,
        by=author.by,
        at=author.now,
    )


def _who_was_faster(session: Session) -> str:
    last = session.changes.select_related("by").order_by("-version").first()
    name = apart(last.by) if last and last.by else _("Someone")
    return _("%(name)s changed “%(session)s” meanwhile. Look at it, then change it again.") % {
        "name": name,
        "session": apart(session.title),
    }


def _check_times(session: Session) -> None:
    if session.ends_at <= session.starts_at:
        raise ValidationError({"ends_at": _("It ends before it begins.")})
    if not session.cohort.starts_on <= session.day <= session.cohort.ends_on:
        raise ValidationError({"day": _("This day is not in the week.")})


def _told(session: Session) -> dict[str, str]:
    """The session's fields as texts."""
    told = {name: getattr(session, name) for name in FIELDS}
    return {name: value.isoformat() if hasattr(value, "isoformat") else str(value or "")
            for name, value in told.items()}  # fmt: skip


def _read(told: dict[str, str]) -> dict[str, Any]:
    """What `_told` told, as the columns hold it."""
    removed_at = told["removed_at"]
    return {name: told[name] for name in TEXTS} | {
        "day": date.fromisoformat(told["day"]),
        "starts_at": time.fromisoformat(told["starts_at"]),
        "ends_at": time.fromisoformat(told["ends_at"]),
        "removed_at": datetime.fromisoformat(removed_at) if removed_at else None,
    }


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
