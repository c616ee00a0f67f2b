"""Whether, when and how often someone is reminded. No word of theirs means yes, at nine."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from accounts.models import User
from cohorts.models import Cohort, Membership
from followups import mails
from followups.models import Preference
from outbox.models import Message
from outbox.queueing import cancel, look_again, queue

SNOOZE = timedelta(days=7)
# A lead is told of a reader who is out while that is news.
NEWS = timedelta(days=14)


def of(person: User) -> Preference:
    """What this person chose, or what holds for those who chose nothing."""
    return Preference.objects.filter(person=person).first() or Preference(person=person)


def are_wanted(person: User) -> bool:
    """Does this person want check-in mails?"""
    return of(person).wants_reminders


@transaction.atomic
def stop(person: User, now: datetime) -> None:
    """No more check-in mails: those that wait are taken back in the same transaction.

    The leads of the person's teams are told, each time that someone goes, once for each team.
    """
    was_out = not are_wanted(person)
    kept, _made = Preference.objects.update_or_create(
        person=person, defaults={"wants_reminders": False, "changed_at": now}
    )
    cancel(mails.WHOLE_FAMILY, person=person, reason=gettext_noop("opted out"))
    if was_out:
        return
    theirs = Membership.objects.filter(user=person).exclude(team__cohort__state=Cohort.State.CLOSED)
    leads = Membership.objects.filter(
        role=Membership.Role.LEAD, user__is_active=True, team__in=theirs.values("team")
    )
    # Tomorrow, so that it goes along with what falls due then.
    tomorrow = now.date() + timedelta(days=1)
    for lead in leads.exclude(user=person).select_related("user"):
        queue(
            mails.READER_OUT,
            f"out/{lead.team_id}/{person.pk}/{lead.user_id}/{now:%Y-%m-%d}",
            person=lead.user,
            address=lead.user.email,
            language=lead.user.language,
            about=kept.pk,
            context={"on": tomorrow.isoformat(), "team": lead.team_id},
            now=now,
            expires_at=now + NEWS,
        )


def resume(person: User, now: datetime) -> None:
    """Check-in mails again, from the next step of a round on, and no longer put off."""
    Preference.objects.update_or_create(
        person=person,
        defaults={"wants_reminders": True, "snoozed_until": None, "changed_at": now},
    )
    look_again(mails.WHOLE_FAMILY, now=now, person=person)


@transaction.atomic
def snooze(person: User, now: datetime) -> datetime:
    """None of these mails for a week; until when (UTC). What is still true then comes then."""
    until = now + SNOOZE
    Preference.objects.update_or_create(
        person=person, defaults={"snoozed_until": until, "changed_at": now}
    )
    look_again(mails.WHOLE_FAMILY, now=now, person=person)
    return until


@transaction.atomic
def choose(person: User, *, hour: int, weekly_on: int | None, language: str, now: datetime) -> None:
    """Take mail at this hour of their day, each or once a week, in this language."""
    Preference.objects.update_or_create(
        person=person, defaults={"hour": hour, "weekly_on": weekly_on, "changed_at": now}
    )
    User.objects.filter(pk=person.pk).update(language=language)
    waiting = Message.objects.filter(person=person, kind__in=mails.WHOLE_FAMILY)
    waiting.filter(state=Message.State.QUEUED).update(language=language)
    look_again(mails.WHOLE_FAMILY, now=now, person=person)
