"""The year's mails as a calendar: months, days, and on each day who is told what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from accounts.models import User
from cohorts.models import Cohort, Team
from followups import forecast
from followups.forecast import Expected
from followups.models import CheckIn

# So many mails are shown one by one; of more, each day says how many, until a reader chooses.
MOST_LISTED = 400


@dataclass(frozen=True)
class Mail:
    """One mail: what it tells of which teams, on the reader's own clock."""

    person: User
    at: datetime
    told: list[Expected]

    @property
    def zone(self) -> str:
        return self.told[0].zone

    @property
    def things(self) -> list[tuple[Team, int, str]]:
        labels = dict(CheckIn.Step.choices)
        return [(one.team, one.number, str(labels[one.step])) for one in self.told]


@dataclass(frozen=True)
class Day:
    """The mails of one day of their readers' calendars."""

    day: date
    mails: list[Mail]

    @property
    def steps(self) -> list[tuple[str, int]]:
        """How often each step is told."""
        labels = dict(CheckIn.Step.choices)
        counted = Counter(one.step for mail in self.mails for one in mail.told)
        return [(str(labels[step]), number) for step, number in counted.items()]


@dataclass
class Chosen:
    """What a reader of the calendar chose to see, of what there is."""

    teams: list[Team]
    people: list[User]
    team: int | None = None
    person: int | None = None
    mails: list[Mail] = field(default_factory=list)

    @property
    def lists_each(self) -> bool:
        return bool(self.team or self.person) or len(self.mails) <= MOST_LISTED


def chosen(cohort: Cohort, asked: Mapping[str, str], now: datetime) -> Chosen:
    """The mails of the cohort's year, of the `team` and `person` (ids) that were asked for.

    Of the time before `now` (UTC) those that went.
    """
    everything = forecast.went_or_to_come(cohort, forecast.mails_of_year(cohort), now)
    people = {mail.person.pk: mail.person for mail in everything}
    teams = {mail.team.pk: mail.team for mail in everything}
    found = Chosen(
        sorted(teams.values(), key=lambda team: team.name),
        sorted(people.values(), key=lambda person: str(person)),
        _known(asked.get("team", ""), teams),
        _known(asked.get("person", ""), people),
    )
    wanted = [
        one
        for one in everything
        if found.team in (None, one.team.pk) and found.person in (None, one.person.pk)
    ]
    found.mails = _mails(wanted)
    return found


def _known(word: str, known: Mapping[int, object]) -> int | None:
    return next((pk for pk in known if str(pk) == word), None)


def _mails(expected: Iterable[Expected]) -> list[Mail]:
    """What one person is told at one moment is one mail."""

    def which(one: Expected) -> tuple[datetime, str, int]:
        return one.at, one.person.email, one.person.pk

    found = [list(group) for _key, group in groupby(sorted(expected, key=which), key=which)]
    return [Mail(told[0].person, told[0].at, told) for told in found]


def months(mails: Iterable[Mail]) -> list[tuple[date, list[Day]]]:
    """The days with mails by month, in order; days are those of each reader."""
    by_day = sorted(mails, key=lambda mail: (mail.at.date(), mail.at))
    days = [Day(day, list(group)) for day, group in groupby(by_day, lambda mail: mail.at.date())]
    return [
        (month, list(group)) for month, group in groupby(days, lambda one: one.day.replace(day=1))
    ]
