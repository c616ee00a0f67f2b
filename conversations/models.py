"""What people say to one another: comments, announcements, and peers' views of a plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cohorts.models import Cohort, Program, Team

LONGEST_COMMENT = LONGEST_ANNOUNCEMENT = 5000


class CommentQuerySet(models.QuerySet["Comment"]):
    def on(self, team: Team, page: str, which: str) -> CommentQuerySet:
        """What was said on one page of a team's work, what was taken back among it."""
        return self.filter(team=team, page=page, which=which)

    def open(self) -> CommentQuerySet:
        """Threads that nobody has resolved or taken back."""
        return self.filter(parent=None, resolved_at=None, removed_at=None)


class Comment(models.Model):
    """Something said beside a page of a team's work, or a reply to it: threads are one deep.

    `page` and `which` name the page (`pages.py`): a sheet and its day, the plan, a check-in and
    its id. Taken back it is shown no more, and kept.
    """

    class Page(models.TextChoices):
        SHEET = "sheet", _("daily sheet")
        PLAN = "plan", _("action plan")
        CHECK_IN = "check-in", _("check-in")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="comments")
    page = models.CharField(max_length=10, choices=Page)
    which = models.CharField(max_length=20)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="replies", editable=False
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    mentioned = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=LONGEST_COMMENT)
    form_id = models.UUIDField(unique=True, help_text="Posting its form twice is once.")
    said_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(page__in=["sheet", "plan", "check-in"]), name="comment_page_known"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(resolved_at__isnull=True),
                name="comment_only_threads_are_resolved",
            ),
        ]
        indexes = [models.Index(fields=["team", "page", "which"], name="comment_of_page")]
        ordering = ["said_at", "pk"]

    def __str__(self) -> str:
        return f"{self.page} {self.which} of {self.team_id}: {self.pk}"


class Reader(models.Model):
    """How someone hears of comments: at most hourly, and not at all when they say so."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comment_reader"
    )
    wants_mail = models.BooleanField(default=True)
    digest_at = models.DateTimeField(null=True, help_text="When the last digest was made.")

    def __str__(self) -> str:
        return f"{self.person_id}: {'yes' if self.wants_mail else 'no'}"


class Digest(models.Model):
    """One mail that tells one person of the comments that are new for them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} at {self.made_at:%Y-%m-%d %H:%M}"


class Notice(models.Model):
    """That someone is to hear of a comment; `digest` is the mail that tells it, once made."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="notices")
    digest = models.ForeignKey(Digest, null=True, on_delete=models.CASCADE, related_name="notices")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "comment"], name="notice_once")]
        indexes = [models.Index(fields=["person"], condition=Q(digest=None), name="notice_waits")]

    def __str__(self) -> str:
        return f"{self.comment_id} to {self.person_id}"


def circle(team: Team) -> models.QuerySet[User]:
    """Everyone who may read the team's work and is concerned by it; administrators are not."""
    facilitators = Cohort.facilitators.through.objects.filter(cohort=team.cohort_id)
    leads = Program.leads.through.objects.filter(program=team.cohort.program_id)
    return User.objects.filter(
        Q(pk__in=team.memberships.values("user"))
        | Q(pk=team.coach_id)
        | Q(pk__in=facilitators.values("user"))
        | Q(pk__in=leads.values("user")),
        is_active=True,
    )


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def sent(self) -> AnnouncementQuerySet:
        """What has been said, the newest first."""
        return self.filter(sent_at__isnull=False).order_by("-sent_at", "-pk")

    def due(self, now: datetime) -> AnnouncementQuerySet:
        """What is to be said at `now` (UTC) and was not yet."""
        return self.filter(sent_at=None, withdrawn_at=None, send_at__lte=now)

    def concerning(self, person: Any) -> AnnouncementQuerySet:
        """What is meant for `person`: of their teams, and of the cohorts they are in."""
        teams = Team.objects.filter(Q(memberships__user=person) | Q(coach=person))
        facilitated = Cohort.objects.filter(facilitators=person)
        return self.filter(
            Q(team__in=teams.values("pk"))
            | Q(team=None, cohort__in=teams.values("cohort"))
            | Q(team=None, cohort__in=facilitated.values("pk"))
        )


class Announcement(models.Model):
    """Something said to a whole cohort, or to one team of it, at `send_at` (UTC)."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="announcements")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="announcements"
    )
    title = models.CharField(max_length=200)
    text = models.TextField(max_length=LONGEST_ANNOUNCEMENT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    form_id = models.UUIDField(unique=True, help_text="Posting its form twice is once.")
    made_at = models.DateTimeField()
    send_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="announcement_sent_or_withdrawn",
            )
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                condition=Q(sent_at=None, withdrawn_at=None),
                name="announcement_due",
            )
        ]
        ordering = ["-send_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class PeerReview(models.Model):
    """A cohort's peer review: while it is open, teams that joined read one another's plans."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="peer_review")
    is_open = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.cohort_id}: {'open' if self.is_open else 'closed'}"


class PeerTeam(models.Model):
    """That a team joined its cohort's peer review; its lead said so."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="peer_joining")
    joined_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.team_id}"


class PeerNote(models.Model):
    """What someone of one team says of another's plan. An offer of help makes them contacts."""

    class Kind(models.TextChoices):
        LIKE = "like", _("I like")
        WONDER = "wonder", _("I wonder")
        HELP = "help", _("I can help with")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="peer_notes")
    from_team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="peer_notes_given")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=6, choices=Kind)
    text = models.TextField(max_length=LONGEST_COMMENT)
    form_id = models.UUIDField(help_text="Posting its form twice is once.")
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form_id", "kind"], name="peer_note_once"),
            models.CheckConstraint(condition=~Q(text=""), name="peer_note_says_something"),
            models.CheckConstraint(
                condition=~Q(team=models.F("from_team")), name="peer_note_between_teams"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["like", "wonder", "help"]), name="peer_note_kind_known"
            ),
        ]
        ordering = ["said_at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_team_id} to {self.team_id}: {self.kind}"
