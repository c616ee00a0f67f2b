"""Who should get which mail, when: computed apart from the engine, sharing no code with it.

It knows the protocol (docs/decisions, FOLLOWUPS): rounds after the week, pauses of a team, steps
within a round, decent hours of the reader's own day as they chose them. It reads the calendar day
by day and is slow on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

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
EARLIEST, LATEST = time(7), time(20)
# So much of a day must be left after something was away for a mail to be owed on that day.
ENOUGH = timedelta(hours=10)
ONE_DAY = timedelta(days=1)
# Where each date begins first.
EASTERNMOST = timezone(timedelta(hours=14))
SNOOZE = timedelta(days=7)
# Days off (Monday is 0) of the zones in the tests' world, as the countries have them.
DAYS_OFF = {"Africa/Cairo": {4, 5}}
USUAL_DAYS_OFF = {5, 6}

# When nothing could be sent: from and until.
type Closed = tuple[datetime, datetime]


@dataclass(frozen=True)
class Reader:
    """Someone who gets mail: their clock and wishes, and whether as member, coach or lead.

    `hour`: not before it; `weekly`: only on this weekday (Monday is 0), or the next that works.
    """

    address: str
    zone: str
    coaches: bool = False
    leads: bool = False
    hour: int = 9
    weekly: int | None = None
    holidays: frozenset[date] = frozenset()

    def hears_of(self, step: str) -> bool:
        if self.coaches or self.leads:
            return step == ("coach" if self.coaches else "lead")
        return step not in {"coach", "lead"}

    def works_on(self, day: date) -> bool:
        off = DAYS_OFF.get(self.zone, USUAL_DAYS_OFF)
        return day.weekday() not in off and day not in self.holidays

    def reads_on(self, day: date) -> bool:
        if self.weekly is None or not self.works_on(day):
            return self.works_on(day)
        # Was the chosen weekday today, or are all days since then days off?
        before = day
        while before.weekday() != self.weekly:
            before -= ONE_DAY
            if self.works_on(before):
                return False
        return True

    def first_to_read(self, day: date) -> date:
        """`day`, or the next on which they read mail."""
        while not self.reads_on(day):
            day += ONE_DAY
        return day

    def at(self, day: date, hour: int | time) -> datetime:
        """The instant (UTC) of an hour by day, when no clock is ever changed."""
        hour = hour if isinstance(hour, time) else time(hour)
        return datetime.combine(day, hour, ZoneInfo(self.zone)).astimezone(UTC)


@dataclass
class TeamYear:
    """A team's rounds (by number the day each opens) and what its people do in the year.

    The moments are UTC, on the moved clock. `snoozed`: who put mails off for a week, and when.
    """

    name: str
    readers: list[Reader]
    opens: dict[int, date] = field(default_factory=dict)
    answered: dict[int, datetime] = field(default_factory=dict)
    opted_out: dict[str, datetime] = field(default_factory=dict)
    snoozed: dict[str, datetime] = field(default_factory=dict)
    left: dict[str, datetime] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Fate:
    """What befell the whole installation: when nothing could be sent; when it was put back.

    What was on its way when yesterday's backup came back is taken as sent: nobody can tell.
    """

    closed: tuple[Closed, ...] = ()
    restored: datetime | None = None


QUIET = Fate()


@dataclass(frozen=True)
class Due:
    """One mail: it may be accepted from `opens` (and must be if it is `owed`) until `expires`.

    `evenings`: the last moment of each day on which it can go, while it is wanted.
    """

    team: str
    number: int
    step: str
    address: str
    zone: str
    opens: datetime
    expires: datetime
    owed: bool
    evenings: tuple[datetime, ...] = ()


def within_hours(moment: datetime, reader: Reader) -> bool:
    """Is it a decent hour of a working day where the reader lives?"""
    local = moment.astimezone(ZoneInfo(reader.zone))
    return EARLIEST <= local.time() < LATEST and reader.works_on(local.date())


def mails_of(team: TeamYear, fate: Fate = QUIET) -> list[Due]:
    """Every mail of the team's year, with whether it is owed."""
    return [
        _due(team, number, step, opened, reader, fate)
        for number, opened in team.opens.items()
        for step in STEP_DAYS
        for reader in team.readers
        if reader.hears_of(step)
    ]


def _due(team: TeamYear, number: int, step: str, opened: date, reader: Reader, fate: Fate) -> Due:
    first = reader.first_to_read(opened + timedelta(days=STEP_DAYS[step]))
    last = opened + timedelta(days=UNTRUE_ON_DAY[step]) - ONE_DAY
    while not reader.works_on(last):
        last -= ONE_DAY
    opens, expires = reader.at(first, reader.hour), reader.at(last, LATEST)
    closed = fate.closed
    if asleep := team.snoozed.get(reader.address):
        closed = (*closed, (asleep, asleep + SNOOZE))
    ends = (
        team.answered.get(number),
        team.opted_out.get(reader.address),
        team.left.get(reader.address),
    )
    stop = min((end for end in ends if end), default=expires)
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    evenings = tuple(
        evening
        for day in days
        if _may_go(reader, day, closed) and (evening := reader.at(day, LATEST)) <= stop
    )
    owed = (
        bool(evenings)
        and reader.address not in team.unreachable
        and not (step in {"coach", "lead"} and _asked_too_late(opened, fate))
        # What was under way when the backup came back is taken as sent.
        and not (fate.restored and opens <= fate.restored < evenings[0])
    )
    which = (team.name, number, step, reader.address)
    return Due(*which, reader.zone, opens, expires, owed=owed, evenings=evenings)


def _asked_too_late(opened: date, fate: Fate) -> bool:
    """Was all away until the coach's turn, so that a silence is nobody's yet?"""
    opening, coach = (
        datetime.combine(opened + timedelta(days=STEP_DAYS[step]), time(), EASTERNMOST)
        for step in ("opens", "coach")
    )
    return any(since <= opening and coach <= until for since, until in fate.closed)


def _may_go(reader: Reader, day: date, closed: tuple[Closed, ...]) -> bool:
    """Do they read mail on this day, and was all there for long enough?"""
    begins, evening = reader.at(day, reader.hour), reader.at(day, LATEST)
    # With fewer hours than that in their day, they need the whole of it.
    enough = max(begins, evening - ENOUGH)
    return reader.reads_on(day) and all(
        evening <= since or until <= enough for since, until in closed
    )
