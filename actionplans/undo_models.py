"""Where someone is among their own last edits: what they undid, and did again."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cohorts.models import Team


class Turn(models.Model):
    """One press of undo or redo. `of` is the moment of the gesture that it is about.

    A gesture is what one request changed: its edits in the ledger have one actor and one moment.
    The edits that the press itself made have the moment `at`.
    """

    edit_id = models.UUIDField(unique=True, help_text="Made by the page; sending it twice is once.")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    of = models.DateTimeField()
    at = models.DateTimeField()
    is_redo = models.BooleanField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["team", "actor", "at"], name="turn_of_actor")]

    def __str__(self) -> str:
        return f"{'redo' if self.is_redo else 'undo'} {self.of:%H:%M:%S}"
