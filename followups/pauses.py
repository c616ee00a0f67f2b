"""A team's pauses, and where they put the rounds that would begin in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort, Team
from followups import schedule
from followups.models import CheckIn, Pause, Round

State = CheckIn.State
NOT_BEGUN = (State.SCHEDULED, State.SKIPPED)


@dataclass(frozen=True)
class Place:
    """Where a round is for a team: the day it opens, or None and why it is skipped."""

    opens: date | None
    why: str = ""


def places(openings: Sequence[date], pauses: Iterable[Pause]) -> list[Place]:
    """Where a team's rounds are that would open at `openings` (in order), given its pauses.

    One whose days until its date meet a pause is skipped; or it opens on the day after, where the
    next round leaves it the time that a round has.
    """
    held = sorted(pauses, key=lambda pause: pause.first_day)
    following = [*openings[1:], date.max][: len(openings)]
    return [_place(day, after, held) for day, after in zip(openings, following, strict=True)]


def _place(day: date, following: date, held: list[Pause]) -> Place:
    moved = day
    for pause in held:
        if pause.first_day <= moved + timedelta(days=schedule.DUE_DAY) and moved <= pause.last_day:
            if not pause.moves:
                return Place(None, pause.reason)
            moved = pause.last_day + timedelta(days=1)
            if (following - moved).days < schedule.APART_DAYS:
                return Place(None, pause.reason)
    return Place(moved)


def settle(cohort: Cohort, now: datetime) -> None:
    """Put each check-in that has not begun where its round and its team's pauses want it.

    Nothing is put where it would have begun already at `now` (UTC), and what is about to open
    stays. Runs in the caller's transaction, which holds the cohort.
    """
    rounds = list(cohort.rounds.of_all())
    by_number = {round_.number: round_ for round_ in rounds}
    wanted = _wanted(cohort, rounds)
    own = {(r.team_id, r.number): r for r in cohort.rounds.filter(team__isnull=False)}
    check_ins = CheckIn.objects.filter(team__cohort=cohort, state__in=NOT_BEGUN)
    moved = []
    for check_in in check_ins.select_related("round").select_for_update(of=("self",)):
        number = check_in.round.number
        place = wanted.get(check_in.team_id, {}).get(number) or Place(by_number[number].opens_on)
        if _may_move(check_in, place, now):
            _put(check_in, place, by_number[number], own)
            moved.append(check_in)
    fields = ["round", "state", "skip_reason", "next_step", "next_at"]
    CheckIn.objects.bulk_update(moved, fields)
    cohort.rounds.filter(team__isnull=False, check_ins__isnull=True).delete()


def _wanted(cohort: Cohort, rounds: list[Round]) -> dict[int, dict[int, Place]]:
    """By team that pauses and round's number, where it is to be."""
    held: dict[int, list[Pause]] = {}
    for pause in Pause.objects.live().filter(team__cohort=cohort):
        held.setdefault(pause.team_id, []).append(pause)
    openings = [round_.opens_on for round_ in rounds]
    return {
        team: dict(zip((r.number for r in rounds), places(openings, pauses), strict=True))
        for team, pauses in held.items()
    }


def _may_move(check_in: CheckIn, place: Place, now: datetime) -> bool:
    skipped = check_in.state == State.SKIPPED
    if skipped and place.opens is None:
        return check_in.skip_reason != place.why
    if not skipped and place.opens == check_in.round.opens_on:
        return False
    is_opening = not skipped and schedule.begins(check_in.round.opens_on) <= now
    is_past = place.opens is not None and schedule.begins(place.opens) <= now
    return not is_opening and not is_past


def _put(
    check_in: CheckIn, place: Place, base: Round, own: dict[tuple[int | None, int], Round]
) -> None:
    check_in.round, check_in.skip_reason = base, place.why
    if place.opens is None:
        check_in.state, check_in.next_step, check_in.next_at = State.SKIPPED, "none", None
        return
    if place.opens != base.opens_on:
        check_in.round = _own_round(check_in, place.opens, base, own)
    check_in.state, check_in.next_step = State.SCHEDULED, CheckIn.Step.OPENS
    check_in.next_at = schedule.begins(place.opens)


def _own_round(
    check_in: CheckIn, opens: date, base: Round, own: dict[tuple[int | None, int], Round]
) -> Round:
    key = (check_in.team_id, base.number)
    kept = own.get(key) or Round(cohort_id=base.cohort_id, team_id=key[0], number=base.number)
    kept.opens_on, kept.due_on, kept.closes_on = schedule.dates_of(opens)
    kept.save()
    own[key] = kept
    return kept


def rounds_of_team(team: Team, rounds: list[Round], pauses: Iterable[Pause]) -> list[Round]:
    """The team's rounds, unsaved, as `settle` will make them when the year begins."""
    found = []
    for round_, place in zip(rounds, places([r.opens_on for r in rounds], pauses), strict=True):
        if place.opens:
            opens, due, closes = schedule.dates_of(place.opens)
            fields = {"opens_on": opens, "due_on": due, "closes_on": closes}
            found.append(Round(cohort_id=team.cohort_id, number=round_.number, **fields))
    return found


def add(
    team: Team,
    *,
    first_day: date,
    last_day: date,
    reason: str,
    moves: bool,
    form_id: UUID,
    by: User,
    now: datetime,
) -> Pause:
    """Note a pause and settle the team's rounds by it. The same `form_id` again is the same pause.

    Runs in the caller's transaction, which holds the cohort. Raises ValidationError for days that
    are over.
    """
    if schedule.begins(last_day) <= now:
        raise ValidationError(_("A pause that is over changes nothing."))
    pause, _made = Pause.objects.get_or_create(
        form_id=form_id,
        defaults={
            "team": team,
            "first_day": first_day,
            "last_day": last_day,
            "reason": reason,
            "moves": moves,
            "made_by": by,
            "made_at": now,
        },
    )
    settle(team.cohort, now)
    return pause


def lift(pause: Pause, now: datetime) -> None:
    """Let the pause hold no longer; rounds whose day has not come are as before it.

    Runs in the caller's transaction, which holds the cohort.
    """
    Pause.objects.live().filter(pk=pause.pk).update(lifted_at=now)
    settle(pause.team.cohort, now)
