"""Who bears how much of a plan, and when: lines of R and A by person and month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from actionplans.models import Activity
from actionplans.plans import Group
from actionplans.raci import MOST_LINES_FROM, bearers_of
from cohorts.models import Person, Program

# A line without an end is counted in the month it begins; a plan lasts about a year.
MOST_MONTHS = 24


@dataclass
class Bearer:
    """A person's lines: how many as R, as A, in all, and in each month of the plan.

    `months` are pairs of the number and whether it is too much at once.
    """

    person: Person
    responsible: int = 0
    accountable: int = 0
    lines: int = 0
    share: int = 0
    is_heavy: bool = False
    by_month: Counter[date] = field(default_factory=Counter)
    months: list[tuple[int, bool]] = field(default_factory=list)

    @property
    def is_overloaded(self) -> bool:
        """Is it too much, of the whole or in one month?"""
        return self.is_heavy or any(too_much for _count, too_much in self.months)


@dataclass(frozen=True)
class Load:
    """The load of a plan: its months, first days of them, and whoever bears something."""

    months: list[date]
    bearers: list[Bearer]
    lines: int


def of(groups: list[Group], bounds: Program) -> Load:
    """The load of what is still to be done, heaviest first; `bounds` says what is too much."""
    over = {Activity.Status.DROPPED, Activity.Status.DONE}
    lines = [a for group in groups for a in group.activities if a.status not in over]
    found: dict[int, Bearer] = {}
    for activity in lines:
        months = months_of(activity)
        for person in bearers_of(activity):
            bearer = found.setdefault(person.pk, Bearer(person))
            bearer.lines += 1
            bearer.accountable += person == activity.accountable
            bearer.responsible += person in activity.responsible.all()
            bearer.by_month.update(months)
    busy = {month for bearer in found.values() for month in bearer.by_month}
    shown = _range(min(busy), max(busy)) if busy else []
    for bearer in found.values():
        bearer.share = round(100 * bearer.lines / len(lines))
        too_many = 100 * bearer.lines > bounds.most_share * len(lines)
        bearer.is_heavy = too_many and len(lines) >= MOST_LINES_FROM
        counts = [bearer.by_month[month] for month in shown]
        bearer.months = [(count, count > bounds.most_at_once) for count in counts]
    heaviest = sorted(found.values(), key=lambda one: (-one.lines, one.person.name))
    return Load(shown, heaviest, len(lines))


def months_of(activity: Activity) -> list[date]:
    """The months in which an activity goes on, as their first days; none without a date."""
    days = [day for day in (activity.starts_on, activity.due_on) if day]
    return _range(min(days), max(days)) if days else []


def _range(first: date, last: date) -> list[date]:
    """The months from one day to another; the last ones of an interval that is far too long."""
    begins, ends = (12 * day.year + day.month - 1 for day in (first, last))
    begins = max(begins, ends - MOST_MONTHS + 1)
    return [date(n // 12, n % 12 + 1, 1) for n in range(begins, ends + 1)]
