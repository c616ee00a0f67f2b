"""Who does it and who answers for it: what is wrong with a plan's R and A, in sentences.

RACI as practised (docs/decisions/0004-raci-in-sentences.md): exactly one A for an activity, at
least one R, A may also be R; many R's on one line, or one person on most lines, are warnings; an A
outside the team deserves a question. Pure functions over rows that are loaded already: no queries.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from actionplans.models import Activity, Milestone
from coalitions.days import in_words
from cohorts.models import Cohort, Person, Program

# One person on most lines is a warning; in a plan of a few lines it is not.
MOST_LINES_FROM = 6
# The follow-up lasts "the better part of a year" (its last round is 48 weeks after the week).
YEAR = timedelta(days=366)
# "Training" cannot be checked a year later; "Train 40 clerks" can.
SHORTEST_TEXT = 10
FEWEST_WORDS = 3
# A text that begins like these names a topic ("Creation of a unit") and leaves out who does what.
TOPIC = re.compile(r"(tions?|ments?|ances?|ences?|ings?|ción|ciones|mientos?|ção|ções|mentos?)$")
VERBS = {"implement", "document", "complement", "supplement", "finance", "advance", "bring"}
# The summary above a plan names this many rows for each sentence.
MOST_NAMED = 3


@dataclass(frozen=True)
class Remark:
    """A sentence of the summary, the first rows it is about, and how many more there are.

    `rows` are pairs of the row's id on the page and its text.
    """

    sentence: str
    rows: list[tuple[str, str]]
    more: int


@dataclass
class Problems:
    """What to look at: by activity, by milestone, and about the plan as a whole."""

    activities: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    milestones: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    plan: list[str] = field(default_factory=list)
    _rows: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        rows = [*self.activities.values(), *self.milestones.values()]
        return sum(len(sentences) for sentences in rows) + len(self.plan)

    @property
    def summary(self) -> list[Remark]:
        """Each sentence once, with its rows in the order of the plan."""
        return [
            Remark(sentence, rows[:MOST_NAMED], max(0, len(rows) - MOST_NAMED))
            for sentence in dict.fromkeys([*self.plan, *self._rows])
            for rows in [self._rows[sentence]]
        ]

    def add(self, row: Activity | Milestone, sentences: list[str]) -> None:
        if not sentences:
            return
        by_row = self.activities if isinstance(row, Activity) else self.milestones
        by_row[row.pk] = sentences
        for sentence in sentences:
            self._name(sentence, row)

    def add_to_plan(self, sentence: str, rows: Iterable[Activity]) -> None:
        self.plan.append(sentence)
        for row in rows:
            self._name(sentence, row)

    def _name(self, sentence: str, row: Activity | Milestone) -> None:
        text = row.text if isinstance(row, Activity) else row.title
        self._rows[sentence].append((f"{row._meta.model_name}-{row.pk}", text))


def problems(milestones: Iterable[tuple[Milestone, list[Activity]]], cohort: Cohort) -> Problems:
    """The problems of a plan, by the thresholds of the cohort's program.

    Activities come as `plans.groups` loads them: people, and whether an outsider `knows`.
    """
    found = Problems()
    pursued: list[Activity] = []
    for milestone, activities in milestones:
        found.add(milestone, of_milestone(milestone, activities, cohort))
        for activity in activities:
            if activity.status != Activity.Status.DROPPED:
                pursued.append(activity)
                found.add(activity, of_activity(activity, cohort))
    for sentence, rows in all_on_one(pursued, cohort.program):
        found.add_to_plan(sentence, rows)
    return found


def of_milestone(milestone: Milestone, activities: list[Activity], cohort: Cohort) -> list[str]:
    """What is wrong with one milestone."""
    found = [] if milestone.title else [_("This milestone has no name yet.")]
    if not activities:
        return [*found, _("This milestone has no activity yet.")]
    days = cohort.program.first_days
    if _begins_later(activities, cohort.ends_on + timedelta(days=days)):
        found.append(_("Nothing of it happens in the first %(days)d days.") % {"days": days})
    return found


def _begins_later(activities: list[Activity], first: date) -> bool:
    """Is all that has a date after `first`? What is done, or has no date, is no sign of it."""
    pursued = [a for a in activities if a.status != Activity.Status.DROPPED]
    days = [day for a in pursued for day in [a.starts_on or a.due_on] if day]
    is_done = any(a.status == Activity.Status.DONE for a in pursued)
    return bool(days) and not is_done and min(days) > first


def of_activity(activity: Activity, cohort: Cohort) -> list[str]:
    """What is wrong with one activity."""
    people = _of_people(activity, cohort.program)
    return [*_of_words(activity), *people, *_of_dates(activity, cohort)]


def _of_words(activity: Activity) -> list[str]:
    if not activity.text:
        return [_("It does not say what is done.")]
    if len(activity.text) < SHORTEST_TEXT:
        return [_("It says too little to tell, later, whether it was done.")]
    if not activity.due_on and not activity.timeframe_note and _names_a_topic(activity.text):
        return [
            _("It names a topic. Begin with what is done, and say by when: then it can be checked.")
        ]
    return []


def _names_a_topic(text: str) -> bool:
    words = text.casefold().split()
    return len(words) < FEWEST_WORDS or bool(TOPIC.search(words[0]) and words[0] not in VERBS)


def _of_people(activity: Activity, bounds: Program) -> list[str]:
    found = []
    responsible = list(activity.responsible.all())
    if activity.accountable is None:
        found.append(_("Nobody is accountable."))
    elif activity.accountable.is_outsider:
        found += _of_outsider(activity, activity.accountable)
    if not responsible:
        found.append(_("Nobody is responsible."))
    elif len(responsible) > bounds.most_responsible:
        found.append(
            _("%(count)d people are responsible. Who of them begins?") % {"count": len(responsible)}
        )
    return found


def _of_outsider(activity: Activity, person: Person) -> list[str]:
    """What is to be asked about an A who is not in the team."""
    name = {"name": person.name}
    found = []
    if not getattr(activity, "knows", False):
        found.append(_("%(name)s is accountable, but not in the team. Do they know?") % name)
    if not person.contact:
        found.append(_("%(name)s is accountable, and nobody noted how to reach them.") % name)
    return found


def _of_dates(activity: Activity, cohort: Cohort) -> list[str]:
    begins, due = activity.starts_on, activity.due_on
    found = []
    if due is None and not activity.timeframe_note:
        found.append(_("There is no date by which it is done."))
    if begins and due and due < begins:
        found.append(_("It is due before it begins."))
    # What is done already may well have been due earlier.
    if due and due < cohort.starts_on and activity.status != Activity.Status.DONE:
        found.append(
            _("It is due before the week began (%(day)s).")
            % {"day": in_words(cohort.starts_on, "short date")}
        )
    if due and due > cohort.ends_on + YEAR:
        found.append(_("It is due after the year in which anyone will ask about it."))
    return found


def all_on_one(activities: list[Activity], bounds: Program) -> list[tuple[str, list[Activity]]]:
    """One person who bears most lines is a plan that falls ill with them; with those lines."""
    if len(activities) < MOST_LINES_FROM:
        return []
    borne: dict[Person, list[Activity]] = defaultdict(list)
    for activity in activities:
        for person in bearers_of(activity):
            borne[person].append(activity)
    heavy = [
        (person, lines)
        for person, lines in borne.items()
        if 100 * len(lines) > bounds.most_share * len(activities)
    ]
    sentence = _("%(name)s bears %(count)d of %(all)d activities. What if they are ill?")
    return [
        (sentence % {"name": person.name, "count": len(lines), "all": len(activities)}, lines)
        for person, lines in sorted(heavy, key=lambda one: (-len(one[1]), one[0].name))
    ]


def bearers_of(activity: Activity) -> set[Person]:
    """Whoever is R or A of it, each once."""
    return {*activity.responsible.all(), *([activity.accountable] if activity.accountable else [])}
