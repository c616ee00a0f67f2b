"""How someone wants to be reminded."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from followups.hours import FIRST_HOUR, LAST_HOUR, OUR_HOUR


class Preference(models.Model):
    """How someone wants to be reminded. No row means: yes, at nine in the morning.

    `hour` and `weekly_on` (Monday is 0) are of their own clock and calendar, `snoozed_until` UTC.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_preference"
    )
    wants_reminders = models.BooleanField(default=True)
    hour = models.PositiveSmallIntegerField(default=OUR_HOUR)
    weekly_on = models.PositiveSmallIntegerField(
        null=True, help_text="The one weekday of a digest; empty: each day on which something is."
    )
    snoozed_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hour__gte=FIRST_HOUR, hour__lte=LAST_HOUR),
                name="preference_hour_is_decent",
            ),
            models.CheckConstraint(
                condition=Q(weekly_on__isnull=True) | Q(weekly_on__lte=6),
                name="preference_weekday_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {'yes' if self.wants_reminders else 'no'}"
