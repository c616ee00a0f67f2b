"""Agendas that a program keeps for its next cohorts: kept, renamed, removed and brought back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts import beginnings
from cohorts.fields import apart
from cohorts.models import AgendaTemplate, Cohort


def keep(cohort: Cohort, name: str, *, form_id: UUID, by: User, now: datetime) -> AgendaTemplate:
    """Keep the cohort's agenda as a template of its program, without presenters and rooms.

    The same `form_id` again is the same template. Raises ValidationError for a name that is taken.
    """
    program = cohort.program
    if known := program.agenda_templates.filter(form_id=form_id).first():
        return known
    slots = [
        {key: value for key, value in slot.items() if key not in beginnings.OF_ONE_OFFERING}
        for slot in beginnings.slots_of(cohort)
    ]
    made = AgendaTemplate(program=program, name=name, days=len(cohort.days), slots=slots)
    made.form_id, made.made_by, made.made_at = form_id, by, now
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise _taken(name) from None
    return made


def rename(template: AgendaTemplate, name: str) -> None:
    """Call it otherwise. Raises ValidationError for a name that is taken."""
    try:
        with transaction.atomic():
            AgendaTemplate.objects.filter(pk=template.pk).update(name=name)
    except IntegrityError:
        raise _taken(name) from None


def remove(template: AgendaTemplate, now: datetime) -> None:
    """Offer it no more. Cohorts that began from it stay as they are."""
    AgendaTemplate.objects.filter(pk=template.pk, removed_at__isnull=True).update(removed_at=now)


def restore(template: AgendaTemplate) -> None:
    """Offer it again. Raises ValidationError where another one has its name now."""
    try:
        with transaction.atomic():
            AgendaTemplate.objects.filter(pk=template.pk).update(removed_at=None)
    except IntegrityError:
        raise _taken(template.name) from None


def _taken(name: str) -> ValidationError:
    sentence = _("This program has a template named “%(name)s” already.")
    return ValidationError({"name": sentence % {"name": apart(name)}})
