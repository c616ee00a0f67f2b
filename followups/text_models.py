"""The words of a step's mail where a program has its own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Program


class StepText(models.Model):
    """A program's own subject and body of one step's mail, in one language; plain text."""

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="step_texts")
    step = models.CharField(max_length=8)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=5000)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "step", "language"], name="step_text_once_in_language"
            ),
            models.CheckConstraint(
                condition=~models.Q(subject="") & ~models.Q(body=""),
                name="step_text_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} ({self.language})"
