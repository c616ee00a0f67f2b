"""A team at a glance: its week, plan, people and check-ins, each in few statements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from actionplans import coming, plans, raci
from actionplans.models import Activity, Baseline, DailySheet
from actionplans.progress import segments
from cohorts import dead_addresses
from cohorts.models import Membership, Person, Team
from followups.models import CheckIn


@dataclass(frozen=True)
class Day:
    """A day of the week and how far its sheet is."""

    day: date
    number: int
    is_today: bool
    rows: int
    is_begun: bool
    handed_in_at: datetime | None


def week(team: Team, today: date) -> list[Day]:
    """Every day of the team's week; `today` is the venue's."""
    live = Count("rows", filter=Q(rows__removed_at__isnull=True))
    sheets = {sheet.day: sheet for sheet in DailySheet.objects.filter(team=team).annotate(n=live)}
    return [
        _day(day, number, today, sheets.get(day))
        for number, day in enumerate(team.cohort.days, start=1)
    ]


def _day(day: date, number: int, today: date, sheet: DailySheet | None) -> Day:
    if sheet is None:
        return Day(day, number, day == today, 0, False, None)
    rows: int = sheet.n  # type: ignore[attr-defined]
    is_begun = bool(rows or sheet.takeaways.strip() or sheet.action_items.strip())
    return Day(day, number, day == today, rows, is_begun, sheet.handed_in_at)


@dataclass(frozen=True)
class Plan:
    """How far the action plan is. `problems` counts what its page flags (`actionplans/raci.py`)."""

    milestones: int
    counts: Counter[str]
    problems: int
    without_accountable: int
    without_responsible: int
    baseline: Baseline | None
    due_soon: list[Activity]

    @property
    def activities(self) -> int:
        return self.counts.total()

    @property
    def segments(self) -> list[dict[str, object]]:
        """The parts of the stacked bar of activities by status."""
        return segments(self.counts)


def plan(team: Team, today: date) -> Plan:
    """The team's plan in numbers, and what is due soon after the team's `today`; live rows only."""
    groups = plans.groups(team, told=False)
    activities = [activity for group in groups for activity in group.activities]
    pursued = [activity for activity in activities if activity.status != Activity.Status.DROPPED]
    rows = [(group.milestone, group.activities) for group in groups]
    return Plan(
        milestones=len(groups),
        counts=Counter(activity.status for activity in activities),
        problems=raci.problems(rows, team.cohort).count,
        without_accountable=sum(activity.accountable is None for activity in pursued),
        without_responsible=sum(not activity.responsible.all() for activity in pursued),
        baseline=Baseline.objects.filter(plan__team=team).first(),
        due_soon=coming.due_soon(activities, today),
    )


@dataclass(frozen=True)
class People:
    """Who is on the team, leads first, and the outsiders it names."""

    members: list[tuple[Membership, str]]
    outsiders: list[Person]

    @property
    def unreached(self) -> list[Membership]:
        """Those whose address takes no mail."""
        marked = (membership for membership, _organisation in self.members)
        return [one for one in marked if getattr(one, "is_unreached", False)]


def people(team: Team) -> People:
    """The team's members with their organisations, and its outsiders."""
    named = list(Person.objects.of(team))
    organisations = {person.user_id: person.organisation for person in named if person.user_id}
    memberships = dead_addresses.marked(
        team.memberships.select_related("user__reminder_preference")
    )
    memberships = memberships.order_by("role", "user__name", "pk")
    return People(
        [(membership, organisations.get(membership.user_id, "")) for membership in memberships],
        [person for person in named if person.is_outsider],
    )


@dataclass(frozen=True)
class CheckIns:
    """A team's year: what is open, what has been, what comes next. `is_late`: past its due date."""

    current: CheckIn | None
    is_late: bool
    past: list[CheckIn]
    coming: CheckIn | None


def check_ins(team: Team, now: datetime) -> CheckIns:
    """The team's check-ins, latest first; `now` in UTC."""
    found = list(
        CheckIn.objects.filter(team=team)
        .select_related("round", "submitted_by")
        .order_by("-round__opens_on", "-pk")
    )
    of = {state: [c for c in found if c.state == state] for state in CheckIn.State}
    is_open, scheduled = of[CheckIn.State.OPEN], of[CheckIn.State.SCHEDULED]
    current = is_open[0] if is_open else None
    waiting = (CheckIn.State.OPEN, CheckIn.State.SCHEDULED)
    return CheckIns(
        current=current,
        is_late=bool(current and current.round.due_on < now.astimezone(team.zone).date()),
        past=[c for c in found if c.state not in waiting],
        coming=scheduled[-1] if scheduled else None,
    )
