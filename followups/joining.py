"""Teams that join while their cohort's year runs: they are asked from the next round on."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from cohorts.models import Cohort, Team
from followups import pauses, schedule
from followups.models import CheckIn

logger = logging.getLogger(__name__)

# The ids of cohort, team and round, and the day on which the round opens.
type Lacking = tuple[int, int, int, date]


def ask_who_joined(now: datetime) -> None:
    """Give the teams of running years the check-ins they lack; `now` is UTC.

    Whatever made a team, page, roster or command, the next tick finds it here. It is asked in the
    rounds to come, and in one that opened so lately that no reminder of it has begun: its first
    mail is then still true. Earlier rounds are not asked after the fact.
    """
    for cohort_id in sorted({cohort_id for cohort_id, *_rest in _lacking(now)}):
        _ask(cohort_id, now)


@transaction.atomic
def _ask(cohort_id: int, now: datetime) -> None:
    # Locked, then looked at anew: of two ticks at once, the second finds nothing to do.
    cohort = Cohort.objects.select_for_update().get(pk=cohort_id)
    made = CheckIn.objects.bulk_create(
        CheckIn(team_id=team, round_id=round_, next_at=schedule.begins(opens_on))
        for of_cohort, team, round_, opens_on in _lacking(now)
        if of_cohort == cohort_id
    )
    if made:
        pauses.settle(cohort, now)
        teams = sorted({check_in.team_id for check_in in made})
        logger.info("Teams %s joined the year of cohort %s", teams, cohort_id)


def _lacking(now: datetime) -> list[Lacking]:
    """Which team lacks which round, in one statement: a tick asks it each time."""
    today = now.astimezone(schedule.FIRST_ON_EARTH).date()
    # A round that a pause moved is the team's own, so it is known by its number.
    asked = CheckIn.objects.filter(
        team=OuterRef("pk"), round__number=OuterRef("cohort__rounds__number")
    )
    lacking = Team.objects.filter(
        ~Exists(asked),
        cohort__state=Cohort.State.FOLLOW_UP,
        cohort__rounds__team__isnull=True,
        cohort__rounds__opens_on__gt=today - timedelta(schedule.STEP_DAYS[CheckIn.Step.NUDGE]),
    )
    told = ("cohort_id", "pk", "cohort__rounds__pk", "cohort__rounds__opens_on")
    return list(lacking.order_by().values_list(*told))
