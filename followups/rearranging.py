"""Changing a year that runs: first what would change, then the change, under one lock.

A round that has opened, or that someone answered, stays; nothing is put into the past.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from coalitions.days import in_words
from cohorts.models import Cohort
from followups import forecast, pauses, schedule
from followups.forecast import Expected
from followups.models import CheckIn, Holiday, Pause, Round
from followups.schedules import LAST_WEEK, MOST_ROUNDS

State = CheckIn.State
BEGUN = (State.OPEN, State.SUBMITTED, State.MISSED)
# While numbers change, the old ones are out of the way.
ASIDE = 1000
MOST_SHOWN = 100

type Change = Callable[[Cohort], object]


class ChangedMeanwhileError(Exception):
    """Someone else changed the year since this person saw it."""


@dataclass(frozen=True)
class RoundChange:
    """One round of a team, or of all: from when to when; None: it is not asked."""

    team: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Listed[T]:
    """Mails, the first of which are shown one by one."""

    all: list[T]

    @property
    def shown(self) -> list[T]:
        return self.all[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.all) - len(self.shown)


@dataclass(frozen=True)
class Difference:
    """What a change would do: rounds, mails that would be sent besides, and no longer."""

    rounds: list[RoundChange]
    besides: list[Expected]
    no_longer: list[Expected]

    @property
    def lists(self) -> list[Listed[Expected]]:
        return [Listed(self.besides), Listed(self.no_longer)]

    def __bool__(self) -> bool:
        return bool(self.rounds or self.besides or self.no_longer)


def fingerprint(cohort: Cohort) -> str:
    """A word that is another one once somebody changed the cohort's rounds, pauses or holidays."""
    rounds = cohort.rounds.order_by("pk").values_list("pk", "number", "opens_on")
    held = Pause.objects.live().filter(team__cohort=cohort).order_by("pk").values_list("pk")
    off = Holiday.objects.filter(cohort=cohort).order_by("day").values_list("day", "name")
    told = repr((list(rounds), list(held), list(off)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def difference(cohort: Cohort, change: Change, now: datetime) -> Difference:
    """What `change` would do: it is done and taken back. Raises what `change` raises."""
    with transaction.atomic():
        before, mails = _rounds(cohort), _mails_to_come(cohort, now)
        # Read anew afterwards: `cohort` remembers the holidays that it was asked for.
        held = Cohort.objects.select_for_update().get(pk=cohort.pk)
        change(held)
        after, new_mails = _rounds(held), _mails_to_come(held, now)
        transaction.set_rollback(True)
    return Difference(
        _paired(before, after),
        [mail for key, mail in new_mails.items() if key not in mails],
        [mail for key, mail in mails.items() if key not in new_mails],
    )


def apply(cohort: Cohort, change: Change, *, seen: str) -> None:
    """Do it, if the year still is as this person saw it.

    Raises ChangedMeanwhileError, and what `change` raises; then nothing is changed.
    """
    with transaction.atomic():
        # Locked: two who change at once come one after the other.
        held = Cohort.objects.select_for_update().get(pk=cohort.pk)
        if fingerprint(held) != seen:
            raise ChangedMeanwhileError
        change(held)


def _rounds(cohort: Cohort) -> dict[str, set[date]]:
    """The days on which rounds open: "" of all, and by team that differs from them."""
    found = {"": {round_.opens_on for round_ in forecast.rounds_of(cohort)}}
    check_ins = CheckIn.objects.filter(team__cohort=cohort).exclude(state=State.SKIPPED)
    theirs: dict[str, set[date]] = {team.name: set() for team in cohort.teams.all()}
    for name, opens in check_ins.values_list("team__name", "round__opens_on"):
        theirs[name].add(opens)
    return found | theirs


def _paired(before: dict[str, set[date]], after: dict[str, set[date]]) -> list[RoundChange]:
    """Days that went with days that came; teams only where it is not the change of all."""
    changes: list[RoundChange] = []
    for team in before:
        gone = sorted(before[team] - after[team])
        come = sorted(after[team] - before[team])
        pairs = [
            RoundChange(
                team,
                gone[n] if n < len(gone) else None,
                come[n] if n < len(come) else None,
            )
            for n in range(max(len(gone), len(come)))
        ]
        of_all = {(change.before, change.after) for change in changes if not change.team}
        changes += [one for one in pairs if (one.before, one.after) not in of_all]
    return changes


def _mails_to_come(cohort: Cohort, now: datetime) -> dict[tuple[object, ...], Expected]:
    return {
        (mail.team.pk, mail.person.pk, mail.step, mail.at): mail
        for mail in forecast.mails_of_year(cohort)
        if mail.at > now
    }


def ahead(cohort: Cohort, now: datetime) -> list[Round]:
    """The rounds that have not begun at `now` (UTC) and may be changed."""
    begun = CheckIn.objects.filter(team__cohort=cohort, state__in=BEGUN)
    numbers = set(begun.values_list("round__number", flat=True))
    return [
        round_
        for round_ in cohort.rounds.of_all()
        if schedule.begins(round_.opens_on) > now and round_.number not in numbers
    ]


def change_rounds(cohort: Cohort, openings: list[date], now: datetime) -> None:
    """Let the rounds that have not begun open on these days, in order; fewer or more of them.

    Runs in the caller's transaction, which holds the cohort. Raises ValidationError for days that
    do not fit.
    """
    if cohort.state != Cohort.State.FOLLOW_UP:
        raise ValidationError(_("This year is over, or has not begun."))
    coming = ahead(cohort, now)
    begun = [one for one in cohort.rounds.of_all() if one not in coming]
    _check(cohort, begun, openings, now)
    _back_to_all(cohort, coming)
    stays = {one.opens_on for one in coming} & set(openings)
    free = [one for one in coming if one.opens_on not in stays]
    new = [day for day in openings if day not in stays]
    for round_ in free[len(new) :]:
        round_.delete()
    moved = [one for one in coming if one.opens_on in stays or one in free[: len(new)]]
    for round_, day in zip(free, new, strict=False):
        round_.opens_on, round_.due_on, round_.closes_on = schedule.dates_of(day)
    _renumber(cohort, moved, new[len(free) :], first=len(begun) + 1)
    pauses.settle(cohort, now)


def _check(cohort: Cohort, begun: list[Round], openings: list[date], now: datetime) -> None:
    if len(begun) + len(openings) > MOST_ROUNDS:
        raise ValidationError(_("There can be %(count)d rounds at most.") % {"count": MOST_ROUNDS})
    latest = cohort.ends_on + timedelta(weeks=LAST_WEEK)
    days = [*(round_.opens_on for round_ in begun[-1:]), *openings]
    for day in openings:
        if schedule.begins(day) <= now:
            sentence = _("%(day)s has begun somewhere, so no round can open on it any more.")
            raise ValidationError(sentence % {"day": in_words(day)})
        if day > latest:
            sentence = _("%(day)s is not within two years after the end of the week.")
            raise ValidationError(sentence % {"day": in_words(day)})
    for before, after in pairwise(days):
        if (after - before).days < schedule.APART_DAYS:
            sentence = _(
                "%(before)s and %(after)s are too close: a round stays open for 24 days, so leave "
                "at least four weeks between two rounds."
            )
            raise ValidationError(sentence % {"before": in_words(before), "after": in_words(after)})


def _back_to_all(cohort: Cohort, coming: list[Round]) -> None:
    """Let teams that paused be asked with all; `settle` looks at their pauses anew."""
    for round_ in coming:
        CheckIn.objects.filter(
            team__cohort=cohort, round__number=round_.number, state__in=pauses.NOT_BEGUN
        ).update(
            round=round_,
            state=State.SCHEDULED,
            skip_reason="",
            next_step=CheckIn.Step.OPENS,
            next_at=schedule.begins(round_.opens_on),
        )
    cohort.rounds.filter(team__isnull=False, check_ins__isnull=True).delete()


def _renumber(cohort: Cohort, kept: list[Round], added: list[date], *, first: int) -> None:
    """Number the rounds by their days, make those that are new, and tell the check-ins when."""
    cohort.rounds.filter(pk__in=[one.pk for one in kept]).update(number=F("number") + ASIDE)
    made = []
    for day in added:
        opens, due, closes = schedule.dates_of(day)
        made.append(Round(cohort=cohort, opens_on=opens, due_on=due, closes_on=closes))
    for number, one in enumerate(sorted([*kept, *made], key=lambda one: one.opens_on), first):
        one.number = number
    Round.objects.bulk_update(kept, ["number", "opens_on", "due_on", "closes_on"])
    Round.objects.bulk_create(made)
    for one in kept:
        scheduled = CheckIn.objects.filter(round=one, state=State.SCHEDULED)
        scheduled.update(next_at=schedule.begins(one.opens_on))
    CheckIn.objects.bulk_create(
        CheckIn(team=team, round=one, next_at=schedule.begins(one.opens_on))
        for one in made
        for team in cohort.teams.all()
    )
