"""What a program keeps for its next cohorts."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AgendaTemplateQuerySet(models.QuerySet["AgendaTemplate"]):
    def live(self) -> AgendaTemplateQuerySet:
        """Templates that are offered; one that was removed can come back."""
        return self.filter(removed_at__isnull=True)


class AgendaTemplate(models.Model):
    """An agenda without dates. `slots` are sessions as `beginnings.py` tells them."""

    program = models.ForeignKey(
        "cohorts.Program", on_delete=models.CASCADE, related_name="agenda_templates"
    )
    name = models.CharField(_("name"), max_length=300)
    days = models.PositiveSmallIntegerField()
    slots = models.JSONField()
    form_id = models.UUIDField(
        unique=True, default=uuid4, editable=False, help_text="Posting its form twice is once."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = AgendaTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "program",
                Lower("name"),
                condition=Q(removed_at__isnull=True),
                name="agenda_template_named_once_in_program",
            )
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("agenda_template", args=[self.program_id, self.pk])
