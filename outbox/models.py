"""Every e-mail is a row here from the moment it is due, and every try to send it another.

Times are UTC. The protocol, its states and its guarantee: `delivery.py` and docs/decisions/0002.
"""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.event_models import MailEvent as MailEvent
from outbox.hold_models import Engine as Engine


class Message(models.Model):
    """One e-mail to one person. Holds no text of a plan or map: it is composed when sent."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waits")
        CLAIMED = "claimed", _("is being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused")
        UNKNOWN = "unknown", _("unknown")
        DEAD = "dead", _("given up")
        CANCELLED = "cancelled", _("taken back")
        EXPIRED = "expired", _("too late")
        SUPPRESSED = "suppressed", _("address does not take mail")

    key = models.CharField(max_length=200, unique=True, help_text="What makes it one message.")
    kind = models.CharField(max_length=40)
    about = models.BigIntegerField(null=True, help_text="Id of what the kind speaks about.")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="messages"
    )
    address = models.EmailField()
    language = models.CharField(max_length=8)
    context = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder, help_text="What the kind needs; emptied once sent."
    )
    message_id = models.CharField(max_length=200, unique=True)
    dated_at = models.DateTimeField(help_text="The Date header, the same in every copy.")
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it ended as it did.")
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who took it back by hand.",
    )
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Tries that count.")
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True, help_text="By the database's clock.")
    handed_over_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    covered_by = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.SET_NULL,
        related_name="covers",
        help_text="The message in whose mail it was handed over, when that was not its own.",
    )
    smtp_code = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="claimed", claim__isnull=False)
                | (~Q(state="claimed") & Q(claim__isnull=True)),
                name="message_claimed_means_claim",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "queued",
                        "claimed",
                        "sent",
                        "failed",
                        "unknown",
                        "dead",
                        "cancelled",
                        "expired",
                        "suppressed",
                    ]
                ),
                name="message_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="message_due"),
            models.Index(fields=["kind", "about"], name="message_about"),
        ]

    def __str__(self) -> str:
        return self.key


class Attempt(models.Model):
    """One try to send one message; written once when it begins and once when it ends."""

    class Outcome(models.TextChoices):
        OK = "ok", _("taken by the mail server")
        TEMPORARY = "temporary", _("refused for now")
        PERMANENT = "permanent", _("refused for good")
        UNKNOWN = "unknown", _("nobody knows whether it arrived")
        ABORTED = "aborted", _("not handed over")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    n = models.PositiveSmallIntegerField()
    claim = models.UUIDField()
    started_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    smtp_code = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "n"], name="attempt_numbered_once")
        ]
        indexes = [models.Index(fields=["message"], condition=Q(outcome=""), name="attempt_open")]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.n}"


class Suppression(models.Model):
    """An address that mail no longer goes to, until someone corrects it or asks to try again."""

    class Why(models.TextChoices):
        REFUSED = "refused", _("its mail server refused it for good")
        BOUNCED = "bounced", _("mail to it came back")
        COMPLAINED = "complained", _("its reader called our mail unwanted")

    why = models.CharField(max_length=12, choices=Why, default=Why.REFUSED)
    address = models.EmailField(unique=True)
    reason = models.CharField(max_length=200)
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.address


class MailServer(models.Model):
    """The one mail server's circuit breaker: while it refuses, nobody knocks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    paused_until = models.DateTimeField(null=True)
    refusals = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="mail_server_only_one")]

    def __str__(self) -> str:
        return f"paused until {self.paused_until}" if self.paused_until else "open"


class Heartbeat(models.Model):
    """When a part of the engine last did its work; its age is what `/healthz` watches."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class LinkToken(models.Model):
    """A link in a mail. Only its SHA-256 is stored: who reads the database cannot use it."""

    sha256 = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20)
    about = models.BigIntegerField(null=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="links"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "about"], name="link_about")]

    def __str__(self) -> str:
        return f"{self.purpose}/{self.about}"
