"""Saying something to a cohort or a team: on their pages, and by one mail to each of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cohorts.models import Cohort, Membership, Team
from conversations.models import Announcement
from outbox import mails
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import queue

KIND = "announcement"
VALID = timedelta(days=3)
MOST_A_TICK = 20


@transaction.atomic
def announce(
    cohort: Cohort,
    title: str,
    text: str,
    *,
    by: User,
    now: datetime,
    send_at: datetime,
    form_id: UUID,
    team: Team | None = None,
) -> Announcement:
    """Say it to the cohort, or to `team` alone, once `send_at` (UTC) has come; at once if it has.

    The same `form_id` again is the same announcement.
    """
    announcement, is_new = Announcement.objects.get_or_create(
        form_id=form_id,
        defaults={
            "cohort": cohort,
            "team": team,
            "title": title,
            "text": text,
            "author": by,
            "made_at": now,
            "send_at": send_at,
        },
    )
    if is_new and send_at <= now:
        send(announcement, now)
        announcement.refresh_from_db(fields=["sent_at"])
    return announcement


def plan_due(now: datetime) -> int:
    """Say what is due at `now` (UTC); how many announcements."""
    due = Announcement.objects.due(now).order_by("send_at", "pk")[:MOST_A_TICK]
    return sum(send(announcement, now) for announcement in due)


@transaction.atomic
def send(announcement: Announcement, now: datetime) -> bool:
    """Show it and queue its mails; False when that was done just now, or it was withdrawn."""
    if not Announcement.objects.due(now).filter(pk=announcement.pk).update(sent_at=now):
        return False
    for person in readers(announcement):
        queue(
            KIND,
            f"announcement/{announcement.pk}/{person.pk}",
            person=person,
            address=person.email,
            language=person.language,
            about=announcement.pk,
            now=now,
            expires_at=now + VALID,
        )
    return True


def withdraw(announcement: Announcement, now: datetime) -> bool:
    """Take it back before it is sent; False when it was sent or withdrawn already."""
    waiting = Announcement.objects.filter(pk=announcement.pk, sent_at=None, withdrawn_at=None)
    return bool(waiting.update(withdrawn_at=now))


def readers(announcement: Announcement) -> QuerySet[User]:
    """Whom it is mailed to: members and coaches, of a whole cohort its facilitators too."""
    teams = Team.objects.filter(cohort=announcement.cohort_id)
    facilitators = Cohort.facilitators.through.objects.filter(cohort=announcement.cohort_id)
    if announcement.team_id:
        teams = teams.filter(pk=announcement.team_id)
        facilitators = facilitators.none()
    members = Membership.objects.filter(team__in=teams.values("pk"))
    return User.objects.filter(
        Q(pk__in=members.values("user"))
        | Q(pk__in=teams.exclude(coach=None).values("coach"))
        | Q(pk__in=facilitators.values("user")),
        is_active=True,
    ).exclude(pk=announcement.author_id or 0)


def compose(message: Message) -> Content:
    """The announcement's mail: the words are its author's, what is round them is the reader's."""
    found = Announcement.objects.select_related("cohort", "team", "author")
    announcement = found.get(pk=message.about or 0)
    subject = _("%(cohort)s: %(title)s") % {
        "cohort": announcement.team or announcement.cohort,
        "title": announcement.title,
    }
    context = {
        "announcement": announcement,
        "path": reverse("announcements", args=[announcement.cohort_id]),
    }
    return mails.compose(subject, "conversations/mail/announcement", context)


def owed(now: datetime) -> Q:
    """An announcement is for those whom it concerns now, not for who has left since."""
    active = User.objects.filter(pk=OuterRef("person"), is_active=True)
    concerned = Announcement.objects.filter(pk=OuterRef("about")).concerning(
        OuterRef(OuterRef("person"))
    )
    return Q(Exists(active)) & Q(Exists(concerned))


# It stands on the page as well: better missed once than read out twice.
ANNOUNCEMENT = Kind(
    KIND, compose, owed=owed, resend_unknown=False, label=gettext_lazy("Announcement")
)
