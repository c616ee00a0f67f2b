"""When things of the follow-up year happen: the dates of rounds and of their steps.

Dates are local to each reader; instants are UTC. Rounds and steps follow the program's routine
(docs/architecture.md); decent hours of a reader's day: `hours.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone

from followups.hours import Reader
from followups.models import CheckIn, Round

Step = CheckIn.Step

ROUND_WEEKS = (2, 6, 10, 16, 22, 30, 38, 48)
DUE_DAY = 9
STEP_DAYS: dict[str, int] = {
    Step.OPENS: 0,
    Step.NUDGE: 4,
    Step.DUE: DUE_DAY,
    Step.OVERDUE: 12,
    Step.COACH: 15,
    Step.LEAD: 18,
    Step.CLOSES: 24,
}
STEPS = tuple(STEP_DAYS)
# A round is open for so many days; one ends before the next begins.
OPEN_DAYS, APART_DAYS = STEP_DAYS[Step.CLOSES], 28
# The step that makes a step's mail untrue: reminders replace each other, and the words to the
# coach and to the program lead stand beside the last of them.
OVERTAKEN_BY: dict[str, str] = {
    Step.OPENS: Step.NUDGE,
    Step.NUDGE: Step.DUE,
    Step.DUE: Step.OVERDUE,
    Step.OVERDUE: Step.CLOSES,
    Step.COACH: Step.CLOSES,
    Step.LEAD: Step.CLOSES,
}
# The zone in which each date begins first.
FIRST_ON_EARTH = timezone(timedelta(hours=14))


def dates_of(opens: date) -> tuple[date, date, date]:
    """Opening, due and closing date of the round that opens on a day."""
    return opens, opens + timedelta(days=DUE_DAY), opens + timedelta(days=OPEN_DAYS)


def opening(week_ended: date, when: int | str) -> date:
    """The day a schedule's entry stands for: so many weeks after `week_ended`, or a date."""
    return date.fromisoformat(when) if isinstance(when, str) else week_ended + timedelta(weeks=when)


def rounds_of(week_ended: date, weeks: Iterable[int | str]) -> list[tuple[date, date, date]]:
    """The dates of the round at each entry of a schedule, in their order."""
    return [dates_of(day) for day in sorted(opening(week_ended, when) for when in weeks)]


def step_date(round_: Round, step: str) -> date:
    """The local date of a step of a round."""
    return round_.opens_on + timedelta(days=STEP_DAYS[step])


def begins(day: date) -> datetime:
    """The instant (UTC) at which `day` begins anywhere on Earth: planning may start then."""
    return datetime.combine(day, time(), FIRST_ON_EARTH).astimezone(UTC)


def begun(round_: Round, first: str, now: datetime) -> list[str]:
    """The steps of a round from `first` on that have begun at `now` (UTC)."""
    left = STEPS[STEPS.index(first) :]
    return [step for step in left if begins(step_date(round_, step)) <= now]


def not_overtaken(steps: list[str]) -> list[str]:
    """Those of the steps that are still true beside the others."""
    return [step for step in steps if OVERTAKEN_BY.get(step) not in steps]


def until(round_: Round, step: str, reader: Reader) -> datetime:
    """The instant (UTC) after which a step's mail makes no sense: the eve of what overtakes it.

    The last decent hour before that date, so that a mail that was held up never comes beside the
    next one. Steps are three days apart and a weekend has two, so it lies after the morning of an
    everyday reader; holidays, or one day a week, may leave a step out. That a round is closed is
    news until the next may open.
    """
    if step == Step.CLOSES:
        return reader.eve_of(round_.opens_on + timedelta(days=APART_DAYS))
    return reader.eve_of(step_date(round_, OVERTAKEN_BY[step]))
