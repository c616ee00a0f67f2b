"""Decent hours of a reader's own day, on the days on which they want mail.

Dates and wall-clock times are the reader's; instants are UTC. Days off are those of the country
in which their zone lies, in Unicode's CLDR, by Babel, and the holidays of the cohort.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError, get_global

ONE_DAY = timedelta(days=1)
SPREAD_MINUTES = 90
EARLIEST, LATEST = time(7), time(20)
# Hours of the morning, and of the day, that someone may choose; nine is ours.
FIRST_HOUR, LAST_HOUR, OUR_HOUR = 7, 19, 9
# So long before the last decent hour the latest mails of a day go.
LEAST_MINUTES_LEFT = 15
SATURDAY_SUNDAY = frozenset({5, 6})


@lru_cache(maxsize=1024)
def days_off(zone: str) -> frozenset[int]:
    """The weekly days off (Monday is 0) in the country of a time zone."""
    territory = get_global("zone_territories").get(zone)
    try:
        locale = Locale.parse(f"und_{territory}") if territory else None
    except UnknownLocaleError:
        locale = None
    if locale is None:
        return SATURDAY_SUNDAY
    first, last = locale.weekend_start, locale.weekend_end
    return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time.

    One that occurs twice means its first occurrence; one that daylight saving leaves out means
    the first instant after the gap.
    """
    found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local:
        return found
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while found - before > timedelta(seconds=1):
        middle = before + (found - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            found = middle
    return found.replace(microsecond=0)


@dataclass(frozen=True)
class Reader:
    """Whose day it is. `key` spreads readers over ninety minutes, each always at the same one.

    `hour` is when they want mail; `weekly_on` the one weekday (Monday is 0) on which they do.
    """

    zone: ZoneInfo
    key: str = ""
    hour: int = OUR_HOUR
    weekly_on: int | None = None
    holidays: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Is it a working day where they live, and no holiday of their cohort?"""
        return day.weekday() not in days_off(self.zone.key) and day not in self.holidays

    def reads_on(self, day: date) -> bool:
        """May mail come on this day? Once a week: on the chosen one, or the next that works."""
        if not self.works_on(day) or self.weekly_on is None:
            return self.works_on(day)
        chosen = day - timedelta(days=(day.weekday() - self.weekly_on) % 7)
        while not self.works_on(chosen):
            chosen += ONE_DAY
        return chosen == day

    def morning(self, day: date) -> datetime:
        """The instant (UTC) for a mail on `day`, or on the next on which they read mail."""
        while not self.reads_on(day):
            day += ONE_DAY
        left = (LATEST.hour - self.hour) * 60 - LEAST_MINUTES_LEFT
        drawn = int.from_bytes(hashlib.sha256(self.key.encode()).digest()[:4])
        minute = drawn % min(SPREAD_MINUTES, left)
        return instant(
            datetime.combine(day, time(self.hour)) + timedelta(minutes=minute), self.zone
        )

    def evening(self, day: date) -> datetime:
        """The instant (UTC) after which no mail goes on `day` or the next working day."""
        while not self.works_on(day):
            day += ONE_DAY
        return self._latest(day)

    def eve_of(self, day: date) -> datetime:
        """The instant (UTC) after which no mail goes before `day`: the last working evening."""
        day -= ONE_DAY
        while not self.works_on(day):
            day -= ONE_DAY
        return self._latest(day)

    def next_decent(self, now: datetime) -> datetime:
        """`now` when it is a decent hour of theirs; otherwise the next morning that is one."""
        local = now.astimezone(self.zone)
        reads = self.reads_on(local.date())
        if reads and EARLIEST <= local.time() < LATEST:
            return now
        before_work = reads and local.time() < EARLIEST
        return max(now, self.morning(local.date() if before_work else local.date() + ONE_DAY))

    def _latest(self, day: date) -> datetime:
        return instant(datetime.combine(day, LATEST), self.zone)
