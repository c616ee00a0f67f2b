"""Mails that came back as answers. Their text goes into the draft; here stands that they came."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Reply(models.Model):
    """One mail that someone sent to a check-in's reply address; each once, by its Message-ID."""

    class Outcome(models.TextChoices):
        KEPT = "kept"
        AUTOMATIC = "automatic"
        EMPTY = "empty"
        TOO_LONG = "too long"
        TOO_LARGE = "too large"
        CLOSED = "closed"

    check_in = models.ForeignKey(
        "followups.CheckIn", on_delete=models.CASCADE, related_name="replies"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sha256 = models.CharField(
        max_length=64, help_text="Of its Message-ID, or of the whole mail where it has none."
    )
    sender = models.CharField(max_length=254, blank=True, help_text="As the mail says; unproven.")
    outcome = models.CharField(max_length=10, choices=Outcome)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.UniqueConstraint(fields=["check_in", "sha256"], name="reply_once"),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=["kept", "automatic", "empty", "too long", "too large", "closed"]
                ),
                name="reply_outcome_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id}: {self.outcome}"
