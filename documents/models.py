"""A file that someone brought, before it is written into the plan or sheet."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from cohorts.models import Team


class ImportDraft(models.Model):
    """What a file or pasted text holds, to look at it and to correct what its columns mean.

    Forgotten after a week. `tables` are `sources.Table`s as JSON; `day` is that of the sheet it is
    for, none for the plan. The ids of the edits it makes come from `key`.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="import_drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(null=True)
    tables = models.JSONField()
    notes = models.JSONField(default=list)
    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    made_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.team_id} {self.made_at:%Y-%m-%d %H:%M}"
