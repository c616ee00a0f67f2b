"""Overdue requests for help go up: to whoever holds them, then to the coach, then to the leads."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from cohorts.models import Cohort
from followups import mails, schedule, support, support_mails
from followups.models import SupportRequest

Step = SupportRequest.Step
MOST_A_TICK = 200
# Whoever is told has so long until it goes up further.
TIME_TO_ACT = timedelta(days=3)


def plan_due(now: datetime) -> int:
    """Let the requests that are overdue at `now` (UTC) go up one step; how many did."""
    today = now.astimezone(schedule.FIRST_ON_EARTH).date()
    due = SupportRequest.objects.open().filter(next_on__lte=today)
    due = due.exclude(team__cohort__state=Cohort.State.CLOSED)
    found = due.select_related("team__cohort__program", "team__coach", "holder")
    return sum(_go_up(request, now) for request in found.order_by("next_on", "pk")[:MOST_A_TICK])


def _go_up(request: SupportRequest, now: datetime) -> bool:
    """Take one step; False when another tick just did."""
    step, readers = _next_readers(request)
    day = max(request.next_on or request.due_on, request.day_of(now))
    with transaction.atomic():
        ours = (
            SupportRequest.objects.open()
            .filter(pk=request.pk, next_step=request.next_step, next_on=request.next_on)
            .update(
                next_step=Step.LEAD if step == Step.LEAD else _after(step),
                next_on=None if step == Step.LEAD else day + TIME_TO_ACT,
            )
        )
        for person in readers if ours else []:
            zone = mails.zone_of(person, request.team)
            morning = schedule.morning(day, zone, f"support/{request.pk}/{person.pk}")
            support_mails.tell_overdue(request, person, now, morning)
    return bool(ours)


def _after(step: str) -> str:
    return Step.COACH if step == Step.HOLDER else Step.LEAD


def _next_readers(request: SupportRequest) -> tuple[str, list[User]]:
    """The step to take, and whom it tells: nobody is waited for who is not there."""
    team, holder = request.team, request.holder
    at_work = support.holders(team)
    readers = {
        Step.HOLDER: list(at_work.filter(pk=holder.pk)) if holder else [],
        Step.COACH: [team.coach] if team.coach and team.coach.is_active else [],
        Step.LEAD: list(team.cohort.program.leads.filter(is_active=True)),
    }
    steps = list(readers)
    for step in steps[steps.index(Step(request.next_step)) :]:
        if readers[step]:
            return step, readers[step]
    return Step.LEAD, []
