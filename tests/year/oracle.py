"""Who should get which mail, when: computed apart from the engine, sharing no code with it.

It knows the protocol (docs/decisions, FOLLOWUPS): rounds after the week, steps within a round,
decent hours of the reader's own day. It reads the calendar day by day and is slow on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKS = (2, 6, 10, 16, 22, 30, 38, 48)
STEP_DAYS = {"opens": 0, "nudge": 4, "overdue": 12, "coach": 15}
CLOSING_DAY = 24
# A mail waits for a working day no longer than this, and for the server no longer than that.
NEXT_STEP_DAY = {"opens": 4, "nudge": 12, "overdue": 24, "coach": 24}
EARLIEST, LATEST = time(7), time(20)
# Days off (Monday is 0) of the zones in the tests' world, as the countries have them.
DAYS_OFF = {"Africa/Cairo": {4, 5}}
USUAL_DAYS_OFF = {5, 6}


@dataclass(frozen=True)
class Reader:
    """Someone who gets mail: where their clock hangs and whether they coach the team."""

    address: str
    zone: str
    coaches: bool = False


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


def first_working_day(zone: str, day: date) -> date:
    while not working_day(zone, day):
        day += timedelta(days=1)
    return day


def within_hours(moment: datetime, zone: str) -> bool:
    """Is it a decent hour of a working day where the reader lives?"""
    local = moment.astimezone(ZoneInfo(zone))
    return EARLIEST <= local.time() < LATEST and working_day(zone, local.date())


type Closed = tuple[datetime, datetime]


def mails_of(team: TeamYear, week_ended: date, closed: Closed) -> list[Due]:
    """Every mail of the team's year, with whether it is owed; `closed`: when no server took any."""
    return [
        _due(team, number, step, week_ended + timedelta(weeks=weeks), days, reader, closed)
        for number, weeks in enumerate(WEEKS, start=1)
        for step, days in STEP_DAYS.items()
        for reader in team.readers
        if reader.coaches == (step == "coach")
    ]


def _due(
    team: TeamYear,
    number: int,
    step: str,
    opened: date,
    days: int,
    reader: Reader,
    closed: Closed,
) -> Due:
    zone = ZoneInfo(reader.zone)
    day = first_working_day(reader.zone, opened + timedelta(days=days))
    opens = datetime.combine(day, EARLIEST, zone).astimezone(UTC)
    latest = datetime.combine(day, LATEST, zone).astimezone(UTC)
    while closed[0] < latest and opens < closed[1]:
        day = first_working_day(reader.zone, day + timedelta(days=1))
        latest = datetime.combine(day, LATEST, zone).astimezone(UTC)
        if closed[1] < latest - timedelta(hours=10):
            break
    over = opened + timedelta(days=NEXT_STEP_DAY[step])
    expires = datetime.combine(first_working_day(reader.zone, over), LATEST, zone).astimezone(UTC)
    ends = [
        moment
        for moment in (
            team.answered.get(number),
            None if reader.coaches else team.opted_out.get(reader.address),
            team.left.get(reader.address),
        )
        if moment
    ]
    owed = reader.address not in team.unreachable and not any(end < latest for end in ends)
    return Due(team.name, number, step, reader.address, reader.zone, opens, expires, owed=owed)
