"""What a team took away from its week: the discussions of all days, gathered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from actionplans.models import DailySheet
from cohorts.models import Team


@dataclass(frozen=True)
class Day:
    """A day's discussion; `number` counts from the first day of the week."""

    day: date
    number: int
    takeaways: str
    action_items: str

    @property
    def is_empty(self) -> bool:
        return not (self.takeaways or self.action_items)


def of(team: Team) -> list[Day]:
    """Every day of the week with its key takeaways and key action items; one statement."""
    sheets = {sheet.day: sheet for sheet in DailySheet.objects.filter(team=team)}
    days = []
    for number, day in enumerate(team.cohort.days, start=1):
        sheet = sheets.get(day)
        told = (sheet.takeaways.strip(), sheet.action_items.strip()) if sheet else ("", "")
        days.append(Day(day, number, *told))
    return days
