"""The year after the week: rounds, check-ins, answers, and the help a team asks for."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Team
from followups.coach_models import Call as Call
from followups.coach_models import CoachDigest as CoachDigest
from followups.coach_models import Excuse as Excuse
from followups.commitment_models import Commitment as Commitment
from followups.commitment_models import CommitmentVersion as CommitmentVersion
from followups.schedule_models import Schedule as Schedule
from followups.schedule_models import ScheduleTemplate as ScheduleTemplate
from followups.support_models import SupportMove as SupportMove
from followups.support_models import SupportRequest as SupportRequest


class Round(models.Model):
    """One check-in date of a cohort's follow-up. Dates are local, of each reader's own day."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="round_numbered_once"),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("opens_on"), closes_on__gt=F("due_on")),
                name="round_dates_in_order",
            ),
        ]
        ordering = ["cohort", "number"]

    def __str__(self) -> str:
        return f"{self.cohort_id}/{self.number}"


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def due(self, now: datetime) -> CheckInQuerySet:
        """Check-ins of which a step is due; `now` in UTC."""
        return self.filter(
            state__in=[CheckIn.State.SCHEDULED, CheckIn.State.OPEN], next_at__lte=now
        ).order_by("next_at", "pk")


class CheckIn(models.Model):
    """One team's answer to one round. `next_at` (UTC) is when `next_step` begins."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("to come")
        OPEN = "open", _("open")
        SUBMITTED = "submitted", _("submitted")
        MISSED = "missed", _("missed")
        EXCUSED = "excused", _("excused")
        SKIPPED = "skipped", _("skipped")

    class Step(models.TextChoices):
        OPENS = "opens", _("opens")
        NUDGE = "nudge", _("nudge")
        OVERDUE = "overdue", _("overdue")
        COACH = "coach", _("to the coach")
        CLOSES = "closes", _("closes")
        NONE = "none", _("nothing more")

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="check_ins")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="check_ins")
    state = models.CharField(max_length=10, choices=State, default=State.SCHEDULED)
    skip_reason = models.CharField(max_length=200, blank=True)
    skipped_steps = models.JSONField(
        default=list, encoder=DjangoJSONEncoder, help_text="Steps overtaken by an outage, and when."
    )
    next_step = models.CharField(max_length=8, choices=Step, default=Step.OPENS)
    next_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "round"], name="check_in_once_a_round"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["scheduled", "open", "submitted", "missed", "excused", "skipped"]
                ),
                name="check_in_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["scheduled", "open"], next_at__isnull=False)
                | (~Q(state__in=["scheduled", "open"]) & Q(next_at__isnull=True)),
                name="check_in_waits_means_next",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", submitted_at__isnull=False)
                | (~Q(state="submitted") & Q(submitted_at__isnull=True)),
                name="check_in_submitted_means_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="check_in_due")]
        ordering = ["round__opens_on", "pk"]

    def __str__(self) -> str:
        return f"{self.team_id} round {self.round_id}"


class Answer(models.Model):
    """What someone submitted for a check-in. Append-only; the latest is the answer.

    `activities` maps an activity's id to `{"status": …, "line": …}`.
    """

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="answers")
    submission_id = models.UUIDField(unique=True, help_text="Made by the form.")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_link = models.BooleanField(help_text="Answered from the mail, without signing in.")
    at = models.DateTimeField()
    did = models.TextField(_("What did you do?"), blank=True)
    learned = models.TextField(_("What did you learn?"), blank=True)
    struggling = models.TextField(_("What are you struggling with?"), blank=True)
    next = models.TextField(_("What will you do next?"), blank=True)
    activities = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.check_in_id} at {self.at:%Y-%m-%d}"


class Preference(models.Model):
    """How someone wants to be reminded. No row means: yes, at nine in the morning."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_preference"
    )
    wants_reminders = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}: {'yes' if self.wants_reminders else 'no'}"
