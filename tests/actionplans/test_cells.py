"""Cells are written if they still hold what was seen; no text that was submitted is ever lost."""

import random
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans import cells, ledger, people, rows
from actionplans.models import ActionPlan, Activity, DailySheet, Edit, Milestone, SheetRow
from cohorts.models import Person, Team
from tests.factories import MONDAY, NOON, make_member, make_outsider, make_session, make_team

ROW = "sheetrow"


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def amara(team: Team) -> User:
    return make_member(team)


@pytest.fixture
def row(team: Team, amara: User) -> SheetRow:
    return new_row(team, amara)


def new_row(team: Team, by: User, **initial: str) -> SheetRow:
    sheet, _ = DailySheet.objects.get_or_create(team=team, day=MONDAY)
    return rows.create_row(sheet, table=ROW, edit_id=uuid4(), by=by, now=NOON, initial=initial)


def save(
    team: Team,
    row: SheetRow,
    by: User,
    field: str,
    value: str,
    seen: str,
    edit_id: UUID | None = None,
) -> cells.Saved:
    return cells.save_cell(
        team,
        table=ROW,
        row_id=row.pk,
        field=field,
        value=value,
        seen=seen,
        edit_id=edit_id or uuid4(),
        by=by,
        now=NOON,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "Meet the union"),
        ("action", "نلتقي بالنقابة 🤝\nغدا"),
        ("milestone_kind", "challenge"),
        ("action_kind", "stakeholders"),
        ("by_when", "2026-07-01"),
        ("by_whom", "Hon. Weah; Mama Njeri"),
    ],
)
def test_a_cell_takes_its_text_and_gives_it_back(
    team: Team, row: SheetRow, amara: User, field: str, value: str
) -> None:
    saved = save(team, row, amara, field, value, "")

    assert (saved.outcome, saved.text) == ("applied", value)
    assert save(team, row, amara, field, "", value).text == ""


def test_two_people_may_write_different_cells_of_a_row(
    team: Team, row: SheetRow, amara: User
) -> None:
    other = make_member(team)
    save(team, row, amara, "action", "Count", "")
    assert save(team, row, other, "milestone", "Payroll", "").outcome == "applied"
    row.refresh_from_db()
    assert (row.action, row.milestone) == ("Count", "Payroll")


@pytest.mark.parametrize("field", ["action", "by_whom", "by_when"])
def test_a_cell_that_moved_on_is_a_conflict_and_the_text_is_kept(
    team: Team, row: SheetRow, amara: User, field: str
) -> None:
    first, second = ("2026-07-01", "2026-08-01") if field == "by_when" else ("First", "Second")
    other = make_member(team)
    save(team, row, amara, field, first, "")
    saved = save(team, row, other, field, second, "")

    assert (saved.outcome, saved.text) == ("conflict", first)
    assert [edit.value for edit in ledger.open_conflicts(team, other)] == [second]


def test_the_same_text_from_two_people_is_no_conflict(
    team: Team, row: SheetRow, amara: User
) -> None:
    save(team, row, amara, "action", "Count", "")
    assert save(team, row, make_member(team), "action", "Count", "").outcome == "same"


@pytest.mark.parametrize("field", ["action", "by_whom"])
def test_sending_an_edit_again_gives_its_first_outcome_and_changes_nothing(
    team: Team, row: SheetRow, amara: User, field: str
) -> None:
    edit_id = uuid4()
    save(team, row, amara, field, "Mine", "", edit_id)
    save(team, row, amara, field, "Later", "Mine")
    again = save(team, row, amara, field, "Mine", "", edit_id)

    assert (again.outcome, again.text) == ("applied", "Later")
    assert Edit.objects.filter(edit_id=edit_id).count() == 1


def test_writing_into_a_removed_row_keeps_the_text_as_a_conflict(
    team: Team, row: SheetRow, amara: User
) -> None:
    rows.remove_row(team, table=ROW, row_id=row.pk, edit_id=uuid4(), by=amara, now=NOON)
    saved = save(team, row, amara, "action", "Too late", "")
    assert saved.outcome == "removed"
    assert saved.theirs
    assert saved.theirs.actor == amara
    assert [edit.value for edit in ledger.open_conflicts(team, amara)] == ["Too late"]
    rows.restore_row(team, table=ROW, row_id=row.pk, edit_id=uuid4(), by=amara, now=NOON)
    assert save(team, row, amara, "action", "In time", "").outcome == "applied"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("by_when", "soon"),
        ("by_when", "0001-01-01"),
        ("by_when", "9999-12-31"),
        ("milestone_kind", "nonsense"),
        ("session", "999999"),
        ("session", "x"),
        ("by_whom", "x" * 301),
        ("action", "x" * 10_001),
    ],
)
def test_what_a_cell_cannot_hold_is_refused_with_a_sentence_and_nothing_written(
    team: Team, row: SheetRow, amara: User, field: str, value: str
) -> None:
    before = Edit.objects.count()
    with pytest.raises(ValidationError):
        save(team, row, amara, field, value, "")
    assert Edit.objects.count() == before


def test_a_session_of_another_cohort_cannot_be_chosen(
    team: Team, row: SheetRow, amara: User
) -> None:
    own, foreign = make_session(team.cohort), make_session(make_team().cohort)
    assert save(team, row, amara, "session", str(own.pk), "").outcome == "applied"
    with pytest.raises(ValidationError):
        save(team, row, amara, "session", str(foreign.pk), str(own.pk))


def test_a_row_of_another_team_is_not_there(team: Team, row: SheetRow, amara: User) -> None:
    with pytest.raises(ObjectDoesNotExist):
        save(make_team(), row, amara, "action", "Theirs", "")


def test_naming_someone_unknown_makes_an_outsider_once_whatever_the_spelling(
    team: Team, row: SheetRow, amara: User
) -> None:
    known = make_outsider(team, "Hon. Joseph Boakai")
    save(team, row, amara, "by_whom", "hon.  joseph BOAKAI\u200f, Mama Njeri، Mama Njeri", "")
    assert set(row.by_whom.all()) == {known, Person.objects.get(name="Mama Njeri")}
    assert Person.objects.filter(team=team, user=None).count() == 2


def test_exactly_one_person_is_accountable(team: Team, amara: User) -> None:
    plan = ActionPlan.objects.create(team=team)
    milestone = Milestone.objects.create(plan=plan)
    activity = Activity.objects.create(milestone=milestone)
    told: dict[str, Any] = {"table": "activity", "row_id": activity.pk, "by": amara}
    told["field"] = "accountable"
    with pytest.raises(ValidationError):
        cells.save_cell(team, value="A; B", seen="", edit_id=uuid4(), now=NOON, **told)
    saved = cells.save_cell(team, value="Mama Njeri", seen="", edit_id=uuid4(), now=NOON, **told)
    assert saved.text == "Mama Njeri"
    activity.refresh_from_db()
    assert str(activity.accountable) == "Mama Njeri"
    late = cells.save_cell(team, value="B", seen="Nobody", edit_id=uuid4(), now=NOON, **told)
    assert late.outcome == "conflict"


def test_a_row_made_twice_by_a_double_click_is_one_row(team: Team, amara: User) -> None:
    sheet = DailySheet.objects.create(team=team, day=MONDAY)
    told: dict[str, Any] = {"table": ROW, "edit_id": uuid4(), "by": amara, "now": NOON}
    assert rows.create_row(sheet, **told) == rows.create_row(sheet, **told)
    assert SheetRow.objects.count() == 1


def test_rows_move_up_and_down_and_stop_at_the_ends(team: Team, amara: User) -> None:
    first, second, third = (new_row(team, amara, action=text) for text in "abc")

    def order() -> list[int]:
        return list(SheetRow.objects.values_list("pk", flat=True))

    def move(row: SheetRow, step: int) -> None:
        rows.move_row(
            team, table=ROW, row_id=row.pk, step=step, edit_id=uuid4(), by=amara, now=NOON
        )

    move(third, -1)
    assert order() == [first.pk, third.pk, second.pk]
    move(first, -1)
    assert order() == [first.pk, third.pk, second.pk]
    move(first, 1)
    assert order() == [third.pk, first.pk, second.pk]


def test_a_conflict_is_settled_by_the_authors_next_text_or_by_keeping_theirs(
    team: Team, row: SheetRow, amara: User
) -> None:
    other = make_member(team)
    save(team, row, amara, "action", "First", "")
    conflict = save(team, row, other, "action", "Second", "").edit
    cells.save_cell(
        team,
        table=ROW,
        row_id=row.pk,
        field="action",
        value="First and second",
        seen="First",
        edit_id=uuid4(),
        by=other,
        now=NOON,
        settles=conflict.edit_id,
    )
    assert not ledger.open_conflicts(team, other)
    conflict = save(team, row, amara, "action", "Third", "First").edit
    cells.settle(conflict, edit_id=uuid4(), by=amara, now=NOON)
    assert not ledger.open_conflicts(team, amara)


FIELDS = {
    "action": ["", "Count", "Meet", "Write\nto them"],
    "by_whom": ["", "Amara", "Amara; Mama Njeri", "Hon. Weah"],
    "by_when": ["", "2026-07-01", "2026-08-01"],
    "milestone_kind": ["", "challenge", "question"],
}


@pytest.mark.parametrize("seed", range(3))
def test_replaying_the_ledger_rebuilds_every_cell(team: Team, amara: User, seed: int) -> None:
    chance = random.Random(seed)
    all_rows = [new_row(team, amara, action=f"Row {n}", by_whom="Amara") for n in range(3)]
    for _ in range(60):
        row, field = chance.choice(all_rows), chance.choice([*FIELDS, "remove", "restore", "move"])
        told: dict[str, Any] = {"table": ROW, "row_id": row.pk, "by": amara, "now": NOON}
        told["edit_id"] = uuid4()
        if field == "remove":
            rows.remove_row(team, **told)
        elif field == "restore":
            rows.restore_row(team, **told)
        elif field == "move":
            rows.move_row(team, step=chance.choice([-1, 1]), **told)
        else:
            seen = chance.choice(FIELDS[field])
            save(team, row, amara, field, chance.choice(FIELDS[field]), seen)
    assert ledger.replay(team) == ledger.snapshot(team)
    for row in SheetRow.objects.all():
        made = Edit.objects.filter(table=ROW, row_id=row.pk, version__isnull=False)
        versions = made.order_by("version").values_list("version", flat=True)
        assert list(versions) == list(range(1, row.version + 1))


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_lose_no_text() -> None:
    team = make_team()
    writers = [make_member(team) for _ in range(8)]
    row = new_row(team, writers[0])
    start = threading.Barrier(len(writers))
    sent: list[str] = []
    errors: list[BaseException] = []

    def write(by: User) -> None:
        try:
            start.wait()
            for n in range(6):
                text = f"{by.name} {n}"
                seen = SheetRow.objects.get(pk=row.pk).action
                save(team, row, by, "action", text, seen)
                save(team, row, by, "by_whom", text, "")
                sent.append(text)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[by]) for by in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    texts = list(Edit.objects.filter(field="action").values_list("value", flat=True))
    assert sorted(texts) == sorted(sent)
    assert ledger.replay(team) == ledger.snapshot(team)


def statements(queries: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without the marks of a transaction's begin and end."""
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [q["sql"] for q in queries if not q["sql"].startswith(marks)]


def test_a_save_takes_few_statements(team: Team, row: SheetRow, amara: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        save(team, row, amara, "action", "Count", "")
    assert len(statements(queries)) == 3


def test_names_are_compared_without_marks_that_nobody_sees() -> None:
    assert people.key("\u202bAmara \u200d Kollie\u202c") == people.key("AMARA kollie")
    assert people.read_names(" ; ,\n\u200f ", []) == []
    assert people.read_names("\x1b; \x07", []) == []
