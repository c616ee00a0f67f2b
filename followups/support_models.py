"""Help that a team asks for: until the team says that it came. Dates are of the team's calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Team

# By when help is due where the team named no day.
USUAL_DAYS = timedelta(days=14)
# The day after the date, whoever holds it is reminded.
LATE_AFTER = timedelta(days=1)


class SupportRequestQuerySet(models.QuerySet["SupportRequest"]):
    def open(self) -> SupportRequestQuerySet:
        """Requests that nobody has answered yet."""
        return self.filter(state=SupportRequest.State.OPEN)

    def overdue(self, today: date) -> SupportRequestQuerySet:
        """Open ones whose date has passed."""
        return self.open().filter(due_on__lt=today)

    def oldest_first(self) -> SupportRequestQuerySet:
        """As they are listed, with whom each line names."""
        named = self.select_related("team__cohort", "holder", "raised_by")
        return named.order_by("raised_at", "pk")


class SupportRequest(models.Model):
    """Help a team asks for, in a check-in or on its own page; its moves tell what became of it.

    `due_on` is when help is to be there: the team's own wish until someone routes it. `next_on` is
    the date on which the overdue request goes up by `next_step`; empty when it does so no more.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("support request", "open")
        HELPED = "helped", pgettext_lazy("support request", "helped")
        CONFIRMED = "confirmed", pgettext_lazy("support request", "confirmed")
        WITHDRAWN = "withdrawn", pgettext_lazy("support request", "taken back")

    class Step(models.TextChoices):
        HOLDER = "holder"
        COACH = "coach"
        LEAD = "lead"

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="support_requests")
    answer = models.ForeignKey(
        "followups.Answer",
        null=True,
        on_delete=models.CASCADE,
        related_name="support_requests",
        help_text="Empty when it was asked for on the team's page.",
    )
    form_id = models.UUIDField(unique=True, null=True, help_text="Posting its form twice is once.")
    text = models.TextField(_("what help is needed"))
    from_whom = models.CharField(_("from whom"), max_length=300, blank=True)
    wanted_by = models.DateField(_("by when"), null=True)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="held_requests",
    )
    due_on = models.DateField()
    next_step = models.CharField(max_length=6, choices=Step, default=Step.HOLDER)
    next_on = models.DateField(null=True)

    objects = SupportRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="support_request_says_what"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "helped", "confirmed", "withdrawn"]),
                name="support_request_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(next_on__isnull=True),
                name="support_request_goes_up_while_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_on"], condition=Q(next_on__isnull=False), name="support_request_due"
            )
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Begin a new one: what was asked for in a check-in, its answer's author asked then."""
        if self._state.adding:
            if self.answer:
                self.raised_at = self.raised_at or self.answer.at
                self.raised_by = self.raised_by or self.answer.person
            if not self.due_on:
                self.set_due(self.wanted_by or self.day_of(self.raised_at) + USUAL_DAYS)
        super().save(*args, **kwargs)

    def set_due(self, day: date) -> None:
        """Let help be due on `day`; from then on it goes up step by step. Not saved by this."""
        self.due_on, self.next_on, self.next_step = day, day + LATE_AFTER, self.Step.HOLDER

    def day_of(self, moment: datetime) -> date:
        """The date of `moment` on the team's calendar."""
        return moment.astimezone(self.team.zone).date()

    def days_open(self, now: datetime) -> int:
        """For how many days it has been waiting."""
        return (self.day_of(now) - self.day_of(self.raised_at)).days

    def days_overdue(self, now: datetime) -> int:
        """For how many days its date has been over while it is open."""
        is_open = self.state == self.State.OPEN
        return max((self.day_of(now) - self.due_on).days, 0) if is_open else 0

    def is_overdue(self, now: datetime) -> bool:
        """Is it open and its date over?"""
        return self.days_overdue(now) > 0


class SupportMove(models.Model):
    """Something that was done about a request. Append-only.

    `to` and `due_on` are of a routing alone; the note is what was done, or why.
    """

    class Kind(models.TextChoices):
        ROUTED = "routed", pgettext_lazy("move of a support request", "Brought to")
        HELPED = "helped", pgettext_lazy("move of a support request", "What was done")
        CONFIRMED = "confirmed", pgettext_lazy("move of a support request", "It helped")
        REOPENED = "reopened", pgettext_lazy("move of a support request", "Opened again")
        WITHDRAWN = "withdrawn", pgettext_lazy("move of a support request", "Taken back")

    request = models.ForeignKey(SupportRequest, on_delete=models.CASCADE, related_name="moves")
    form_id = models.UUIDField(unique=True, help_text="Posting its form twice is once.")
    kind = models.CharField(max_length=10, choices=Kind)
    note = models.TextField(blank=True)
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["routed", "confirmed"])
                | (Q(kind__in=["helped", "reopened", "withdrawn"]) & ~Q(note="")),
                name="support_move_says_what",
            ),
            models.CheckConstraint(
                condition=Q(kind="routed", due_on__isnull=False)
                | (~Q(kind="routed") & Q(due_on__isnull=True)),
                name="support_move_routed_means_date",
            ),
        ]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.kind}"
