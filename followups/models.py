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
from followups.draft_models import Briefing as Briefing
from followups.draft_models import DraftEdit as DraftEdit
from followups.draft_models import DraftField as DraftField
from followups.draft_models import Outlook as Outlook
from followups.draft_models import Withdrawal as Withdrawal
from followups.preference_models import Preference as Preference
from followups.reply_models import Reply as Reply
from followups.schedule_models import Holiday as Holiday
from followups.schedule_models import Pause as Pause
from followups.schedule_models import Schedule as Schedule
from followups.schedule_models import ScheduleTemplate as ScheduleTemplate
from followups.support_models import SupportMove as SupportMove
from followups.support_models import SupportRequest as SupportRequest
from followups.text_models import StepText as StepText


class RoundQuerySet(models.QuerySet["Round"]):
    def of_all(self) -> RoundQuerySet:
        """The cohort's rounds, without those that a team has at dates of its own."""
        return self.filter(team__isnull=True)


class Round(models.Model):
    """One check-in date of a cohort's follow-up. Dates are local, of each reader's own day.

    `team`: it is that team's own date of the round with this number, moved by a pause.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="rounds")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="own_rounds"
    )
    number = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "number"],
                condition=Q(team__isnull=True),
                name="round_numbered_once",
            ),
            models.UniqueConstraint(
                fields=["team", "number"],
                condition=Q(team__isnull=False),
                name="round_of_team_numbered_once",
            ),
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
        DUE = "due", _("due")
        OVERDUE = "overdue", _("overdue")
        COACH = "coach", _("to the coach")
        LEAD = "lead", _("to the program lead")
        CLOSES = "closes", _("closes")
        NONE = "none", _("nothing more")

    ASKING = (Step.OPENS, Step.NUDGE, Step.DUE, Step.OVERDUE)

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

    @property
    def was_asked(self) -> bool:
        """Did its team hear of it while it was open? Not where an outage overtook all its mails."""
        skipped = {skipped["step"] for skipped in self.skipped_steps}
        return not skipped.issuperset(self.ASKING)


# In these a check-in takes answers: a late one is still an answer.
ANSWERABLE = (CheckIn.State.OPEN, CheckIn.State.SUBMITTED, CheckIn.State.MISSED)


class AnswerQuerySet(models.QuerySet["Answer"]):
    def standing(self) -> AnswerQuerySet:
        """Answers that nobody took back."""
        return self.filter(withdrawal__isnull=True)


class Answer(models.Model):
    """What someone submitted for a check-in. Append-only; the latest that stands is the answer.

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
    asked = models.ForeignKey(
        "followups.SupportRequest",
        null=True,
        on_delete=models.SET_NULL,
        related_name="asked_in",
        help_text="The help it asks for: the same when an earlier answer asked so.",
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.check_in_id} at {self.at:%Y-%m-%d}"
