"""A block of cells comes to what its cells come to one by one, and sent twice is once."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from actionplans import cells, ledger, rows
from actionplans.blocks import Result, Written, save_block
from actionplans.invalid import Invalid
from actionplans.models import DailySheet, Edit, SheetRow
from cohorts.models import Person, Team
from tests.actionplans.planning import make_activity, make_milestone, make_row
from tests.factories import MONDAY, NOON, make_member, make_outsider, make_session, make_team

ROW = "sheetrow"


def cell(row: SheetRow | UUID, field: str, value: str, **more: Any) -> Written:
    """A cell of a block; what was seen is "" unless told."""
    key = row if isinstance(row, UUID) else row.pk
    more = {"edit_id": uuid4(), "seen": ""} | more
    return Written(ROW, key, field, value, **more)


def send(team: Team, by: User, *written: Written, **more: Any) -> Result:
    return save_block(team, written, by=by, now=NOON, **more)


def outcomes(result: Result) -> list[str]:
    return [edit.outcome for edit in result.edits]


def test_cells_of_old_and_new_rows_are_written_together(team: Team, amara: User) -> None:
    row, key = make_row(team, action="Count"), uuid4()
    session = make_session(team.cohort)
    result = send(
        team,
        amara,
        cell(row, "action", "Count all", seen="Count"),
        cell(row, "by_whom", "Hon. Weah, Amara Kollie"),
        cell(key, "action", "Meet the union"),
        cell(key, "by_when", "in 2 weeks"),
        cell(key, "by_whom", "hon. weah"),
        cell(key, "session", str(session.pk)),
        parents={key: row.sheet},
    )

    assert outcomes(result) == ["applied"] * 6
    old, new = SheetRow.objects.prefetch_related("by_whom")
    assert (old.action, new.action, new.session) == ("Count all", "Meet the union", session)
    assert new.by_when.isoformat() == "2026-06-15"
    assert [person.name for person in new.by_whom.all()] == ["Hon. Weah"]
    assert old.by_whom.count() == 2
    assert (old.position, new.position) == (0, 1)
    assert ledger.replay(team) == ledger.snapshot(team)


def test_a_block_sent_again_changes_nothing_and_tells_the_same(team: Team, amara: User) -> None:
    row, key = make_row(team, action="Count"), uuid4()
    block = [cell(row, "action", "Mine", seen="Old"), cell(key, "action", "New")]
    first = send(team, amara, *block, parents={key: row.sheet})
    before = ledger.snapshot(team), Edit.objects.count()
    again = send(team, amara, *block, parents={key: row.sheet})

    assert outcomes(first) == outcomes(again) == ["conflict", "applied"]
    assert (ledger.snapshot(team), Edit.objects.count()) == before


def test_a_cell_that_moved_on_is_a_conflict_and_the_others_are_written(
    team: Team, amara: User
) -> None:
    row = make_row(team, action="Theirs")
    block = [cell(row, "action", "Mine", seen="Old"), cell(row, "milestone", "Payroll")]
    assert outcomes(send(team, amara, *block)) == ["conflict", "applied"]
    assert [edit.value for edit in ledger.open_conflicts(team, amara)] == ["Mine"]


def test_a_text_that_others_changed_elsewhere_is_merged(team: Team, amara: User) -> None:
    row = make_row(team, action="Count\nMeet")
    block = [cell(row, "action", "First\nCount", seen="Count")]
    assert outcomes(send(team, amara, *block)) == ["merged"]
    row.refresh_from_db()
    assert row.action == "First\nCount\nMeet"
    assert outcomes(send(team, amara, *block)) == ["merged"]
    assert ledger.replay(team) == ledger.snapshot(team)


def test_what_was_seen_may_be_told_by_the_version_of_the_row(team: Team, amara: User) -> None:
    row = make_row(team, action="Old")
    told: dict[str, Any] = {"seen": None, "version": row.version}
    send(team, amara, cell(row, "milestone", "Payroll", **told))
    fine = send(team, amara, cell(row, "action", "Mine", **told))
    late = send(team, amara, cell(row, "action", "Late", **told))

    assert (outcomes(fine), outcomes(late)) == (["applied"], ["conflict"])
    assert late.edits[0].seen == "Old"


def test_a_cell_that_cannot_hold_its_text_is_refused_by_itself(team: Team, amara: User) -> None:
    row = make_row(team)
    block = [cell(row, "by_when", "some day"), cell(row, "action", "Fine")]
    result = send(team, amara, *block)
    assert [(one.value, bool(why)) for one, why in result.refused] == [("some day", True)]
    assert outcomes(result) == ["applied"]


def test_rows_are_taken_away_and_come_back(team: Team, amara: User) -> None:
    row = make_row(team, action="Count")
    assert outcomes(send(team, amara, cell(row, "removed", "yes"))) == ["applied"]
    row.refresh_from_db()
    assert row.removed_at == NOON
    late = send(team, amara, cell(row, "action", "Late", seen="Count"))
    assert outcomes(late) == ["conflict"]
    assert outcomes(send(team, amara, cell(row, "removed", ""))) == ["applied"]
    assert ledger.replay(team) == ledger.snapshot(team)


def test_activities_that_were_carried_from_a_sheet_are_written_like_others(
    team: Team, amara: User
) -> None:
    milestone, source = make_milestone(team), make_row(team)
    told: dict[str, Any] = {"table": "activity", "by": amara, "now": NOON}
    activity = rows.create_row(milestone, edit_id=uuid4(), from_row=source, **told)
    other = make_activity(milestone)
    block = [
        Written("activity", one.pk, field, value, uuid4(), seen=seen)
        for one in (activity, other)
        for field, value, seen in (
            ("accountable", "Mama Njeri", ""),
            ("status", "stuck", "not_started"),
        )
    ]
    assert outcomes(send(team, amara, *block)) == ["applied"] * 4
    activity.refresh_from_db()
    assert (str(activity.accountable), activity.status) == ("Mama Njeri", "stuck")
    two = Written("activity", activity.pk, "accountable", "A; B", uuid4(), seen="Mama Njeri")
    assert send(team, amara, two).refused


def test_a_row_of_another_team_and_too_large_a_block_are_refused(team: Team, amara: User) -> None:
    with pytest.raises(ObjectDoesNotExist):
        send(make_team(), amara, cell(make_row(team), "action", "Theirs"))
    with pytest.raises(Invalid):
        send(team, amara, *[cell(uuid4(), "action", "x")] * 2_501)
    assert not Edit.objects.exclude(outcome="created").filter(field="action").exists()


def test_a_large_block_takes_no_more_statements_than_a_small_one(team: Team, amara: User) -> None:
    numbers = []
    for count in (2, 20):
        sheet = make_row(team).sheet
        keys = [uuid4() for _ in range(count)]
        block = [
            cell(key, field, text)
            for n, key in enumerate(keys)
            for field, text in (("action", f"Do {n}"), ("by_whom", f"Amara; P{n}-{count}"))
        ]
        with CaptureQueriesContext(connection) as queries:
            send(team, amara, *block, parents=dict.fromkeys(keys, sheet))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 16


@pytest.mark.django_db(transaction=True)
def test_a_block_that_is_sent_at_the_same_moment_by_all_is_one() -> None:
    team = make_team()
    amara = make_member(team)
    row, key = make_row(team), uuid4()
    block = [cell(row, "action", "Count"), cell(key, "by_whom", "Mama Njeri; Hon. Weah")]
    start = threading.Barrier(4)
    told: list[list[str]] = []
    errors: list[BaseException] = []

    def write() -> None:
        try:
            start.wait()
            told.append(outcomes(send(team, amara, *block, parents={key: row.sheet})))
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert told == [["applied"] * 2] * 4
    assert SheetRow.objects.count() == 2
    assert ledger.replay(team) == ledger.snapshot(team)


TEXTS = {
    "action": ["", "Count", "Count\nMeet", "First\nCount", "x" * 10_001],
    "by_whom": ["", "Amara", "Amara; Mama Njeri", "Weah, amara", "n" * 301],
    "by_when": ["", "2026-07-01", "tomorrow", "some day", "2020-01-01"],
    "milestone_kind": ["", "challenge", "nonsense"],
    "session": ["", "0"],
}
CELLS = st.tuples(st.integers(0, 4), st.sampled_from(sorted(TEXTS)), *[st.integers(0, 4)] * 2)


class Twin:
    """One of two equal worlds: a team, two old rows, one that was removed, and two new ones."""

    def __init__(self) -> None:
        self.team = make_team()
        self.by = make_member(self.team)
        make_outsider(self.team, "Mama Njeri")
        self.old = [make_row(self.team, action=text, by_whom="Amara") for text in ("Count", "", "")]
        gone: dict[str, Any] = {"table": ROW, "row_id": self.old[2].pk, "edit_id": uuid4()}
        rows.remove_row(self.team, by=self.by, now=NOON, **gone)
        self.new = [uuid4(), uuid4()]
        self.ids: dict[UUID, int] = {}

    def written(self, n: int, field: str, value: int, seen: int, edit: UUID) -> Written:
        texts = TEXTS[field]
        key = (*(row.pk for row in self.old), *self.new)[n]
        text, before = texts[value % len(texts)], texts[seen % len(texts)]
        return Written(ROW, key, field, text, uuid5(edit, str(self.team.pk)), seen=before)

    def one_by_one(self, block: list[Written]) -> list[str]:
        return [self._save(one) for one in block]

    def _save(self, one: Written) -> str:
        told: dict[str, Any] = {"by": self.by, "now": NOON, "table": ROW}
        row_id = one.row
        if isinstance(row_id, UUID):
            sheet = DailySheet.objects.get(team=self.team, day=MONDAY)
            sheet.team = self.team
            row_id = rows.create_row(sheet, edit_id=row_id, **told).pk
        told |= {"row_id": row_id, "value": one.value, "seen": one.seen or ""}
        try:
            saved = cells.save_cell(self.team, field=one.field, edit_id=one.edit_id, **told)
        except Invalid:
            return "refused"
        return saved.edit.outcome

    def together(self, block: list[Written]) -> list[str]:
        keys = {one.row: self.old[0].sheet for one in block if isinstance(one.row, UUID)}
        result = save_block(self.team, block, parents=keys, by=self.by, now=NOON)
        refused = {one.edit_id for one, _why in result.refused}
        told = iter(result.edits)
        return ["refused" if one.edit_id in refused else next(told).outcome for one in block]

    def state(self) -> list[tuple[str, ...]]:
        found = SheetRow.objects.filter(sheet__team=self.team).order_by("position", "pk")
        texts = [cells.TABLES[ROW].cells[name] for name in (*sorted(TEXTS), "position")]
        return [(*(cell.text_of(row) for cell in texts), str(row.version)) for row in found]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CELLS, max_size=12))
def test_a_block_comes_to_what_its_cells_come_to_one_by_one(db, drawn) -> None:
    one, other = Twin(), Twin()
    drawn = [(*what, uuid4()) for what in drawn]
    block = [one.written(*what) for what in drawn]
    told = one.together(block)
    assert told == other.one_by_one([other.written(*what) for what in drawn])
    assert one.state() == other.state()
    assert ledger.replay(one.team) == ledger.snapshot(one.team)

    assert one.together(block) == told
    assert one.state() == other.state()
    known = {person.name for person in Person.objects.filter(team=other.team)}
    assert known - {str(other.by)} <= {p.name for p in Person.objects.filter(team=one.team)}
