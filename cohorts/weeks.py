"""Making a cohort, and letting its week begin."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from cohorts import agenda
from cohorts.models import Cohort, Program


@transaction.atomic
def make_cohort(
    program: Program, *, name: str, venue: str, time_zone: str, starts_on: date, form_id: UUID
) -> Cohort:
    """A cohort in preparation with the agenda of the coalition week, its dates from `starts_on`.

    The same `form_id` again is the same cohort. Sessions' times are wall-clock times of the venue.
    """
    cohort, is_new = Cohort.objects.get_or_create(
        form_id=form_id,
        defaults={
            "program": program,
            "name": name,
            "venue": venue,
            "time_zone": time_zone,
            "starts_on": starts_on,
            "ends_on": agenda.last_day(starts_on),
        },
    )
    if is_new:
        agenda.fill(cohort)
    return cohort


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
