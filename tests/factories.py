"""The smallest worlds. Each function makes one thing, and what it needs when not given."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import User
from cohorts.models import Cohort, Membership, Person, Program, Session, Team

NUMBER = count(1)
MONDAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def make_user(name: str = "", **fields: Any) -> User:
    n = next(NUMBER)
    fields.setdefault("email", f"person{n}@example.org")
    return User.objects.create_user(name=name or f"Person {n}", **fields)


def make_program(*leads: User, **fields: Any) -> Program:
    program = Program.objects.create(**{"name": f"Program {next(NUMBER)}"} | fields)
    program.leads.set(leads)
    return program


def make_cohort(program: Program | None = None, **fields: Any) -> Cohort:
    """A running five-day cohort from Monday 1 June 2026 in Washington."""
    fields = {
        "name": f"Cohort {next(NUMBER)}",
        "time_zone": "America/New_York",
        "starts_on": MONDAY,
        "ends_on": MONDAY + timedelta(days=4),
        "state": Cohort.State.RUNNING,
    } | fields
    return Cohort.objects.create(program=program or make_program(), **fields)


def make_session(cohort: Cohort, **fields: Any) -> Session:
    fields = {
        "day": cohort.starts_on,
        "starts_at": "09:00",
        "ends_at": "10:00",
        "kind": Session.Kind.LECTURE,
        "title": f"Session {next(NUMBER)}",
    } | fields
    return Session.objects.create(cohort=cohort, **fields)


def make_team(cohort: Cohort | None = None, **fields: Any) -> Team:
    fields = {
        "name": f"Team {next(NUMBER)}",
        "country": "Liberia",
        "challenge": "Civil servants are paid on time.",
        "time_zone": "Africa/Monrovia",
    } | fields
    return Team.objects.create(cohort=cohort or make_cohort(), **fields)


def make_member(team: Team, user: User | None = None, **fields: Any) -> User:
    """A joined member of `team`, named among its people; `role="lead"` for its lead."""
    user = user or make_user()
    fields = {"role": Membership.Role.MEMBER, "invited_at": NOON, "joined_at": NOON} | fields
    Membership.objects.create(team=team, user=user, **fields)
    Person.objects.create(team=team, user=user, name=user.name)
    return user


def make_outsider(team: Team, name: str = "", **fields: Any) -> Person:
    return Person.objects.create(team=team, name=name or f"Outsider {next(NUMBER)}", **fields)
