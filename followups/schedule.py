"""When things of the follow-up year happen: dates of rounds, and decent hours of a reader's day.

Dates are local to each reader; instants are UTC. Rounds and steps follow the program's routine
(docs/architecture.md); days off are those of the reader's country in Unicode's CLDR, by Babel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError, get_global

from followups.models import CheckIn, Round

Step = CheckIn.Step

ROUND_WEEKS = (2, 6, 10, 16, 22, 30, 38, 48)
STEP_DAYS: dict[str, int] = {
    Step.OPENS: 0,
    Step.NUDGE: 4,
    Step.OVERDUE: 12,
    Step.COACH: 15,
    Step.CLOSES: 24,
}
STEPS = tuple(STEP_DAYS)
DUE_DAY = 9
# The step that makes a step's mail untrue: reminders replace each other, and the word to the coach
# stands beside the last of them.
OVERTAKEN_BY: dict[str, str] = {
    Step.OPENS: Step.NUDGE,
    Step.NUDGE: Step.OVERDUE,
    Step.OVERDUE: Step.CLOSES,
    Step.COACH: Step.CLOSES,
}

MORNING = time(9)
SPREAD_MINUTES = 90
EARLIEST, LATEST = time(7), time(20)
SATURDAY_SUNDAY = frozenset({5, 6})
# The zone in which each date begins first.
FIRST_ON_EARTH = timezone(timedelta(hours=14))


def rounds_of(week_ended: date, weeks: Iterable[int]) -> list[tuple[date, date, date]]:
    """Opening, due and closing date of the round at each of the `weeks` after `week_ended`."""
    opens = [week_ended + timedelta(weeks=number) for number in weeks]
    closing = STEP_DAYS[Step.CLOSES]
    return [(day, day + timedelta(days=DUE_DAY), day + timedelta(days=closing)) for day in opens]


def step_date(round_: Round, step: str) -> date:
    """The local date of a step of a round."""
    return round_.opens_on + timedelta(days=STEP_DAYS[step])


def begins(day: date) -> datetime:
    """The instant (UTC) at which `day` begins anywhere on Earth: planning may start then."""
    return datetime.combine(day, time(), FIRST_ON_EARTH).astimezone(UTC)


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


def working_day(day: date, zone: ZoneInfo) -> date:
    """`day`, or the first working day after it."""
    while day.weekday() in days_off(zone.key):
        day += timedelta(days=1)
    return day


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


def morning(day: date, zone: ZoneInfo, key: str) -> datetime:
    """The instant (UTC) for a mail on `day` or the next working day: from nine, where one lives.

    `key` spreads mails over ninety minutes, always the same for the same mail.
    """
    minute = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % SPREAD_MINUTES
    local = datetime.combine(working_day(day, zone), MORNING) + timedelta(minutes=minute)
    return instant(local, zone)


def evening(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) after which no mail goes on `day` or the next working day."""
    return instant(datetime.combine(working_day(day, zone), LATEST), zone)


def until(round_: Round, step: str, zone: ZoneInfo) -> datetime:
    """The instant (UTC) after which a step's mail makes no sense: the eve of what overtakes it.

    The last decent hour before that date, so that a mail that was held up never comes beside the
    next one. Steps are four days apart and a weekend has two, so it lies after `morning`.
    """
    eve = step_date(round_, OVERTAKEN_BY[step]) - timedelta(days=1)
    while eve.weekday() in days_off(zone.key):
        eve -= timedelta(days=1)
    return evening(eve, zone)


def next_decent(now: datetime, zone: ZoneInfo, key: str) -> datetime:
    """`now` when it is a decent hour where one lives; otherwise the next morning that is one."""
    local = now.astimezone(zone)
    works = local.weekday() not in days_off(zone.key)
    if works and EARLIEST <= local.time() < LATEST:
        return now
    before_work = works and local.time() < EARLIEST
    day = local.date() if before_work else local.date() + timedelta(days=1)
    return max(now, morning(day, zone, key))
