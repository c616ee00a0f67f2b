"""Conflicts as people see them: two texts of one cell, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from accounts.models import User
from actionplans import cells, sheet_kinds
from actionplans.cell_values import TABLES, Cell, ChoiceCell, KeyCell, KindCell
from actionplans.models import Edit, Milestone
from actionplans.rows import REMOVED
from cohorts.models import Session, Team

# Fields of cells that refer to something.
REFERENCES = {"session", "milestone"}


@dataclass
class Conflict:
    """One's own text beside what the cell holds now; `seen` is the latter in canonical form."""

    edit: Edit
    label: str
    mine: str
    theirs: str
    seen: str
    removed: bool
    by: User | None
    at: datetime | None
    is_text: bool
    combined: str
    error: str = ""


def describe(edits: Iterable[Edit], team: Team) -> list[Conflict]:
    """Each conflict of the team with the words of both sides, in a fixed number of statements."""
    edits = list(edits)
    if not edits:
        return []
    rows = {
        (table, row.pk): row
        for table in {edit.table for edit in edits}
        for row in _rows(table, [edit.row_id for edit in edits if edit.table == table])
    }
    writers = _last_changes(edits)
    names = names_of(edits, rows, team)
    found = []
    for edit in edits:
        removed = cells.is_removed(rows[edit.table, edit.row_id])
        theirs = writers.get((edit.table, edit.row_id, REMOVED if removed else edit.field))
        found.append(_describe(edit, _text(edit, rows), theirs, names, removed=removed))
    return found


def of_saved(saved: cells.Saved, team: Team) -> Conflict:
    """The conflict that a save came to, which knows most of it already."""
    edit = saved.edit
    names = _kinds(team)
    if isinstance(_cell(edit), KeyCell):
        texts = {edit.value, saved.text}
        names |= {edit.field: saved.called} if saved.called else _references([edit], texts)
    removed = saved.outcome == cells.REMOVED
    return _describe(edit, saved.text, saved.theirs, names, removed=removed)


def _rows(table: str, ids: list[int]) -> Iterable[Any]:
    rows = TABLES[table].model.objects.filter(pk__in=ids)
    people = [c.field for c in TABLES[table].cells.values() if c.control == "people"]
    return rows.prefetch_related(*people) if people else rows


def _last_changes(edits: list[Edit]) -> dict[tuple[str, int, str], Edit]:
    of_cells = Q(pk__in=[])
    for edit in edits:
        of_cells |= Q(table=edit.table, row_id=edit.row_id, field__in=[edit.field, REMOVED])
    changes = Edit.objects.filter(of_cells, outcome=Edit.Outcome.APPLIED, team=edits[0].team_id)
    ordered = changes.select_related("actor").order_by("version")
    return {(edit.table, edit.row_id, edit.field): edit for edit in ordered}


def names_of(
    edits: list[Edit], rows: dict[tuple[str, int], Any], team: Team
) -> dict[str, dict[str, str]]:
    """What the values of cells that refer to something are called, for the `rows` of `edits`."""
    texts = {text for e in edits for text in (e.seen, e.value)}
    texts |= {_text(e, rows) for e in edits if e.field in REFERENCES}
    return _kinds(team) | _references(edits, texts)


def _kinds(team: Team) -> dict[str, dict[str, str]]:
    program = team.cohort.program
    return {
        column: {kind.code: kind.label for kind in sheet_kinds.kinds_of(program, column)}
        for column in sheet_kinds.SEEDS
    }


def _references(edits: list[Edit], texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """What the sessions and milestones of `texts` are called, where an edit is about them."""
    found: dict[str, dict[str, str]] = {field: {} for field in REFERENCES}
    fields = {edit.field for edit in edits} & REFERENCES
    ids = [int(key) for key in texts if key.isdigit() and key.isascii() and len(key) < 19]
    if "session" in fields:
        found["session"] = {str(s.pk): s.title for s in Session.objects.filter(pk__in=ids)}
    if "milestone" in fields:
        plans = Milestone.objects.filter(plan__team=edits[0].team_id, pk__in=ids)
        found["milestone"] = {str(m.pk): m.title for m in plans}
    return found


def _cell(edit: Edit) -> Cell:
    return TABLES[edit.table].cells[edit.field]


def _text(edit: Edit, rows: dict[tuple[str, int], Any]) -> str:
    return _cell(edit).text_of(rows[edit.table, edit.row_id])


def _describe(
    edit: Edit, seen: str, theirs: Edit | None, names: dict[str, dict[str, str]], *, removed: bool
) -> Conflict:
    cell = _cell(edit)
    words = words_of(cell, names)
    is_text = cell.control in {"text", "people"}
    both = "; " if cell.control == "people" else "\n\n"
    return Conflict(
        edit=edit,
        label=TABLES[edit.table].label(edit.field),
        mine=words.get(edit.value, cell.shown(edit.value)),
        theirs=words.get(seen, cell.shown(seen)),
        seen=cell.shown(seen),
        removed=removed,
        by=theirs.actor if theirs else None,
        at=theirs.at if theirs else None,
        is_text=is_text,
        combined=both.join(text for text in (edit.value, seen) if text) if is_text else "",
    )


def words_of(cell: Cell, names: dict[str, dict[str, str]]) -> dict[str, str]:
    """What each value of a cell is called; none for one that is its own words."""
    if isinstance(cell, ChoiceCell):
        return {value: str(label) for value, label in cell.choices.choices}
    return names[cell.field] if isinstance(cell, KeyCell | KindCell) else {}


def keep(
    conflict: Edit, *, text: str, seen: str, edit_id: UUID, by: User, now: datetime
) -> cells.Saved:
    """Write one's own (or a combined) text over what was `seen`, which ends the conflict.

    A row that was removed comes back first: its author wants the text in it. Raises Invalid.
    """
    told: dict[str, Any] = {"table": conflict.table, "row_id": conflict.row_id}
    if TABLES[conflict.table].removable:
        cells.restore_row(conflict.team, **told, edit_id=uuid4(), by=by, now=now)
    return cells.save_cell(
        conflict.team,
        **told,
        field=conflict.field,
        value=text,
        seen=seen,
        edit_id=edit_id,
        by=by,
        now=now,
        settles=conflict.edit_id,
    )
