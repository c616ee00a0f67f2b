"""The half-days of a cohort's week, on the venue's calendar and clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from attendance.models import Attendance
from cohorts.models import Cohort

Half = Attendance.Half
NOON = 13  # The hour after which people are asked about the afternoon.


@dataclass(frozen=True, order=True)
class HalfDay:
    """A morning or an afternoon. `key` names it in addresses and forms."""

    day: date
    is_afternoon: bool

    @property
    def half(self) -> str:
        return Half.AFTERNOON if self.is_afternoon else Half.MORNING

    @property
    def label(self) -> str:
        """“morning” or “afternoon”, in the reader's language."""
        return str(Half(self.half).label)

    @property
    def key(self) -> str:
        return f"{self.day.isoformat()}.{self.half}"


def of(cohort: Cohort) -> list[HalfDay]:
    """Every half-day of the week, first to last."""
    return [HalfDay(day, half) for day in cohort.days for half in (False, True)]


def present(cohort: Cohort, now: datetime) -> HalfDay:
    """The half-day it is at the venue; before the week its first one, after it its last."""
    there = now.astimezone(cohort.zone)
    found = HalfDay(there.date(), there.hour >= NOON)
    every = of(cohort)
    return min(max(found, every[0]), every[-1])


def find(cohort: Cohort, key: str) -> HalfDay | None:
    """The half-day that `key` names, if it is one of the week."""
    return next((half_day for half_day in of(cohort) if half_day.key == key), None)
