"""The plan as its page shows it: each row with what is to be said beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from actionplans import plans, raci
from actionplans.baseline import PaperActivity, changed_since, frozen, on_paper
from actionplans.changes import slipped
from actionplans.models import Activity, Baseline, Milestone
from actionplans.plans import ACTIVITY, MILESTONE, Group
from cohorts.models import Team


@dataclass(frozen=True)
class Line:
    """A milestone or an activity of the page.

    `flags` are its RACI sentences. `day` is the number of the day whose sheet it was carried from.
    `has_slipped` says that it is due later than was signed.
    """

    table: str
    row: Any
    flags: list[str]
    is_changed: bool
    day: int | None = None
    has_slipped: bool = False

    @property
    def id(self) -> str:
        return f"{self.table}-{self.row.pk}"

    @property
    def timeframe(self) -> str:
        """An activity's dates, and its words for them."""
        return plans.timeframe(self.row.starts_on, self.row.due_on, self.row.timeframe_note)

    @property
    def state(self) -> str:
        """Other whenever the line is to be drawn anew; its row's version alone does not tell."""
        beside = [
            getattr(self.row, name, None) for name in ("knows", "slip_reason", "has_moved_on")
        ]
        return f"{self.row.version}-{self.is_changed:d}-{_digest([self.flags, beside])}"


@dataclass(frozen=True)
class Page:
    """A team's plan, whole: lines in order, milestones before their activities."""

    lines: list[Line]
    groups: list[Group]
    problems: raci.Problems
    baseline: Baseline | None

    @property
    def problems_state(self) -> str:
        """Other whenever the summary of the problems is."""
        return f"{self.problems.count}-{_digest(self.problems.summary)}"

    @property
    def paper(self) -> list[tuple[str, list[PaperActivity]]]:
        """The plan as it stands on paper, and as it will be signed."""
        return on_paper(frozen(self.groups))

    @property
    def paper_state(self) -> str:
        """Other whenever the paper is."""
        return _digest(self.paper)

    def line(self, table: str, row: Milestone | Activity) -> Line | None:
        """The line of one row, unless it was taken away."""
        return next((at for at in self.lines if (at.table, at.row.pk) == (table, row.pk)), None)


def open_page(team: Team, signed: Baseline | None) -> Page:
    """The plan of `team` beside what it `signed`, in five statements however long it is."""
    groups = plans.groups(team)
    problems = raci.problems([(group.milestone, group.activities) for group in groups], team.cohort)
    changed, late = changed_since(signed, groups), slipped(signed, groups)
    lines: list[Line] = []
    for group in groups:
        milestone = group.milestone
        lines.append(
            Line(
                MILESTONE,
                milestone,
                problems.milestones.get(milestone.pk, []),
                (MILESTONE, milestone.pk) in changed,
            )
        )
        lines += [
            Line(
                ACTIVITY,
                activity,
                problems.activities.get(activity.pk, []),
                (ACTIVITY, activity.pk) in changed,
                _day_number(activity, team),
                activity.pk in late,
            )
            for activity in group.activities
        ]
    return Page(lines, groups, problems, signed)


def _digest(told: object) -> str:
    return f"{crc32(repr(told).encode()):x}"


def _day_number(activity: Activity, team: Team) -> int | None:
    if activity.from_row is None:
        return None
    return (activity.from_row.sheet.day - team.cohort.starts_on).days + 1
