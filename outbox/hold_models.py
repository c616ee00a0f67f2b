"""Whether the engine may send, and up to when this database has lived."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Engine(models.Model):
    """The one row by which a tick notices that its database or its clock is not what it was.

    `seen_at` (UTC, the app's clock) is the last tick; the same stands in a file outside the
    database, named by `installation` (`hold.py`, docs/decisions/0027).
    """

    class Why(models.TextChoices):
        RESTORED = "restored", _("the database is older than what was last seen")
        CLOCK = "clock", _("the clock jumped")
        PERSON = "person", _("someone stopped it")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    installation = models.UUIDField(default=uuid.uuid4)
    seen_at = models.DateTimeField()
    held_since = models.DateTimeField(null=True)
    held_because = models.CharField(max_length=10, choices=Why, blank=True)
    held_words = models.CharField(max_length=300, blank=True)
    sent_until = models.DateTimeField(
        null=True, help_text="Restored: up to when mails had gone that this database knows not of."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="engine_only_one"),
            models.CheckConstraint(
                condition=Q(held_since__isnull=True, held_because="")
                | (Q(held_since__isnull=False) & ~Q(held_because="")),
                name="engine_held_means_why",
            ),
        ]

    def __str__(self) -> str:
        return f"held: {self.held_because}" if self.held_since else "running"

    @property
    def said(self) -> str:
        """Why it is held, for whoever runs the installation."""
        return self.held_words or str(self.get_held_because_display())

    @property
    def said_by_person(self) -> str:
        """The words of the person who stopped it, if there were any."""
        return self.held_words if self.held_because == self.Why.PERSON else ""
