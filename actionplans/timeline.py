"""A plan on a line of time: where each bar stands, in hundredths of the width.

Plain geometry over rows that are loaded already: no queries. From right to left everything is
mirrored. Bars are whole days; what lies beyond the line stands at its edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from actionplans.baseline import Dates
from actionplans.models import Activity
from actionplans.plans import Group, timeframe
from actionplans.raci import bearers_of
from coalitions.days import in_words
from cohorts.models import Cohort

# Pixels of a day, by zoom.
ZOOMS = {"week": 14.0, "month": 4.5, "quarter": 1.8}
ROW, HEAD = 32, 36
# How high a drawing may be to fit on one landscape sheet of A4, shrunk as seeing.css says.
SIZES = {"large": 560, "middle": 800, "small": 1380}
WEEK = timedelta(days=7)
# A date slipped to 2099 must not make the line endless.
BEFORE, AFTER = timedelta(days=183), timedelta(days=731)


@dataclass(frozen=True)
class Span:
    """The days a line shows, first and last among them, and whether it runs from the right."""

    first: date
    last: date
    rtl: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def place(self, begins: date, ends: date) -> tuple[float, float]:
        """Where the days from `begins` to `ends` stand: x and width, of 100."""
        begins, ends = self._within(min(begins, ends)), self._within(max(begins, ends))
        width = 100 * ((ends - begins).days + 1) / self.days
        x = 100 * (begins - self.first).days / self.days
        return (100 - x - width if self.rtl else x), width

    def edge(self, day: date) -> float:
        """Where `day` begins, of 100."""
        x, width = self.place(day, day)
        return x + width if self.rtl else x

    def _within(self, day: date) -> date:
        return min(max(day, self.first), self.last)


@dataclass(frozen=True)
class Bar:
    """A stretch of the line. `end` is the edge of its last day; `is_day` when it has one date."""

    x: float
    width: float
    end: float
    is_day: bool


@dataclass(frozen=True)
class Lane:
    """One line of the chart: a heading (no activity), or an activity with its bar and what was
    signed. `y` in pixels; `key` is unique on the page."""

    key: str
    y: int
    label: str
    activity: Activity | None = None
    bar: Bar | None = None
    was: Bar | None = None
    signed: str = ""
    person: Any = None

    @property
    def timeframe(self) -> str:
        """The activity's dates, and its words for them."""
        row = self.activity
        return timeframe(row.starts_on, row.due_on, row.timeframe_note) if row else ""

    @property
    def middle(self) -> int:
        return self.y + ROW // 2


@dataclass(frozen=True)
class Tick:
    """A day that the line names; on paper, where days stand closer, a minor one has no name."""

    x: float
    label: str
    is_minor: bool = False


@dataclass(frozen=True)
class Chart:
    """The whole drawing: `width` in pixels on a screen, on paper as wide as the paper."""

    span: Span
    width: int
    height: int
    lanes: list[Lane]
    ticks: list[Tick]
    today: float | None

    @property
    def size(self) -> str:
        """How small it must be to fit on one sheet of paper."""
        return next((size for size, most in SIZES.items() if self.height <= most), "tiny")


def chart(
    sections: Iterable[tuple[Any, list[Activity]]],
    *,
    span: Span,
    zoom: str,
    signed: dict[int, Dates],
    today: date,
) -> Chart:
    """The drawing of sections, each with a heading; `signed` has the baseline's dates by id."""
    lanes: list[Lane] = []
    y = HEAD
    for number, (heading, activities) in enumerate(sections):
        lanes.append(Lane(f"head-{number}", y, str(heading or "–")))
        y += ROW
        for activity in activities:
            was = signed.get(activity.pk, (None, None))
            lanes.append(
                Lane(
                    f"bar-{activity.pk}-{number}",
                    y,
                    activity.text,
                    activity,
                    bar_of((activity.starts_on, activity.due_on), span),
                    bar_of(was, span),
                    timeframe(*was, "") if any(was) else "",
                )
            )
            y += ROW
    is_on = span.first <= today <= span.last
    now = span.place(today, today) if is_on else None
    middle = now[0] + now[1] / 2 if now else None
    width = round(span.days * ZOOMS[zoom])
    return Chart(span, width, y, lanes, ticks(span, zoom), middle)


def bar_of(dates: Dates, span: Span) -> Bar | None:
    """The bar of two dates, or of the one there is."""
    begins, ends = dates[0] or dates[1], dates[1] or dates[0]
    if begins is None or ends is None:
        return None
    x, width = span.place(begins, ends)
    return Bar(x, width, x if span.rtl else x + width, dates[0] is None or dates[1] is None)


def span_of(
    groups: list[Group], signed: dict[int, Dates], cohort: Cohort, today: date, *, rtl: bool = False
) -> Span:
    """The days from the first date of the plan to its last, today and the week among them."""
    of_plan = [(a.starts_on, a.due_on) for group in groups for a in group.activities]
    days = [day for dates in [*of_plan, *signed.values()] for day in dates if day]
    days += [cohort.starts_on, cohort.ends_on + timedelta(days=90)]
    earliest, latest = cohort.starts_on - BEFORE, cohort.ends_on + AFTER
    if earliest <= today <= latest:
        days.append(today)
    first, last = max(min(days), earliest), min(max(days), latest)
    return Span(first - timedelta(days=first.weekday()), last + WEEK, rtl)


def by_milestone(groups: list[Group]) -> list[tuple[str, list[Activity]]]:
    """The plan's own order."""
    return [(group.milestone.title, group.activities) for group in groups]


def by_person(groups: list[Group]) -> list[tuple[str, list[Activity]]]:
    """Whoever is R or A with their activities, soonest first; then what nobody bears."""
    found: dict[str, list[Activity]] = {}
    nobody: list[Activity] = []
    for activity in (activity for group in groups for activity in group.activities):
        bearers = bearers_of(activity)
        for person in bearers:
            found.setdefault(person.name, []).append(activity)
        if not bearers:
            nobody.append(activity)
    sections = [(name, sorted(found[name], key=soonest)) for name in sorted(found)]
    return [*sections, (_("Nobody yet"), nobody)] if nobody else sections


def soonest(activity: Activity) -> tuple[date, int]:
    """A key that sorts by the date something is due, what has none at the end."""
    return activity.due_on or activity.starts_on or date.max, activity.pk


def ticks(span: Span, zoom: str) -> list[Tick]:
    """The days that are named: Mondays, first days of months, or of quarters."""
    found = []
    day = span.first
    while day <= span.last:
        if zoom == "week":
            label = in_words(day, "short day")
            following = day + WEEK
            is_minor = day.day > WEEK.days
        else:
            step = 1 if zoom == "month" else 3
            month = (day.month - 1) // step * step
            label = in_words(date(day.year, month + 1, 1), "month")
            month += 12 * day.year + step
            following = date(month // 12, month % 12 + 1, 1)
            is_minor = step == 1 and following.month % 3 != 2 and span.days > 330
        # The first one may be cut off too much to be named.
        if day != span.first or zoom == "week" or (following - day).days * ZOOMS[zoom] > 70:
            found.append(Tick(span.edge(day), label, is_minor))
        day = following
    return found
