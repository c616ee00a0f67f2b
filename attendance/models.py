"""Who was there, half-day by half-day, and the certificates that follow from it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort

DEFAULT_THRESHOLD = 80


def new_token() -> str:
    """128 bits as 22 characters. Printed on paper for everyone, so it is kept as it is."""
    return secrets.token_urlsafe(16)


class Attendance(models.Model):
    """The last word on whether a person was there on a half-day: who said it, and when.

    Written by `register.note` alone. `day` is the venue's date.
    """

    class Half(models.TextChoices):
        MORNING = "morning", _("morning")
        AFTERNOON = "afternoon", _("afternoon")

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attendances"
    )
    day = models.DateField(_("day"))
    half = models.CharField(_("half of the day"), max_length=9, choices=Half)
    is_present = models.BooleanField(_("present"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(help_text="When it was tapped, which may be before it was sent.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "person", "day", "half"], name="attendance_once_a_half_day"
            ),
            models.CheckConstraint(
                condition=Q(half__in=["morning", "afternoon"]), name="attendance_half_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} {self.half}"


class CertificateRule(models.Model):
    """How much of its week a cohort asks for, where it is not the usual share."""

    cohort = models.OneToOneField(Cohort, on_delete=models.CASCADE, related_name="certificate_rule")
    threshold = models.PositiveSmallIntegerField(
        _("share of the half-days, in percent"),
        default=DEFAULT_THRESHOLD,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(threshold__gte=1, threshold__lte=100), name="threshold_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.threshold} %"


class Certificate(models.Model):
    """That a person took part in a cohort's week. The name is the one it was issued to."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="certificates")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates"
    )
    name = models.CharField(_("name"), max_length=300)
    token = models.CharField(max_length=22, unique=True, default=new_token)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "person"], name="certificate_once"),
            models.CheckConstraint(condition=~Q(name=""), name="certificate_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where whoever holds the paper sees whether it is valid."""
        return settings.BASE_URL + reverse("certificate_check", args=[self.token])
