"""What coaches do for their teams: calls, excused rounds, and the digest that tells them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Team


class Call(models.Model):
    """A call with a team. Its notes are for staff until they are shared. `held_on`: its own day."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="calls")
    form_id = models.UUIDField(unique=True, help_text="Posting its form twice is once.")
    held_on = models.DateField(_("day of the call"))
    notes = models.TextField(_("notes"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(notes=""), name="call_says_something")]
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.team_id} on {self.held_on}"


class Excuse(models.Model):
    """Why a team need not answer a round; taken back it counts no more, and stays on record."""

    check_in = models.ForeignKey(
        "followups.CheckIn", on_delete=models.CASCADE, related_name="excuses"
    )
    reason = models.CharField(_("why"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="excuse_says_why"),
            models.UniqueConstraint(
                fields=["check_in"],
                condition=Q(taken_back_at__isnull=True),
                name="excuse_stands_once",
            ),
        ]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.check_in_id}: {self.reason}"


class CoachDigest(models.Model):
    """That a coach was told of a week, or that there was nothing to tell. `week` such as 2026-W48.

    `since` is from when on changes are told: the digest before, or a week earlier.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="coach_digests"
    )
    week = models.CharField(max_length=8)
    since = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "week"], name="coach_digest_once_a_week")
        ]
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.week}"
