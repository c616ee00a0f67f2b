"""The register: who belongs to the cohort's week, who was there, and noting it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from attendance import half_days
from attendance.half_days import HalfDay
from attendance.models import Attendance
from cohorts.models import Cohort, Membership, Person, Team

MOST = 1000  # Taps in one request; a page sends what it kept in portions.
PRESENT, ABSENT = "1", "0"


@dataclass
class Participant:
    """Someone on a team of the cohort; `organisation` is what their team wrote down."""

    user: User
    team: Team
    organisation: str = ""
    marks: dict[HalfDay, Attendance] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.user)

    def was_there(self, half_day: HalfDay) -> bool:
        mark = self.marks.get(half_day)
        return bool(mark and mark.is_present)


@dataclass(frozen=True)
class Tap:
    """One press on a person: who, which half-day, there or not, and when it was pressed (UTC)."""

    person_id: int
    half_day: HalfDay
    is_present: bool
    at: datetime


def participants(cohort: Cohort) -> list[Participant]:
    """The cohort's people by team and name, without their marks, in two statements."""
    organisations = {
        (person.team_id, person.user_id): person.organisation
        for person in Person.objects.filter(team__cohort=cohort, user__isnull=False)
    }
    memberships = Membership.objects.filter(team__cohort=cohort).select_related("user", "team")
    return [
        Participant(one.user, one.team, organisations.get((one.team_id, one.user_id), ""))
        for one in memberships.order_by("team__name", "team", "user__name", "user__email")
    ]


def with_marks(cohort: Cohort, *only: HalfDay) -> list[Participant]:
    """The cohort's people with what was noted, of the whole week or of some half-days."""
    people = participants(cohort)
    marks = Attendance.objects.filter(cohort=cohort).select_related("by")
    if only:
        marks = marks.filter(day__in={half_day.day for half_day in only})
    by_person: dict[int, dict[HalfDay, Attendance]] = defaultdict(dict)
    for mark in marks:
        half_day = HalfDay(mark.day, mark.half == half_days.Half.AFTERNOON)
        by_person[mark.person_id][half_day] = mark
    for person in people:
        person.marks = by_person[person.user.pk]
    return people


def by_team(people: list[Participant]) -> list[tuple[Team, list[Participant]]]:
    """`people` under their teams, in the order they come in."""
    teams: dict[int, tuple[Team, list[Participant]]] = {}
    for person in people:
        teams.setdefault(person.team.pk, (person.team, []))[1].append(person)
    return list(teams.values())


def counts(cohort: Cohort) -> dict[HalfDay, int]:
    """How many of the cohort's present people were there on each half-day; one statement."""
    found = (
        Attendance.objects.filter(
            cohort=cohort,
            is_present=True,
            person__in=Membership.objects.filter(team__cohort=cohort).values("user"),
        )
        .values("day", "half")
        .annotate(there=Count("pk"))
        .order_by("day", "half")
    )
    there = {
        HalfDay(row["day"], row["half"] == half_days.Half.AFTERNOON): row["there"] for row in found
    }
    return {half_day: there.get(half_day, 0) for half_day in half_days.of(cohort)}


def parse(cohort: Cohort, words: str, now: datetime) -> list[Tap]:
    """The taps that a page sends, apart by spaces: `<person>.<day>.<half>.<1|0>[.<ms>]`.

    `ms` is when it was pressed, in milliseconds since 1970, never later than `now`; without it,
    now. What names nobody and no half-day of the cohort is left out.
    """
    people = {str(person.user.pk) for person in participants(cohort)}
    week = {half_day.key: half_day for half_day in half_days.of(cohort)}
    found = []
    for word in words.split()[:MOST]:
        person, _, rest = word.partition(".")
        key, _, said = rest.rpartition(".")
        at = now
        if key not in week and said.isascii() and said.isdigit() and len(said) < 15:
            at = min(now, datetime.fromtimestamp(int(said) / 1000, UTC))
            key, _, said = key.rpartition(".")
        if person in people and key in week and said in {PRESENT, ABSENT}:
            found.append(Tap(int(person), week[key], said == PRESENT, at))
    return found


@transaction.atomic
def note(cohort: Cohort, taps: list[Tap], *, by: User) -> None:
    """Keep the last word on each person and half-day, whatever order the words arrive in.

    The same tap twice changes nothing, and one that was kept on a phone without a line does not
    overwrite what somebody else said after it.
    """
    last: dict[tuple[int, HalfDay], Tap] = {}
    for tap in sorted(taps, key=lambda tap: tap.at):
        last[tap.person_id, tap.half_day] = tap
    if not last:
        return
    # In one order, so that two facilitators who send at once never wait for each other.
    news = [_row(cohort, last[key], by) for key in sorted(last)]
    Attendance.objects.bulk_create(news, ignore_conflicts=True)
    kept = Attendance.objects.select_for_update().filter(
        cohort=cohort,
        person__in={tap.person_id for tap in last.values()},
        day__in={tap.half_day.day for tap in last.values()},
    )
    older = []
    for row in kept.order_by("person", "day", "half"):
        half_day = HalfDay(row.day, row.half == half_days.Half.AFTERNOON)
        said = last.get((row.person_id, half_day))
        if said and said.at > row.at:
            row.is_present, row.by, row.at = said.is_present, by, said.at
            older.append(row)
    Attendance.objects.bulk_update(older, ["is_present", "by", "at"])


def _row(cohort: Cohort, tap: Tap, by: User) -> Attendance:
    return Attendance(
        cohort=cohort,
        person_id=tap.person_id,
        day=tap.half_day.day,
        half=tap.half_day.half,
        is_present=tap.is_present,
        by=by,
        at=tap.at,
    )
