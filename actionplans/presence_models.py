"""Where people are just now."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cohorts.models import Team


class Presence(models.Model):
    """The part of a page that a person of the team was in when their page last said so."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="presence_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.part}"
