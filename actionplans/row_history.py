"""The history of a row as people read it: who, when, which cell, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actionplans import ledger
from actionplans.cell_values import TABLES
from actionplans.conflicts import names_of, words_of
from actionplans.models import Edit
from actionplans.rows import REMOVED
from cohorts.models import Team

# More than anyone reads; a row with as many changes is rare.
MOST = 200


@dataclass(frozen=True)
class Change:
    """One entry of the ledger. `kind` is created, removed, restored, moved, text or conflict.

    `holds` is what the cell shows now; an entry with another text `can_restore` its own.
    """

    edit: Edit
    kind: str
    label: str = ""
    before: str = ""
    after: str = ""
    holds: str = ""
    can_restore: bool = False


def changes(team: Team, table: str, row: Any) -> list[Change]:
    """What became of `row`, newest first; three statements, more where it refers to others."""
    edits = [
        edit
        for edit in ledger.history(team, table, row.pk)[:MOST]
        if edit.outcome != Edit.Outcome.SAME
    ]
    names = names_of(edits, {(table, row.pk): row}, team)
    return [found for edit in edits if (found := _change(edit, row, names))]


def _change(edit: Edit, row: Any, names: dict[str, dict[str, str]]) -> Change | None:
    if edit.outcome == Edit.Outcome.CREATED:
        return Change(edit, "created")
    if edit.field == REMOVED:
        return Change(edit, "removed" if edit.value else "restored")
    if edit.field == "position":
        return Change(edit, "moved") if edit.seen else None  # else: where it began
    spec = TABLES[edit.table]
    cell = spec.cells[edit.field]
    words = words_of(cell, names)
    before, after = (words.get(text, cell.shown(text)) for text in (edit.seen, edit.value))
    kind = "conflict" if edit.outcome == Edit.Outcome.CONFLICT else "text"
    holds = cell.text_of(row)
    label = spec.label(edit.field)
    return Change(edit, kind, label, before, after, cell.shown(holds), edit.value != holds)
