"""The mails that a cohort's year would send if nobody answered: what a preview shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from cohorts.models import Cohort, Membership, Team
from followups import mails, schedule, schedules
from followups.models import CheckIn, Round


@dataclass(frozen=True)
class Expected:
    """One mail: for whom, in which round and step, and when on the reader's own clock."""

    team: Team
    person: User
    number: int
    step: str
    at: datetime

    @property
    def zone(self) -> str:
        return str(self.at.tzinfo)


def rounds_of(cohort: Cohort) -> list[Round]:
    """The cohort's rounds; as they will be, unsaved, while its week is not closed."""
    return list(cohort.rounds.all()) or rounds_to_come(cohort)


def rounds_to_come(cohort: Cohort) -> list[Round]:
    """The rounds, unsaved, that begin when the cohort's week is closed."""
    dates = schedule.rounds_of(cohort.ends_on, schedules.weeks_of(cohort))
    return [
        Round(cohort=cohort, number=number, opens_on=opens, due_on=due, closes_on=closes)
        for number, (opens, due, closes) in enumerate(dates, start=1)
    ]


def mails_of_year(cohort: Cohort) -> list[Expected]:
    """Every mail of the year, in the order in which they would go.

    By the members, coaches and zones of today; spread within the morning by the check-ins once
    these exist.
    """
    members = Membership.objects.filter(team__cohort=cohort, user__is_active=True)
    readers: dict[int, list[User]] = {}
    for membership in members.select_related("user").order_by("user__email"):
        readers.setdefault(membership.team_id, []).append(membership.user)
    check_ins = {
        (check_in.team_id, check_in.round_id): check_in
        for check_in in CheckIn.objects.filter(team__cohort=cohort)
    }
    rounds = rounds_of(cohort)
    expected = [
        mail
        for team in cohort.teams.select_related("coach")
        for round_ in rounds
        for mail in _of_round(
            team, round_, readers.get(team.pk, []), check_ins.get((team.pk, round_.pk))
        )
    ]
    return sorted(expected, key=lambda mail: (mail.at, mail.team.name, mail.person.email))


def _of_round(
    team: Team, round_: Round, members: list[User], check_in: CheckIn | None
) -> Iterator[Expected]:
    check_in = check_in or CheckIn(team=team, round=round_)
    coach = [team.coach] if team.coach and team.coach.is_active else []
    for step in mails.KIND_OF_STEP:
        for person in coach if step == CheckIn.Step.COACH else members:
            zone = mails.zone_of(person, team)
            key = mails.key_of(check_in, person, step)
            at = schedule.morning(schedule.step_date(round_, step), zone, key)
            yield Expected(team, person, round_.number, step, at.astimezone(zone))
