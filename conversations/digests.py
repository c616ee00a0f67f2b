"""Telling people of new comments: one mail lists what is new, at most once an hour a person.

A mail names the team, the page and who wrote, and leads there: no word of a plan travels by mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from accounts.models import User
from cohorts.models import Cohort, Membership, Program, Team
from conversations import pages
from conversations.models import Digest, Notice, Reader
from outbox import links, mails
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import cancel, queue

KIND = "comments"
OPT_OUT = "comments-off"
REST = timedelta(hours=1)
VALID = timedelta(days=2)
MOST_A_TICK = 200
# A mail lists so many pages; the rest is behind the links.
MOST_PAGES = 20


def plan_due(now: datetime) -> int:
    """Make the digests that are due at `now` (UTC); how many."""
    readers = _due(now).select_related("person")[:MOST_A_TICK]
    return sum(_make(reader, now) for reader in readers)


def _due(now: datetime) -> QuerySet[Reader]:
    """Readers for whom something is new and who have had their rest."""
    waiting = _telling().filter(person=OuterRef("person"), digest=None)
    rested = Q(digest_at=None) | Q(digest_at__lte=now - REST)
    return Reader.objects.filter(rested, Exists(waiting), wants_mail=True).order_by("pk")


def _telling() -> QuerySet[Notice]:
    """Notices that still say something to someone who may still know."""
    # One question for each role, not four joins: of eleven tables PostgreSQL takes longer to
    # think in which order to read them than to read them.
    team, person = "comment__team", OuterRef("person")
    member = Membership.objects.filter(team=OuterRef(team), user=person)
    facilitator = Cohort.objects.filter(pk=OuterRef(f"{team}__cohort"), facilitators=person)
    lead = Program.objects.filter(pk=OuterRef(f"{team}__cohort__program"), leads=person)
    coach = Q(comment__team__coach=F("person"))
    return Notice.objects.filter(
        coach | Exists(member) | Exists(facilitator) | Exists(lead),
        comment__removed_at=None,
        person__is_active=True,
    )


@transaction.atomic
def _make(reader: Reader, now: datetime) -> bool:
    """Make one person's digest; False when another tick just did."""
    if not _due(now).filter(pk=reader.pk).update(digest_at=now):
        return False
    person = reader.person
    digest = Digest.objects.create(person=person, made_at=now)
    Notice.objects.filter(person=person, digest=None).update(digest=digest)
    queue(
        KIND,
        f"comments/{digest.pk}",
        person=person,
        address=person.email,
        language=person.language,
        about=digest.pk,
        now=now,
        expires_at=now + VALID,
    )
    return True


def owed(now: datetime) -> Q:
    """A digest is wanted while one of its comments stands, its reader may know and wants to."""
    telling = _telling().filter(digest=OuterRef("about"), person=OuterRef("person"))
    silent = Reader.objects.filter(person=OuterRef("person"), wants_mail=False)
    return Q(Exists(telling)) & ~Q(Exists(silent))


@dataclass
class Line:
    """A page with new comments."""

    team: Team
    title: str
    url: str
    authors: list[str]


def compose(message: Message) -> Content:
    """The digest's mail."""
    person = message.person
    if person is None:
        raise User.DoesNotExist("the person of this mail was erased")
    notices = (
        _telling()
        .filter(digest=message.about or 0)
        .select_related("comment__team__cohort__program", "comment__author")
        .order_by("comment__team", "comment__said_at", "comment")
    )
    lines: dict[tuple[int, str, str], Line] = {}
    count = 0
    for comment in (notice.comment for notice in notices):
        count += 1
        key = (comment.team_id, comment.page, comment.which)
        if key not in lines and len(lines) < MOST_PAGES:
            lines[key] = _line(comment.team, comment.page, comment.which)
        author = str(comment.author or _("someone"))
        if key in lines and author not in lines[key].authors:
            lines[key].authors.append(author)
    subject = ngettext("%(n)d new comment", "%(n)d new comments", count) % {"n": count}
    url = opt_out_url(person, message.created_at)
    return mails.compose(
        subject,
        "conversations/mail/digest",
        {"lines": list(lines.values()), "opt_out": url},
        List_Unsubscribe=f"<{url}>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )


def _line(team: Team, page: str, which: str) -> Line:
    spot = pages.spot(team, page, which)
    return Line(team, spot.title, reverse("comments", args=[team.pk, page, which]), [])


def opt_out_url(person: User, now: datetime) -> str:
    """Where one click stops these mails; it never expires. Short, so never folded."""
    token = links.issue(OPT_OUT, f"person/{person.pk}", person=person, expires_at=None, now=now)
    return settings.BASE_URL + reverse("comments_off", args=[token])


def are_wanted(person: User) -> bool:
    """Does this person want to hear of comments by mail? No word of theirs means yes."""
    return not Reader.objects.filter(person=person, wants_mail=False).exists()


@transaction.atomic
def set_wanted(person: User, *, wanted: bool) -> None:
    """Mails about comments, or none: then those that wait are taken back with it."""
    Reader.objects.update_or_create(person=person, defaults={"wants_mail": wanted})
    if not wanted:
        Notice.objects.filter(person=person, digest=None).delete()
        cancel([KIND], person=person, reason=gettext_noop("opted out"))


# Twice would be a nuisance, never is no harm: the comments stand on their pages.
DIGEST = Kind(KIND, compose, owed=owed, resend_unknown=False, label=gettext_lazy("New comments"))
