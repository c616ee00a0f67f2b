"""What one more reminder in a chunk asks the database."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from followups import planner
from outbox import delivery
from tests.factories import make_cohort, make_member, make_team
from tests.followups.conftest import OPENS, World, utc

# The hand-over: the hours, and the mark (with PostgreSQL the person's lock before it). The record:
# the message, and the attempt. On SQLite both are a transaction with a beginning and an end.
MOST_A_MAIL = {"sqlite": 8, "postgresql": 5}


def statements_for(year: World, mails: int) -> int:
    """How many statements one delivery of so many reminders takes, to teams of four."""
    before = len(year.sink.taken)
    planner.plan_due(utc(OPENS, 8))
    with CaptureQueriesContext(connection) as asked:
        assert delivery.deliver(utc(OPENS, 11)) == mails
    assert len(year.sink.taken) == before + mails
    return len(asked)


def people(teams: int, year: World) -> None:
    cohort = make_cohort(year.cohort.program, ends_on=year.cohort.ends_on)
    for _ in range(teams):
        team = make_team(cohort)
        for _ in range(4):
            make_member(team)
    planner.close_week(cohort, by=None, now=year.clock)


def test_one_more_reminder_in_a_chunk_is_handed_over_and_recorded_and_asks_nothing_else(year):
    people(1, year)
    few = statements_for(year, 2 + 4)
    people(11, year)
    many = statements_for(year, 44)
    assert (many - few) / (44 - 6) <= MOST_A_MAIL[connection.vendor]
