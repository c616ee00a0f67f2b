"""The mails that a cohort's year would send if nobody else answered: what a preview shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, prefetch_related_objects

from accounts.models import User
from cohorts.models import Cohort, Membership, Team
from followups import mails, pauses, schedule, schedules
from followups.hours import Reader
from followups.models import CheckIn, Pause, Round
from outbox.models import Message

State = Message.State
# What may have gone, or still goes.
GOES_OR_WENT = [State.QUEUED, State.CLAIMED, State.UNKNOWN, State.SENT]


@dataclass(frozen=True)
class Expected:
    """One thing told by mail: to whom, of which round and step, when on the reader's own clock.

    What one person is told at the same moment is one mail.
    """

    team: Team
    person: User
    number: int
    step: str
    at: datetime

    @property
    def zone(self) -> str:
        return str(self.at.tzinfo)

    @property
    def step_label(self) -> str:
        return str(CheckIn.Step(self.step).label)


@dataclass(frozen=True)
class Asked:
    """A round that a team is asked, and when (UTC) it answered: nothing more is told of it then."""

    round: Round
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Pending:
    """A mail that waits for its morning (`ready`) and makes no sense from `ends` on (UTC)."""

    team: Team
    reader: Reader
    number: int
    step: str
    ready: datetime
    ends: datetime


def rounds_of(cohort: Cohort) -> list[Round]:
    """The cohort's rounds; as they will be, unsaved, while its week is not closed."""
    return list(cohort.rounds.of_all()) or rounds_to_come(cohort)


def rounds_to_come(cohort: Cohort) -> list[Round]:
    """The rounds, unsaved, that begin when the cohort's week is closed."""
    dates = schedule.rounds_of(cohort.ends_on, schedules.weeks_of(cohort))
    return [
        Round(cohort=cohort, number=number, opens_on=opens, due_on=due, closes_on=closes)
        for number, (opens, due, closes) in enumerate(dates, start=1)
    ]


def mails_of_year(cohort: Cohort) -> list[Expected]:
    """Everything that the year's mails tell, in the order in which they would go.

    By the members, coaches, leads, zones and wishes of today; without what an answer ended.
    """
    teams = list(cohort.teams.select_related("coach__reminder_preference"))
    leads = list(_active().filter(led_programs=cohort.program_id))
    asked, readers = _asked_by_team(cohort, teams), _members(cohort)
    prefetch_related_objects([cohort], "holidays")
    people: dict[int, User] = {}
    waiting: dict[int, list[Pending]] = {}
    for team in teams:
        team.cohort = cohort
        for person, pending in _of_team(team, asked[team.pk], readers.get(team.pk, []), leads):
            people[person.pk] = person
            waiting.setdefault(person.pk, []).append(pending)
    expected = [
        Expected(told.team, people[pk], told.number, told.step, at.astimezone(told.reader.zone))
        for pk, all_of_theirs in waiting.items()
        for told, at in sent(all_of_theirs)
    ]
    return sorted(expected, key=lambda mail: (mail.at, mail.team.name, mail.person.email))


def sent(waiting: Iterable[Pending]) -> Iterator[tuple[Pending, datetime]]:
    """What of one person's mails goes, and when (UTC): as the engine would, if never held up."""
    left, before = sorted(waiting, key=lambda one: one.ready), list[datetime]()
    while left:
        moment = left[0].ready
        if before:
            moment = max(moment, before[-1] + mails.REST)
        if len(before) >= mails.MOST_A_WEEK:
            moment = max(moment, before[-mails.MOST_A_WEEK] + mails.WEEK)
        moment = left[0].reader.next_decent(moment)
        left = [one for one in left if one.ends > max(moment, one.ready)]
        together = [one for one in left if one.ready <= moment]
        if together:
            before.append(moment)
            yield from ((one, moment) for one in together)
            left = [one for one in left if one.ready > moment]


def went_or_to_come(cohort: Cohort, mails_: Iterable[Expected], now: datetime) -> list[Expected]:
    """The mails without those of the time before `now` (UTC) that never went and never will."""
    check_ins = {
        pk: (team, number)
        for pk, team, number in CheckIn.objects.filter(team__cohort=cohort).values_list(
            "pk", "team", "round__number"
        )
    }
    kept = Message.objects.filter(
        about__in=check_ins, kind__in=mails.STEP_OF_KIND, state__in=GOES_OR_WENT
    )
    known = {
        (*check_ins[about], person, mails.STEP_OF_KIND[kind])
        for about, person, kind in kept.values_list("about", "person", "kind")
        if about in check_ins
    }
    return [
        mail
        for mail in mails_
        if mail.at > now or (mail.team.pk, mail.number, mail.person.pk, mail.step) in known
    ]


def _asked_by_team(cohort: Cohort, teams: list[Team]) -> dict[int, list[Asked]]:
    """Each team's rounds, at the dates that they have or will have for it."""
    if cohort.rounds.exists():
        asked = CheckIn.objects.filter(team__cohort=cohort).exclude(
            state__in=[CheckIn.State.SKIPPED, CheckIn.State.EXCUSED]
        )
        found: dict[int, list[Asked]] = {team.pk: [] for team in teams}
        for check_in in asked.select_related("round").order_by("round__opens_on"):
            found[check_in.team_id].append(Asked(check_in.round, check_in.submitted_at))
        return found
    held: dict[int, list[Pause]] = {}
    for pause in Pause.objects.live().filter(team__cohort=cohort):
        held.setdefault(pause.team_id, []).append(pause)
    coming = rounds_to_come(cohort)
    return {
        team.pk: [
            Asked(round_) for round_ in pauses.rounds_of_team(team, coming, held.get(team.pk, []))
        ]
        for team in teams
    }


def _active() -> QuerySet[User]:
    return User.objects.filter(is_active=True).select_related("reminder_preference")


def _members(cohort: Cohort) -> dict[int, list[User]]:
    memberships = Membership.objects.filter(team__cohort=cohort, user__is_active=True)
    found: dict[int, list[User]] = {}
    for one in memberships.select_related("user__reminder_preference").order_by("user__email"):
        found.setdefault(one.team_id, []).append(one.user)
    return found


def _of_team(
    team: Team, asked: list[Asked], members: list[User], leads: list[User]
) -> Iterator[tuple[User, Pending]]:
    coach = [team.coach] if team.coach and team.coach.is_active else []
    heard = {CheckIn.Step.COACH: coach, CheckIn.Step.LEAD: leads}
    for one in asked:
        round_ = one.round
        for step in mails.KIND_OF_STEP:
            for person in heard.get(CheckIn.Step(step), members):
                preference = getattr(person, "reminder_preference", None)
                if preference and not preference.wants_reminders:
                    continue
                reader = mails.reader_of(person, team)
                ready = reader.morning(schedule.step_date(round_, step))
                ends = schedule.until(round_, step, reader)
                if one.answered_at:
                    ends = min(ends, one.answered_at)
                yield person, Pending(team, reader, round_.number, step, ready, ends)
