"""What someone is typing on a device that keeps nothing itself."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from cohorts.models import Team


class Draft(models.Model):
    """The text of one cell that was typed and not saved; its author alone ever sees it.

    `row`, `key` and `day` name the row as a page does when it saves a cell (`views/cells.py`).
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="drafts")
    table = models.CharField(max_length=12)
    row = models.CharField(max_length=20)
    key = models.CharField(max_length=36, blank=True)
    day = models.CharField(max_length=10, blank=True)
    field = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    seen = models.TextField(blank=True, help_text="What the person saw when they began.")
    edit_id = models.UUIDField(default=uuid.uuid4, help_text="What makes putting it in once.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "team", "table", "row", "key", "field"],
                name="draft_once_a_cell",
            )
        ]
        indexes = [models.Index(fields=["at"], name="draft_by_age")]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.table}/{self.row}/{self.field}"
