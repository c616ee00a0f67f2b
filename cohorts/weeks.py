"""Making a cohort, and letting its week begin."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts import beginnings, staff
from cohorts.beginnings import Beginning
from cohorts.fields import apart
from cohorts.models import Cohort, Program


@transaction.atomic
def make_cohort(
    program: Program,
    *,
    name: str,
    venue: str,
    time_zone: str,
    starts_on: date,
    form_id: UUID,
    by: User | None,
    now: datetime,
    beginning: Beginning | None = None,
    with_staff: bool = False,
) -> Cohort:
    """A cohort in preparation, its agenda that of `beginning` (the coalition week unless told).

    `with_staff`: the facilitators of the earlier cohort it begins from facilitate this one, too,
    and are told.
    Teams, people and their work never come along. The same `form_id` again is the same cohort.
    Raises ValidationError for a name that is taken.
    """
    beginning = beginning or beginnings.coalition_week()
    told = {
        "program": program,
        "name": name,
        "venue": venue,
        "time_zone": time_zone,
        "starts_on": starts_on,
        "ends_on": beginning.last_day(starts_on),
    }
    try:
        cohort, is_new = Cohort.objects.get_or_create(form_id=form_id, defaults=told)
    except IntegrityError:
        raise name_taken(name) from None
    if is_new:
        beginnings.fill(cohort, beginning)
        if with_staff and beginning.cohort:
            for person in beginning.cohort.facilitators.all():
                staff.name_facilitator(cohort, person, by=by, now=now)
    return cohort


def name_taken(name: str) -> ValidationError:
    """That another cohort of the program has this name."""
    sentence = _("This program has a cohort named “%(name)s” already.")
    return ValidationError(sentence % {"name": apart(name)})


def start_week(cohort: Cohort) -> bool:
    """Open the week to its teams; False when it had begun already."""
    return bool(
        Cohort.objects.filter(pk=cohort.pk, state=Cohort.State.DRAFT).update(
            state=Cohort.State.RUNNING
        )
    )


def start_due_weeks(now: datetime) -> int:
    """Start each prepared week whose first day has come where it takes place; how many.

    A facilitator with forty guests at the door need not remember a button. `now` is UTC.
    """
    first_on_earth = now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    drafts = Cohort.objects.filter(state=Cohort.State.DRAFT, starts_on__lte=first_on_earth)
    due = [cohort for cohort in drafts if cohort.starts_on <= now.astimezone(cohort.zone).date()]
    return sum(start_week(cohort) for cohort in due)
