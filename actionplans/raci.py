"""Who does it and who answers for it: what is wrong with a plan's R and A, in sentences.

RACI as practised (docs/architecture.md): exactly one A for an activity, at least one R, A may also
be R; many R's on one line, or one person on most lines, are warnings; an A outside the team
deserves a question. Pure functions over rows that are loaded already: no queries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionplans.models import Activity, Milestone
from cohorts.models import Cohort

MANY_RESPONSIBLE = 4
MOST_LINES_SHARE = 0.5
MOST_LINES_FROM = 6
YEAR = timedelta(days=366)


@dataclass
class Problems:
    """What to look at: by activity, by milestone, and about the plan as a whole."""

    activities: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    milestones: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    plan: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        rows = [*self.activities.values(), *self.milestones.values()]
        return sum(len(sentences) for sentences in rows) + len(self.plan)


def problems(milestones: Iterable[tuple[Milestone, list[Activity]]], cohort: Cohort) -> Problems:
    """The problems of a plan. Activities come with `responsible` and `accountable` loaded."""
    found = Problems()
    everything: list[Activity] = []
    for milestone, activities in milestones:
        if not activities:
            found.milestones[milestone.pk].append(_("This milestone has no activity yet."))
        for activity in activities:
            if activity.status == Activity.Status.DROPPED:
                continue
            everything.append(activity)
            if sentences := of_activity(activity, cohort):
                found.activities[activity.pk] = sentences
    found.plan += all_on_one(everything)
    return found


def of_activity(activity: Activity, cohort: Cohort) -> list[str]:
    """What is wrong with one activity."""
    return [*_of_people(activity), *_of_dates(activity, cohort), *_of_words(activity)]


def _of_people(activity: Activity) -> list[str]:
    found = []
    responsible = list(activity.responsible.all())
    if activity.accountable is None:
        found.append(_("Nobody is accountable."))
    elif activity.accountable.is_outsider:
        found.append(
            _("%(name)s is accountable, but not in the team. Do they know?")
            % {"name": activity.accountable.name}
        )
    if not responsible:
        found.append(_("Nobody is responsible."))
    elif len(responsible) > MANY_RESPONSIBLE:
        found.append(
            _("%(count)d people are responsible. Who of them begins?") % {"count": len(responsible)}
        )
    return found


def _of_dates(activity: Activity, cohort: Cohort) -> list[str]:
    begins, due = activity.starts_on, activity.due_on
    found = []
    if due is None and not activity.timeframe_note:
        found.append(_("There is no date by which it is done."))
    if begins and due and due < begins:
        found.append(_("It is due before it begins."))
    if due and due < cohort.starts_on:
        found.append(
            _("It is due before the week began (%(day)s).") % {"day": _short(cohort.starts_on)}
        )
    if due and due > cohort.ends_on + YEAR:
        found.append(_("It is due after the year in which anyone will ask about it."))
    return found


def _short(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _of_words(activity: Activity) -> list[str]:
    if not activity.text:
        return [_("It does not say what is done.")]
    return []


def all_on_one(activities: list[Activity]) -> list[str]:
    """One person who bears most lines is a plan that falls ill with them."""
    if len(activities) < MOST_LINES_FROM:
        return []
    names: dict[int, str] = {}
    lines: Counter[int] = Counter()
    for activity in activities:
        bearers = {person.pk: person.name for person in activity.responsible.all()}
        if activity.accountable:
            bearers[activity.accountable.pk] = activity.accountable.name
        names |= bearers
        lines.update(bearers.keys())
    return [
        _("%(name)s bears %(count)d of %(all)d activities. What if they are ill?")
        % {"name": names[pk], "count": count, "all": len(activities)}
        for pk, count in lines.most_common()
        if count > MOST_LINES_SHARE * len(activities)
    ]
