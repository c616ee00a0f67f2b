"""What comes next: the plan by how far off its dates are, 30, 60, 90 days and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans.models import Activity
from actionplans.plans import Group
from actionplans.timeline import soonest

SOON = 7
HORIZONS = (30, 60, 90)
OVER = {Activity.Status.DONE, Activity.Status.DROPPED}


@dataclass(frozen=True)
class Section:
    """Activities whose date falls in one stretch of days; `is_late` for those past."""

    title: str
    activities: list[Activity]
    is_late: bool = False


def still_to_do(groups: list[Group]) -> list[Activity]:
    """What is neither done nor dropped."""
    return [a for group in groups for a in group.activities if a.status not in OVER]


def sections(activities: Iterable[Activity], *, by: str, since: date, today: date) -> list[Section]:
    """Activities by their date, `by` "due_on" or "starts_on", counted in days from `since`.

    What should have happened before `today` comes first, what has no date last. Only sections
    that hold something.
    """
    late: list[Activity] = []
    undated: list[Activity] = []
    stretches: dict[int, list[Activity]] = {}
    for activity in sorted(activities, key=soonest):
        day: date | None = getattr(activity, by)
        if day is None:
            undated.append(activity)
        elif day < today:
            late.append(activity)
        else:
            stretches.setdefault(_horizon((day - since).days), []).append(activity)
    found = [Section(_("Late") if by == "due_on" else _("Should have begun"), late, is_late=True)]
    found += [Section(_title(days, since == today), stretches[days]) for days in sorted(stretches)]
    found.append(Section(_("Without a date"), undated))
    return [section for section in found if section.activities]


def _horizon(away: int) -> int:
    """The end of the stretch that a day stands in; beyond the last there is one more."""
    return next((days for days in HORIZONS if away <= days), HORIZONS[-1] + 1)


def _title(days: int, from_today: bool) -> str:
    if days > HORIZONS[-1]:
        return _("After %(days)d days") % {"days": HORIZONS[-1]}
    first = 0 if days == HORIZONS[0] else days - HORIZONS[0] + 1
    if first:
        return _("Day %(first)d to %(last)d") % {"first": first, "last": days}
    if from_today:
        return ngettext("The next %(days)d day", "The next %(days)d days", days) % {"days": days}
    return ngettext("The first %(days)d day", "The first %(days)d days", days) % {"days": days}


def is_soon(activity: Activity, today: date) -> bool:
    """Is it late, or due within a week, and still to be done?"""
    due = activity.due_on
    return bool(due and due <= today + timedelta(days=SOON) and activity.status not in OVER)


def due_soon(activities: Iterable[Activity], today: date) -> list[Activity]:
    """What is late, or due within a week, soonest first."""
    return sorted((a for a in activities if is_soon(a, today)), key=soonest)
