"""The year is rows: closing a week makes them, each tick moves those whose moment has come.

A check-in's step is taken by a conditional update and queues its mails in the same transaction,
so two planners at once, or one after a crash, make each mail once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_noop

from accounts.models import User
from cohorts import weeks
from cohorts.models import Cohort, Team
from followups import forecast, joining, mails, pauses, schedule
from followups.models import CheckIn, Round
from outbox.queueing import cancel, queue

logger = logging.getLogger(__name__)

State, Step = CheckIn.State, CheckIn.Step
TO_STAFF = (Step.COACH, Step.LEAD)
MOST_A_TICK = 200
# A week that nobody closed is closed for them: the year that was promised begins.
CLOSES_BY_ITSELF = timedelta(days=7)


def plan_due(now: datetime) -> int:
    """Do what is due at `now` (UTC): weeks begin and end, new teams join, steps are taken.

    How many steps.
    """
    weeks.start_due_weeks(now)
    _close_forgotten_weeks(now)
    joining.ask_who_joined(now)
    taken, failures = 0, []
    due = CheckIn.objects.due(now).select_related("round", "team__cohort")
    for check_in in due.prefetch_related("team__cohort__holidays")[:MOST_A_TICK]:
        try:
            taken += take_step(check_in, now)
        except DatabaseError:
            raise
        except Exception as error:
            # One team's row must not keep everyone's reminders; the tick still reports it.
            failures.append(error)
    _close_finished_cohorts(now)
    if failures:
        raise ExceptionGroup("Some check-ins could not be planned", failures)
    return taken


@transaction.atomic
def close_week(cohort: Cohort, *, by: User | None, now: datetime) -> bool:
    """End the week and start the follow-up year; False when that was done already.

    Makes the cohort's rounds and a check-in of every team for each. `by` None: the clock did it.
    """
    closed = Cohort.objects.filter(
        pk=cohort.pk, state__in=[Cohort.State.DRAFT, Cohort.State.RUNNING]
    ).update(state=Cohort.State.FOLLOW_UP)
    if not closed:
        return False
    rounds = Round.objects.bulk_create(forecast.rounds_to_come(cohort))
    CheckIn.objects.bulk_create(
        CheckIn(team=team, round=round_, next_at=schedule.begins(round_.opens_on))
        for round_ in rounds
        for team in cohort.teams.all()
    )
    pauses.settle(cohort, now)
    logger.info("The week of cohort %s was closed by %s", cohort.pk, by.pk if by else "the clock")
    return True


def _close_forgotten_weeks(now: datetime) -> None:
    # Without a team there is nobody to whom a year was promised, and its dates would run off.
    forgotten = Cohort.objects.filter(
        Exists(Team.objects.filter(cohort=OuterRef("pk"))),
        state=Cohort.State.RUNNING,
        ends_on__lt=(now - CLOSES_BY_ITSELF).date(),
    )
    for cohort in forgotten:
        close_week(cohort, by=None, now=now)


def _close_finished_cohorts(now: datetime) -> None:
    waiting = CheckIn.objects.filter(state__in=[State.SCHEDULED, State.OPEN])
    Cohort.objects.filter(state=Cohort.State.FOLLOW_UP, rounds__isnull=False).exclude(
        rounds__check_ins__in=waiting
    ).exclude(rounds__closes_on__gte=now.date()).update(state=Cohort.State.CLOSED)


def take_step(check_in: CheckIn, now: datetime) -> bool:
    """Take the check-in's step that is due at `now` (UTC); False when someone else just did.

    After an outage several have begun. Only those that are still true are taken; the others are
    recorded as skipped and never made up for.
    """
    place = schedule.STEPS.index(check_in.next_step)
    begun = schedule.begun(check_in.round, check_in.next_step, now)
    taken = still_true(check_in, begun)
    is_over = Step.CLOSES in taken
    upcoming = Step.NONE if is_over else schedule.STEPS[place + len(begun)]
    with transaction.atomic():
        ours = CheckIn.objects.filter(
            pk=check_in.pk,
            state=check_in.state,
            next_step=check_in.next_step,
            next_at=check_in.next_at,
        ).update(
            state=State.MISSED if is_over else State.OPEN,
            next_step=upcoming,
            next_at=None
            if is_over
            else schedule.begins(schedule.step_date(check_in.round, upcoming)),
            skipped_steps=[
                *check_in.skipped_steps,
                *({"step": step, "at": now} for step in begun if step not in taken),
            ],
            version=F("version") + 1,
        )
        if ours:
            for step in taken:
                _mail(check_in, step, now)
    return bool(ours)


def still_true(check_in: CheckIn, begun: list[str]) -> list[str]:
    """Which of the steps that have begun are taken: those that no later one overtook.

    Coach and lead are told of a silence only where the team was asked before the coach's step
    began: their mails say that its people were reminded, and the lead's that the coach was told.
    """
    true = schedule.not_overtaken(begun)
    is_new = check_in.state == State.SCHEDULED and Step.COACH in begun
    if is_new or any(skipped["step"] == Step.COACH for skipped in check_in.skipped_steps):
        return [step for step in true if step not in TO_STAFF]
    return true


def _mail(check_in: CheckIn, step: str, now: datetime) -> None:
    """Queue the mails of a step; a round that closes takes back those that wait."""
    if step == Step.CLOSES:
        cancel(mails.ALL, about=check_in.pk, reason=gettext_noop("the round is closed"))
        if check_in.state == State.SCHEDULED:
            # Nobody was asked, so nobody is told that they did not answer.
            return
    for person in readers_of(check_in.team, step):
        queue_step(check_in, person, step, now)


def readers_of(team: Team, step: str) -> list[User]:
    """Who hears of a step of the team's rounds, by the people of today."""
    people = User.objects.filter(is_active=True).select_related("reminder_preference")
    if step == Step.COACH:
        return list(people.filter(coached_teams=team))
    if step == Step.LEAD:
        return list(people.filter(led_programs__cohorts=team.cohort_id))
    return list(people.filter(memberships__team=team))


def queue_step(check_in: CheckIn, person: User, step: str, now: datetime) -> None:
    """Queue one person's mail for a step, for a morning of their own."""
    reader = mails.reader_of(person, check_in.team)
    day = schedule.step_date(check_in.round, step)
    queue(
        mails.KIND_OF_STEP[step],
        mails.key_of(check_in, person, step),
        person=person,
        address=person.email,
        language=person.language,
        about=check_in.pk,
        context={"on": day.isoformat()},
        now=now,
        not_before=reader.morning(day),
        expires_at=schedule.until(check_in.round, step, reader),
    )
