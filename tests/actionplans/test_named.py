"""Whom a cell names is read before its row is locked: whoever comes in between is not lost."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from accounts.models import User
from actionplans import cells, ledger, named, people
from actionplans.models import Activity, Edit
from cohorts.models import Person, Team
from tests.actionplans.planning import make_activity, make_milestone, write
from tests.factories import NOON, make_member, make_outsider, make_team

FIELDS = ["responsible", "accountable"]


@pytest.fixture
def activity(team: Team) -> Activity:
    return make_activity(make_milestone(team), responsible="Out One", accountable="Out One")


def name(activity: Activity, by: User, field: str, value: str, seen: str, **more: Any):
    """Save a cell by what was read of it before someone else came."""
    team = activity.milestone.plan.team
    told: dict[str, Any] = {"table": "activity", "row_id": activity.pk, "field": field}
    told |= {"value": value, "seen": seen, "edit_id": uuid4(), "by": by, "now": NOON}
    return cells.save_cell(team, **told | more)


@pytest.mark.parametrize("field", FIELDS)
def test_another_cell_of_the_row_written_in_between_is_no_conflict(
    team: Team, amara: User, activity: Activity, field: str
) -> None:
    before = named.read(team, "activity", activity.pk, field)
    write(team, activity, amara, comments="Ask the county.")
    saved = name(activity, amara, field, "Somebody New", "Out One", names=before)
    assert (saved.outcome, saved.text) == ("applied", "Somebody New")
    activity.refresh_from_db()
    assert (saved.version, activity.comments) == (activity.version, "Ask the county.")
    assert ledger.replay(team) == ledger.snapshot(team)


@pytest.mark.parametrize("field", FIELDS)
def test_the_same_cell_written_in_between_is_a_conflict_and_adds_nobody(
    team: Team, amara: User, activity: Activity, field: str
) -> None:
    before = named.read(team, "activity", activity.pk, field)
    write(team, activity, make_member(team), **{field: "Out Two"})
    saved = name(activity, amara, field, "Somebody New", "Out One", names=before)
    assert (saved.outcome, saved.text) == ("conflict", "Out Two")
    assert not Person.objects.filter(name="Somebody New").exists()
    assert ledger.replay(team) == ledger.snapshot(team)


@pytest.mark.parametrize("field", FIELDS)
def test_a_row_removed_in_between_takes_no_name(
    team: Team, amara: User, activity: Activity, field: str
) -> None:
    before = named.read(team, "activity", activity.pk, field)
    told: dict[str, Any] = {"table": "activity", "row_id": activity.pk, "by": amara, "now": NOON}
    cells.remove_row(team, **told, edit_id=uuid4())
    saved = name(activity, amara, field, "Somebody New", "Out One", names=before)
    assert (saved.outcome, saved.text) == ("removed", "Out One")


@pytest.mark.parametrize("field", FIELDS)
def test_a_name_sent_again_by_what_was_read_before_is_once(
    team: Team, amara: User, activity: Activity, field: str
) -> None:
    before, edit_id = named.read(team, "activity", activity.pk, field), uuid4()
    told: dict[str, Any] = {"edit_id": edit_id, "names": before}
    first, again = (
        name(activity, amara, field, "Somebody New", "Out One", **told) for _ in range(2)
    )
    assert (again.outcome, again.text, again.version) == ("applied", "Somebody New", first.version)
    assert Edit.objects.filter(field=field, value="Somebody New").count() == 1


def test_a_name_that_another_row_adds_meanwhile_is_one_person(
    team: Team, amara: User, activity: Activity
) -> None:
    before = named.read(team, "activity", activity.pk, "responsible")
    theirs = make_outsider(team, "Somebody New")
    told = {"names": before, "seen": "Out One", "value": "somebody new; Third"}
    saved = name(activity, amara, "responsible", **told)
    assert saved.text == "Somebody New; Third"
    assert theirs in activity.responsible.all()


def test_a_cell_of_another_team_is_not_there(amara: User, activity: Activity) -> None:
    with pytest.raises(Activity.DoesNotExist):
        named.read(make_team(), "activity", activity.pk, "responsible")


@pytest.mark.parametrize("many", [(1, 4), (4, 1), (3, 3), (0, 2), (2, 0)])
def test_whom_a_cell_names_is_replaced_in_one_statement(
    team: Team, activity: Activity, many: tuple[int, int]
) -> None:
    other = make_activity(activity.milestone, responsible="Out One; Gone 0; Stays")
    stays = Person.objects.get(name="Stays")
    gone, come = ([make_outsider(team) for _ in range(number)] for number in many)
    activity.responsible.set([stays, *gone])
    before = named.read(team, "activity", activity.pk, "responsible")
    assert before.text == people.joined([stays, *gone])
    asked: list[str] = []
    with connection.execute_wrapper(
        lambda run, sql, *rest: (asked.append(sql), run(sql, *rest))[1]
    ):
        named.write("activity", activity.pk, "responsible", before, [stays, *come])
    assert len([sql for sql in asked if "SAVEPOINT" not in sql]) == 1
    assert set(activity.responsible.all()) == {stays, *come}
    assert other.responsible.count() == 3


@pytest.mark.django_db(transaction=True)
def test_six_who_name_people_in_one_row_at_once_lose_nobody() -> None:
    team = make_team()
    writers = [make_member(team) for _ in range(6)]
    activity = make_activity(make_milestone(team))
    start = threading.Barrier(len(writers))
    errors: list[BaseException] = []

    def press(number: int, by: User) -> None:
        field = ["responsible", "accountable", "consulted"][number % 3]
        cell = cells.TABLES["activity"].cells[field]
        try:
            start.wait()
            for n in range(5):
                seen = cell.text_of(Activity.objects.get(pk=activity.pk))
                names = "" if field == "accountable" else f"; Both {n}"
                name(activity, by, field, f"{by.name} {n}{names}", seen)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=told) for told in enumerate(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert ledger.replay(team) == ledger.snapshot(team)
    made = Edit.objects.filter(row_id=activity.pk, table="activity", version__isnull=False)
    versions = list(made.order_by("version").values_list("version", flat=True))
    assert versions == list(range(1, Activity.objects.get(pk=activity.pk).version + 1))
    submitted = Edit.objects.filter(actor__in=writers)
    assert submitted.count() == 30
