"""When a cohort's teams are asked: schedules that a program keeps, and each cohort's own."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Program, Team


class ScheduleTemplateQuerySet(models.QuerySet["ScheduleTemplate"]):
    def live(self) -> ScheduleTemplateQuerySet:
        """Templates that are offered; one that was removed can come back."""
        return self.filter(removed_at__isnull=True)


class ScheduleTemplate(models.Model):
    """A follow-up schedule that a program keeps. `weeks`: a round each, after the week's end.

    The default is what a new cohort gets; without one it is the built-in schedule.
    """

    program = models.ForeignKey(
        Program, on_delete=models.CASCADE, related_name="schedule_templates"
    )
    name = models.CharField(_("name"), max_length=300)
    weeks = models.JSONField()
    is_default = models.BooleanField(default=False)
    form_id = models.UUIDField(
        unique=True, default=uuid4, editable=False, help_text="Posting its form twice is once."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = ScheduleTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "program",
                Lower("name"),
                condition=Q(removed_at__isnull=True),
                name="schedule_template_named_once",
            ),
            models.UniqueConstraint(
                fields=["program"],
                condition=Q(is_default=True),
                name="schedule_template_one_default",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(removed_at__isnull=True),
                name="schedule_template_default_is_live",
            ),
            models.CheckConstraint(condition=~Q(weeks=[]), name="schedule_template_has_rounds"),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("schedule_template", args=[self.program_id, self.pk])


class Schedule(models.Model):
    """A cohort's schedule until its week is closed; then its rounds tell.

    `weeks` as above; among them a date, such as "2027-01-25", stands for a round that opens then.
    """

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="schedule")
    weeks = models.JSONField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(weeks=[]), name="schedule_has_rounds")]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.weeks}"


class Holiday(models.Model):
    """A day on which nobody of a cohort gets mail of its year."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "day"], name="holiday_once_in_cohort")
        ]
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class PauseQuerySet(models.QuerySet["Pause"]):
    def live(self) -> PauseQuerySet:
        """Pauses that hold; one that was lifted is on record."""
        return self.filter(lifted_at__isnull=True)


class Pause(models.Model):
    """Days on which a team is asked nothing: leave, elections, holidays.

    A round that would begin in them is skipped or, if `moves`, opens on the day after them.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="pauses")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200)
    moves = models.BooleanField(default=False)
    form_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="pause_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_says_why"),
        ]
        ordering = ["first_day", "pk"]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}: {self.reason}"
