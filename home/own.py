"""What is one's own: the lists on a person's home page, each in a fixed number of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from actionplans import coming
from actionplans.models import Activity
from attendance.models import Certificate
from cohorts.models import Cohort, Program, Team
from followups import support_pages
from followups.models import CheckIn
from home.next_step import NextStep, next_step

FIRST = [Cohort.State.RUNNING, Cohort.State.FOLLOW_UP, Cohort.State.DRAFT, Cohort.State.CLOSED]


@dataclass(frozen=True)
class TeamLine:
    """A team on the home page."""

    team: Team
    check_in: CheckIn | None
    is_late: bool
    step: NextStep


def lines(teams: QuerySet[Team], now: datetime, *, writes: bool) -> list[TeamLine]:
    """Lines for `teams`, those in their week first, in two statements. `now` in UTC."""
    is_open = CheckIn.objects.filter(state=CheckIn.State.OPEN).select_related("round")
    found = teams.select_related("cohort").prefetch_related(
        Prefetch("check_ins", is_open.order_by("round__opens_on"), to_attr="open_check_ins")
    )
    ordered = sorted(found, key=lambda team: FIRST.index(Cohort.State(team.cohort.state)))
    return [_line(team, now, writes) for team in ordered]


def _line(team: Any, now: datetime, writes: bool) -> TeamLine:
    check_in = team.open_check_ins[-1] if team.open_check_ins else None
    is_late = bool(check_in and check_in.round.due_on < now.astimezone(team.zone).date())
    return TeamLine(team, check_in, is_late, next_step(team, now, check_in=check_in, writes=writes))


def everything_of(user: User, now: datetime) -> dict[str, Any]:
    """The teams someone is on, the programs, cohorts and teams they look after."""
    return {
        "teams": lines(Team.objects.filter(memberships__user=user), now, writes=True),
        "programs": list(
            Program.objects.visible_to(user).order_by("name").prefetch_related("cohorts")
        ),
        "cohorts": list(Cohort.objects.filter(facilitators=user).select_related("program")),
        "coached": lines(Team.objects.filter(coach=user), now, writes=False),
        "certificates": list(_certificates(user)),
        "due_soon": due_soon(user, now),
        "held": support_pages.held_by(user, now),
        "today": now.date(),
    }


def due_soon(user: User, now: datetime) -> list[Activity]:
    """What someone bears (R or A) that is late or due within a week, over all their teams.

    Each counts from its team's own today. Teams of closed cohorts ask for nothing any more.
    """
    mine = Activity.objects.live().filter(
        Q(accountable__user=user) | Q(responsible__user=user),
        milestone__removed_at__isnull=True,
        milestone__plan__team__memberships__user=user,
        due_on__lte=now.date() + timedelta(days=coming.SOON + 1),
    )
    mine = mine.exclude(milestone__plan__team__cohort__state=Cohort.State.CLOSED)
    found = mine.exclude(status__in=coming.OVER).select_related("milestone__plan__team").distinct()
    return sorted(
        (a for a in found if coming.is_soon(a, now.astimezone(a.milestone.plan.team.zone).date())),
        key=coming.soonest,
    )


def _certificates(user: User) -> QuerySet[Certificate]:
    """What someone holds, of the cohorts whose page they may open."""
    mine = Certificate.objects.filter(person=user, revoked_at__isnull=True)
    return mine.filter(cohort__in=Cohort.objects.visible_to(user)).select_related("cohort")
