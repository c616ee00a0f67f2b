"""Saying something about a page of a team's work, answering it, resolving it, taking it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from cohorts.models import Cohort, Team
from conversations.models import Comment, Notice, Reader, circle


@dataclass
class Thread:
    """A comment and what was answered."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        """A comment that was taken back stands only where someone has answered it."""
        return self.comment.removed_at is None or bool(self.replies)

    @property
    def is_open(self) -> bool:
        """Does it wait for something?"""
        return self.comment.resolved_at is None and self.comment.removed_at is None


def threads(team: Team, page: str, which: str) -> list[Thread]:
    """What was said on a page, oldest first, in one statement."""
    found: dict[int, Thread] = {}
    said = Comment.objects.on(team, page, which).select_related("author", "mentioned")
    # A reply is never older than what it answers; on a tie the ids tell.
    for comment in said:
        if comment.parent_id is None:
            found[comment.pk] = Thread(comment)
        elif comment.removed_at is None:
            found[comment.parent_id].replies.append(comment)
    return [thread for thread in found.values() if thread.is_shown]


def is_open(team: Team) -> bool:
    """A closed cohort is read, not written."""
    return team.cohort.state != Cohort.State.CLOSED


@transaction.atomic
def say(
    team: Team,
    page: str,
    which: str,
    text: str,
    *,
    by: User,
    now: datetime,
    form_id: UUID,
    parent: Comment | None = None,
    mentioned: User | None = None,
) -> Comment:
    """Keep what someone said, and note who is to hear of it. The same `form_id` again is once.

    A reply to a reply joins the thread. What is answered is open again.
    """
    comment, is_new = Comment.objects.get_or_create(
        form_id=form_id,
        defaults={
            "team": team,
            "page": page,
            "which": which,
            "parent": (parent.parent or parent) if parent else None,
            "author": by,
            "mentioned": mentioned,
            "text": text,
            "said_at": now,
        },
    )
    if is_new:
        if comment.parent:
            _set_resolved(comment.parent, None, None)
        _note_who_hears(comment)
    return comment


def _note_who_hears(comment: Comment) -> None:
    """The team, whoever took part on the page and whom it mentions; never its own author."""
    said_there = Comment.objects.on(comment.team, comment.page, comment.which)
    concerned = Q(pk__in=comment.team.memberships.values("user"))
    concerned |= Q(pk__in=said_there.exclude(author=None).values("author"))
    if comment.mentioned_id:
        concerned |= Q(pk=comment.mentioned_id)
    silent = Reader.objects.filter(wants_mail=False)
    people = list(
        circle(comment.team)
        .filter(concerned)
        .exclude(pk__in=silent.values("person"))
        .exclude(pk=comment.author_id or 0)
    )
    Reader.objects.bulk_create(
        [Reader(person=person) for person in people],
        # Not ignore_conflicts: SQLite would then swallow every other mistake in the row, too.
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["person"],
    )
    Notice.objects.bulk_create([Notice(person=person, comment=comment) for person in people])


def resolve(comment: Comment, *, by: User, now: datetime) -> bool:
    """Say that a thread needs nothing more; False when that was said already."""
    return _set_resolved(comment, now, by)


def reopen(comment: Comment) -> bool:
    """Say that a thread needs something after all; False when it was open."""
    return _set_resolved(comment, None, None)


def _set_resolved(comment: Comment, at: datetime | None, by: User | None) -> bool:
    return bool(
        Comment.objects.filter(
            pk=comment.pk, parent=None, resolved_at__isnull=at is not None
        ).update(resolved_at=at, resolved_by=by)
    )


def take_back(comment: Comment, *, now: datetime) -> bool:
    """Show one's own comment no more; it is kept. False when that was done already."""
    return bool(Comment.objects.filter(pk=comment.pk, removed_at=None).update(removed_at=now))
