"""Who should get which mail, when: computed apart from the engine, sharing no code with it.

It knows the protocol (docs/decisions, FOLLOWUPS): rounds after the week, steps within a round,
decent hours of the reader's own day. It reads the calendar day by day and is slow on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKS = (2, 6, 10, 16, 22, 30, 38, 48)
STEP_DAYS = {
    "opens": 0,
    "nudge": 4,
    "due": 9,
    "overdue": 12,
    "coach": 15,
    "lead": 18,
    "closes": 24,
}
# The day from which a step's mail is no longer true; its last hour is on a working day before it.
UNTRUE_ON_DAY = {
    "opens": 4,
    "nudge": 9,
    "due": 12,
    "overdue": 24,
    "coach": 24,
    "lead": 24,
    "closes": 28,
}
FIRST_ASKED, EARLIEST, LATEST = time(9), time(7), time(20)
# So much of a day must be left after the server was away for a mail to be owed on that day.
ENOUGH = timedelta(hours=10)
ONE_DAY = timedelta(days=1)
# Days off (Monday is 0) of the zones in the tests' world, as the countries have them.
DAYS_OFF = {"Africa/Cairo": {4, 5}}
USUAL_DAYS_OFF = {5, 6}

# When no server took any mail: from and until.
type Closed = tuple[datetime, datetime]


@dataclass(frozen=True)
class Reader:
    """Someone who gets mail: where their clock hangs, and whether as member, coach or lead."""

    address: str
    zone: str
    coaches: bool = False
    leads: bool = False

    def hears_of(self, step: str) -> bool:
        if self.coaches or self.leads:
            return step == ("coach" if self.coaches else "lead")
        return step not in {"coach", "lead"}


@dataclass
class TeamYear:
    """What a team does in its year; the moments are UTC, on the moved clock."""

    name: str
    readers: list[Reader]
    answered: dict[int, datetime] = field(default_factory=dict)
    opted_out: dict[str, datetime] = field(default_factory=dict)
    left: dict[str, datetime] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Due:
    """One mail: it may be accepted from `opens` (and must be if it is `owed`) until `expires`."""

    team: str
    number: int
    step: str
    address: str
    zone: str
    opens: datetime
    expires: datetime
    owed: bool


def working_day(zone: str, day: date) -> bool:
    return day.weekday() not in DAYS_OFF.get(zone, USUAL_DAYS_OFF)


def first_working_day(zone: str, day: date, by: timedelta = ONE_DAY) -> date:
    """`day`, or the next working day; the one before with `by` of minus one day."""
    while not working_day(zone, day):
        day += by
    return day


def within_hours(moment: datetime, zone: str) -> bool:
    """Is it a decent hour of a working day where the reader lives?"""
    local = moment.astimezone(ZoneInfo(zone))
    return EARLIEST <= local.time() < LATEST and working_day(zone, local.date())


def at(day: date, hour: time, zone: str) -> datetime:
    """The instant (UTC) of an hour by day, when no clock is ever changed."""
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def mails_of(team: TeamYear, week_ended: date, closed: Closed) -> list[Due]:
    """Every mail of the team's year, with whether it is owed."""
    return [
        _due(team, number, step, week_ended + timedelta(weeks=weeks), reader, closed)
        for number, weeks in enumerate(WEEKS, start=1)
        for step in STEP_DAYS
        for reader in team.readers
        if reader.hears_of(step)
    ]


def _due(
    team: TeamYear, number: int, step: str, opened: date, reader: Reader, closed: Closed
) -> Due:
    zone = reader.zone
    first = first_working_day(zone, opened + timedelta(days=STEP_DAYS[step]))
    untrue = opened + timedelta(days=UNTRUE_ON_DAY[step])
    expires = at(first_working_day(zone, untrue - ONE_DAY, by=-ONE_DAY), LATEST, zone)
    latest = at(_day_to_send(zone, first, closed), LATEST, zone)
    ends = [
        moment
        for moment in (
            team.answered.get(number),
            team.opted_out.get(reader.address),
            team.left.get(reader.address),
        )
        if moment
    ]
    owed = (
        reader.address not in team.unreachable
        and latest <= expires
        and not any(end < latest for end in ends)
    )
    opens = at(first, FIRST_ASKED, zone)
    return Due(team.name, number, step, reader.address, zone, opens, expires, owed=owed)


def _day_to_send(zone: str, day: date, closed: Closed) -> date:
    """`day`, or the first working day after it on which the server was there for long enough."""
    begins, evening = at(day, FIRST_ASKED, zone), at(day, LATEST, zone)
    was_there = evening <= closed[0] or closed[1] <= max(begins, evening - ENOUGH)
    if was_there:
        return day
    return _day_to_send(zone, first_working_day(zone, day + ONE_DAY), closed)
