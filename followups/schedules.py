"""Follow-up schedules: those a program keeps, the one a cohort has, and what makes one sensible.

A schedule is a list of weeks, each a round, counted from the last day of the cohort's week; a
cohort's own may name dates among them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from coalitions.days import in_words
from cohorts.fields import apart
from cohorts.models import Cohort, Program, Session
from cohorts.setup import Gap
from followups import schedule
from followups.models import Schedule, ScheduleTemplate
from followups.schedule import ROUND_WEEKS

LAST_WEEK, MOST_ROUNDS = 104, 26
# A round is open for 24 days: one ends before the next begins.
APART = 4
BETWEEN = re.compile(r"[\s,;،؛]+")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_weeks(text: str) -> list[int]:
    """The weeks that someone typed, in order. Raises ValidationError for what is no schedule."""
    words = _words(text, _("Name at least one week, such as: 2, 6, 10."))
    weeks = sorted(_week(word) for word in words)
    for before, after in pairwise(weeks):
        if after - before < APART:
            sentence = _(
                "Weeks %(before)d and %(after)d are too close: a round stays open for 24 days, so "
                "leave at least four weeks between two rounds."
            )
            raise ValidationError(sentence % {"before": before, "after": after})
    return weeks


def read_openings(text: str, week_ended: date) -> list[int | str]:
    """The weeks and dates (2027-01-25) that someone typed, in the order of the days they mean.

    Raises ValidationError for what is no schedule of a week that ended then.
    """
    words = _words(text, _("Name at least one week or date, such as: 2, 6, 2027-01-25."))
    found = [_date(word, week_ended) if ISO_DATE.fullmatch(word) else _week(word) for word in words]
    found.sort(key=lambda when: schedule.opening(week_ended, when))
    for before, after in pairwise(schedule.opening(week_ended, when) for when in found):
        if (after - before).days < schedule.APART_DAYS:
            sentence = _(
                "%(before)s and %(after)s are too close: a round stays open for 24 days, so leave "
                "at least four weeks between two rounds."
            )
            raise ValidationError(sentence % {"before": in_words(before), "after": in_words(after)})
    return found


def _words(text: str, none: str) -> list[str]:
    words = [word for word in BETWEEN.split(text) if word]
    if not words:
        raise ValidationError(none)
    if len(words) > MOST_ROUNDS:
        raise ValidationError(_("There can be %(count)d rounds at most.") % {"count": MOST_ROUNDS})
    return words


def _week(word: str) -> int:
    if not (word.isdecimal() and len(word) <= 3 and 1 <= int(word) <= LAST_WEEK):
        sentence = _("“%(word)s” is no week from 1 to %(last)d.")
        raise ValidationError(sentence % {"word": apart(word), "last": LAST_WEEK})
    return int(word)


def _date(word: str, week_ended: date) -> str:
    try:
        day = date.fromisoformat(word)
    except ValueError:
        raise ValidationError(_("“%(word)s” is no date.") % {"word": apart(word)}) from None
    if not week_ended < day <= week_ended + timedelta(weeks=LAST_WEEK):
        sentence = _("%(day)s is not within two years after the end of the week.")
        raise ValidationError(sentence % {"day": in_words(day)})
    return day.isoformat()


def keep(
    program: Program, name: str, weeks: list[int], *, form_id: UUID, by: User, now: datetime
) -> ScheduleTemplate:
    """Keep a schedule for the program's cohorts. The same `form_id` again is the same one.

    Raises ValidationError for a name that is taken.
    """
    if known := program.schedule_templates.filter(form_id=form_id).first():
        return known
    made = ScheduleTemplate(program=program, name=name, weeks=weeks, form_id=form_id)
    made.made_by, made.made_at = by, now
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise _taken(name) from None
    return made


def change(template: ScheduleTemplate, name: str, weeks: list[int]) -> None:
    """Call it otherwise, or have it ask at other times; cohorts that took it stay as they are.

    Raises ValidationError for a name that is taken.
    """
    try:
        with transaction.atomic():
            ScheduleTemplate.objects.filter(pk=template.pk).update(name=name, weeks=weeks)
    except IntegrityError:
        raise _taken(name) from None


@transaction.atomic
def make_default(program: Program, template: ScheduleTemplate | None) -> None:
    """Give it to new cohorts of the program; None: give them the built-in schedule."""
    # Locked: else two who choose at once meet in the rule that there is one.
    Program.objects.select_for_update().get(pk=program.pk)
    program.schedule_templates.filter(is_default=True).update(is_default=False)
    if template:
        program.schedule_templates.live().filter(pk=template.pk).update(is_default=True)


def remove(template: ScheduleTemplate, now: datetime) -> None:
    """Offer it no more. Cohorts that took it stay as they are."""
    live = ScheduleTemplate.objects.live().filter(pk=template.pk)
    live.update(removed_at=now, is_default=False)


def restore(template: ScheduleTemplate) -> None:
    """Offer it again. Raises ValidationError where another one has its name now."""
    try:
        with transaction.atomic():
            ScheduleTemplate.objects.filter(pk=template.pk).update(removed_at=None)
    except IntegrityError:
        raise _taken(template.name) from None


def _taken(name: str) -> ValidationError:
    sentence = _("This program has a schedule named “%(name)s” already.")
    return ValidationError({"name": sentence % {"name": apart(name)}})


def default_weeks(program: Program) -> list[int]:
    """What a new cohort of the program gets."""
    chosen = program.schedule_templates.filter(is_default=True).first()
    return chosen.weeks if chosen else list(ROUND_WEEKS)


def weeks_of(cohort: Cohort) -> list[int | str]:
    """When the cohort's teams are asked; where nobody chose, as the program does by default.

    So a week that the clock closes begins its year all the same.
    """
    own = Schedule.objects.filter(cohort=cohort).first()
    return own.weeks if own else [*default_weeks(cohort.program)]


@transaction.atomic
def choose(cohort: Cohort, weeks: list[int | str]) -> None:
    """Ask the cohort's teams at these weeks and dates.

    Raises ValidationError once its week is closed: then the rounds are made.
    """
    # Locked: else the week might be closed between our look and our change.
    found = Cohort.objects.select_for_update().get(pk=cohort.pk)
    if found.state not in {Cohort.State.DRAFT, Cohort.State.RUNNING}:
        raise ValidationError(_("The week is closed: its rounds stay as they are."))
    Schedule.objects.update_or_create(cohort=cohort, defaults={"weeks": weeks})


def give(cohort: Cohort) -> None:
    """Give a new cohort its program's schedule."""
    Schedule.objects.create(cohort=cohort, weeks=default_weeks(cohort.program))


def carry(earlier: Cohort, cohort: Cohort, _sessions: dict[int, Session]) -> None:
    """Give the next offering the schedule of the earlier one, if it has one of its own."""
    own = Schedule.objects.filter(cohort=earlier).first()
    # Dates were those of the earlier year.
    if weeks := [when for when in own.weeks if isinstance(when, int)] if own else []:
        Schedule.objects.filter(cohort=cohort).update(weeks=weeks)


def gaps(cohort: Cohort) -> list[Gap]:
    """That nobody has chosen when the cohort's teams are asked."""
    if Schedule.objects.filter(cohort=cohort).exists():
        return []
    where = reverse("cohort_schedule", args=[cohort.pk])
    return [Gap(_("No follow-up schedule is chosen."), where)]
