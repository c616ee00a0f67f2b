"""A check-in while it is written: each field with its last writer, and every text that was tried.

Also what an answer says besides words: how likely each milestone is, and who was briefed.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from actionplans.models import Milestone
from cohorts.models import Person


class DraftField(models.Model):
    """One field of a check-in as it stands now, for the whole team. Written by `drafts.py` alone.

    `name` is the form's, such as `did`, `line-12` or `likely-3`.
    """

    check_in = models.ForeignKey(
        "followups.CheckIn", on_delete=models.CASCADE, related_name="draft_fields"
    )
    name = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_mail = models.BooleanField(default=False, help_text="Came as a reply to a check-in mail.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_in", "name"], name="draft_field_once")
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id}/{self.name}"


class DraftEdit(models.Model):
    """A text that someone wrote into a field, whether it came to stand there or not. Append-only.

    Not `kept`: someone else had written meanwhile, and the writer was shown both.
    """

    check_in = models.ForeignKey(
        "followups.CheckIn", on_delete=models.CASCADE, related_name="draft_edits"
    )
    name = models.CharField(max_length=40)
    seen = models.TextField(blank=True, help_text="What the person saw when they began.")
    text = models.TextField(blank=True)
    kept = models.BooleanField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_mail = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.check_in_id}/{self.name} at {self.at:%Y-%m-%d}"


class Outlook(models.Model):
    """How likely a milestone was said to be in one answer."""

    class Likely(models.TextChoices):
        HIGHLY = "highly", _("highly likely")
        LIKELY = "likely", _("likely")
        DOUBTFUL = "doubtful", _("in doubt")
        UNLIKELY = "unlikely", _("unlikely")

    answer = models.ForeignKey(
        "followups.Answer", on_delete=models.CASCADE, related_name="outlooks"
    )
    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="outlooks")
    likely = models.CharField(max_length=8, choices=Likely)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "milestone"], name="outlook_once"),
            models.CheckConstraint(
                condition=Q(likely__in=["highly", "likely", "doubtful", "unlikely"]),
                name="outlook_known",
            ),
        ]
        ordering = ["milestone__position", "milestone_id"]

    def __str__(self) -> str:
        return f"{self.milestone_id}: {self.likely}"


class Briefing(models.Model):
    """Someone of weight whom the team met since the last round, by the name it was said with."""

    answer = models.ForeignKey(
        "followups.Answer", on_delete=models.CASCADE, related_name="briefings"
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "name"], name="briefing_once"),
            models.CheckConstraint(condition=~Q(name=""), name="briefing_names_someone"),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Withdrawal(models.Model):
    """An answer that was taken back; the answer itself stays on record."""

    answer = models.OneToOneField(
        "followups.Answer", on_delete=models.CASCADE, related_name="withdrawal"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.answer_id} at {self.at:%Y-%m-%d}"
