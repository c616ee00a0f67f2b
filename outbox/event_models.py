"""What others tell of a mail after its server took it: it bounced, or was called unwanted."""

from __future__ import annotations

from django.db import models


class MailEvent(models.Model):
    """One thing a provider or a returned mail told, once, however often it is told."""

    class What(models.TextChoices):
        BOUNCED = "bounced"
        SOFT = "soft"
        COMPLAINED = "complained"

    source = models.CharField(max_length=40, help_text="A provider's name, or `mailbox`.")
    event_id = models.CharField(max_length=200, help_text="What makes it one event there.")
    what = models.CharField(max_length=12, choices=What)
    address = models.EmailField()
    message = models.ForeignKey("outbox.Message", null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id", "address"], name="mail_event_once"
            ),
            models.CheckConstraint(
                condition=models.Q(what__in=["bounced", "soft", "complained"]),
                name="mail_event_known",
            ),
        ]
        indexes = [models.Index(fields=["address", "what", "at"], name="mail_event_address")]

    def __str__(self) -> str:
        return f"{self.address} {self.what}"
