"""Requests that were resolved before requests had moves keep every word."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from followups.models import Answer, SupportRequest
from tests.factories import NOON, make_cohort, make_member, make_team, make_user

BEFORE, AFTER = [("followups", "0003_the_year_of_each")], [("followups", "0004_help")]


def migrate(to: list[tuple[str, str]]) -> object:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps


@pytest.mark.django_db(transaction=True)
def test_resolved_requests_are_helped_and_open_ones_open_there_and_back() -> None:
    team = make_team(make_cohort())
    member, coach = make_member(team), make_user("Carla Coach")
    old = migrate(BEFORE)
    try:
        kinds = {
            name: old.get_model("followups", name).objects
            for name in (  # type: ignore[attr-defined]
                "Round",
                "CheckIn",
                "Answer",
                "SupportRequest",
            )
        }
        round_ = kinds["Round"].create(
            cohort_id=team.cohort_id,
            number=1,
            opens_on=date(2026, 6, 19),
            due_on=date(2026, 6, 28),
            closes_on=date(2026, 7, 13),
        )
        check_in = kinds["CheckIn"].create(team_id=team.pk, round=round_, next_at=NOON)
        answer = kinds["Answer"].create(
            check_in=check_in, submission_id=uuid4(), person_id=member.pk, by_link=True, at=NOON
        )
        wish = {"team_id": team.pk, "answer": answer}
        kinds["SupportRequest"].create(text="A car", wanted_by=date(2026, 6, 20), **wish)
        resolved = {"state": "resolved", "resolved_at": NOON, "resolved_by_id": coach.pk}
        words = "Mrs. Toe took the case.\nLea Lead: I called."
        kinds["SupportRequest"].create(text="A lawyer", resolution=words, **resolved, **wish)
        migrate(AFTER)
        car, lawyer = SupportRequest.objects.order_by("pk")
        assert (car.state, car.due_on, car.raised_by, car.raised_at) == (
            "open",
            date(2026, 6, 20),
            member,
            NOON,
        )
        assert car.next_on == date(2026, 6, 21)
        assert (lawyer.state, lawyer.due_on, lawyer.next_on) == ("helped", date(2026, 6, 15), None)
        move = lawyer.moves.get()
        assert (move.kind, move.note, move.by, move.at) == ("helped", words, coach, NOON)
        old = migrate(BEFORE)
        again = old.get_model("followups", "SupportRequest").objects.get(pk=lawyer.pk)  # type: ignore[attr-defined]
        assert (again.state, again.resolution, again.resolved_at) == ("resolved", words, NOON)
        assert again.resolved_by_id == coach.pk
    finally:
        # The tests after this one need what came later, too.
        migrate(MigrationExecutor(connection).loader.graph.leaf_nodes("followups"))
    assert Answer.objects.get(pk=answer.pk).asked == lawyer
