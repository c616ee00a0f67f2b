"""From what on a plan is pointed out as too much for one person, or too late to begin.

A program sets these for all its teams (docs/decisions/0004-raci-in-sentences.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _number(
    label: StrOrPromise, help_text: StrOrPromise, *, default: int, least: int, most: int
) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label,
        default=default,
        help_text=help_text,
        validators=[MinValueValidator(least), MaxValueValidator(most)],
    )


class PlanThresholds(models.Model):
    """The bounds of a program beyond which a plan gets a sentence; nothing is refused."""

    most_responsible = _number(
        _("R's on one activity"),
        _("More people than this, and everybody waits for the others."),
        default=4,
        least=1,
        most=50,
    )
    most_share = _number(
        _("Share of the activities on one person, in percent"),
        _("Whoever bears more than this share of a plan is pointed out."),
        default=50,
        least=1,
        most=100,
    )
    most_at_once = _number(
        _("Activities of one person in one month"),
        _("Whoever bears more than this in a month is pointed out."),
        default=5,
        least=1,
        most=100,
    )
    first_days = _number(
        _("Days after the week by which every milestone has begun"),
        _("A milestone with nothing to do in these days is pointed out."),
        default=30,
        least=1,
        most=366,
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(most_share__range=(1, 100))
                & Q(most_responsible__gte=1, most_at_once__gte=1, first_days__gte=1),
                name="%(class)s_thresholds_sensible",
            )
        ]
