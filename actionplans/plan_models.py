"""What is kept beside the rows of a plan: who knows of it, why a date slipped, who may look."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Acceptance(models.Model):
    """That someone outside the team knows they answer for an activity: who said so, and when."""

    activity = models.ForeignKey(
        "actionplans.Activity", on_delete=models.CASCADE, related_name="acceptances"
    )
    person = models.ForeignKey("cohorts.Person", on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "person"], name="acceptance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} knows of {self.activity_id}"


class SlipReason(models.Model):
    """Why an activity is due later than it was signed. Append-only; the last one for a date counts.

    `was_due_on` is the baseline's date, `due_on` the one it slipped to.
    """

    form_id = models.UUIDField(unique=True, help_text="Posting its form twice is once.")
    activity = models.ForeignKey(
        "actionplans.Activity", on_delete=models.CASCADE, related_name="slip_reasons"
    )
    was_due_on = models.DateField()
    due_on = models.DateField()
    text = models.TextField(_("reason"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gt=F("was_due_on")), name="slip_is_later"),
            models.CheckConstraint(condition=~Q(text=""), name="slip_reason_says_something"),
        ]

    def __str__(self) -> str:
        return self.text


class ProgressLink(models.Model):
    """A link with which someone without an account reads a team's progress page, for a while.

    `key` names the link in `outbox/links.py`; the people of the plan show only `with_names`.
    """

    team = models.ForeignKey("cohorts.Team", on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(unique=True, default=uuid4, help_text="Made by the page, once.")
    whom = models.CharField(_("for whom"), max_length=300, blank=True)
    with_names = models.BooleanField(_("show the names of the people"), default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="progress_link_lasts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.team_id} until {self.expires_at:%Y-%m-%d}"
