"""The only way shared rows are written: one cell, if it still holds what the person saw.

A write is one conditional UPDATE with its entry in the ledger in the same transaction. Sending an
`edit_id` again gives the first outcome. When the cell has moved on, a long text is merged where
both changed different parts (`merging.py`); otherwise it stands in the ledger as its author's open
conflict. So every text a person submitted is the cell's value, in its
history, or in an open conflict on its author's screen.

Rows come, move and go by `rows.py`, with the same ledger; its verbs are reached through here too.
Many cells at once are written by `blocks.py`, to the same end.
Everything takes the team whose row it must be; a row of another team is `DoesNotExist`, as if it
were absent. A text that the cell cannot hold raises `Invalid`, and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import people
from actionplans.cell_values import TABLES, Cell, PeopleCell, Table, rows_of
from actionplans.invalid import Invalid
from actionplans.merging import came_of
from actionplans.models import Edit
from actionplans.rows import create_row, move_row, remove_row, restore_row
from cohorts.models import Person, Team

__all__ = [
    "Invalid",
    "Saved",
    "create_row",
    "last_change",
    "move_row",
    "remove_row",
    "restore_row",
    "rows_of",
    "save_cell",
    "settle",
]

Outcome = Edit.Outcome
APPLIED, MERGED, SAME = "applied", "merged", "same"
CONFLICT, REMOVED = "conflict", "removed"


@dataclass(frozen=True)
class Saved:
    """What became of an edit: "applied", "merged", "same", "conflict" or "removed" (its row was).

    `text` is what the cell holds now, `version` its row's. `theirs` is the edit that it met: the
    one that wrote the current text, or the one it was merged with; who (`theirs.actor`), when
    (`theirs.at`). `before` is what the cell held before a merge.
    """

    outcome: str
    text: str
    version: int
    edit: Edit
    theirs: Edit | None = None
    before: str = ""

    @property
    def kept(self) -> bool:
        """What was submitted is in the cell; otherwise it is the author's open conflict."""
        return self.outcome in {APPLIED, MERGED, SAME}


class _MovedOn(Exception):  # noqa: N818 it is no error
    """The cell no longer holds what was seen."""


def save_cell(
    team: Team,
    *,
    table: str,
    row_id: int,
    field: str,
    value: str,
    seen: str,
    edit_id: UUID,
    by: User,
    now: datetime,
    settles: UUID | None = None,
) -> Saved:
    """Write `value` where `by` saw `seen`; see the module for what becomes of it.

    `edit_id` is made by the page, once for a text. `settles` names one's own open conflict in this
    cell that this text ends. Raises Invalid; KeyError for a table or field there is not.
    """
    spec = TABLES[table]
    cell = spec.cells[field]
    value, seen = cell.as_said(value, team, now), cell.tidy(seen)
    row = rows_of(team, table).get(pk=row_id)
    edit = Edit(edit_id=edit_id, team=team, table=table, row_id=row_id, field=field, seen=seen)
    edit.value, edit.actor, edit.at = value, by, now
    try:
        meant = cell.parse(value, team, row)
        with transaction.atomic():
            saved = _write(team, spec, cell, meant, edit)
            if settles:
                _close(team, settles, saved.edit)
            return saved
    except Invalid:
        # An edit that stood once stands, even if the same text would be refused today.
        if Edit.objects.filter(edit_id=edit_id).exists():
            return _first_outcome(edit)
        raise
    except IntegrityError:
        return _first_outcome(edit)


def _write(team: Team, spec: Table, cell: Cell, meant: Any, edit: Edit) -> Saved:
    if edit.seen == edit.value:
        text = None
    elif isinstance(cell, PeopleCell):
        text = _swap_people(team, spec, cell, meant, edit)
    else:
        text = _swap_column(spec, cell, meant, edit)
    rows = spec.model.objects.filter(pk=edit.row_id)
    if text is not None:
        edit.value, edit.outcome = text, Outcome.APPLIED
        edit.version = rows.values_list("version", flat=True).get()
        edit.save(force_insert=True)
        return Saved(APPLIED, text, edit.version, edit)
    row = (rows.select_for_update() if cell.merges else rows).get()
    text = cell.text_of(row)
    removed = getattr(row, "removed_at", None) is not None
    if not removed and cell.holds(row, meant, edit.value):
        edit.outcome = Outcome.SAME
        edit.save(force_insert=True)
        return Saved(SAME, text, row.version, edit)
    if not removed and (merged := _merge(spec, cell, row, edit)):
        return merged
    edit.outcome = Outcome.CONFLICT
    edit.save(force_insert=True)
    theirs = last_change(edit, field="removed" if removed else edit.field)
    return Saved(REMOVED if removed else CONFLICT, text, row.version, edit, theirs)


def _swap_column(spec: Table, cell: Cell, meant: Any, edit: Edit) -> str | None:
    """The new text, if the column still held what was seen: compared and written in one UPDATE."""
    try:
        seen = cell.to_column(edit.seen)
    except ValueError:
        return None  # no cell ever showed that
    unmoved = {f"{cell.field}__isnull": True} if seen is None else {cell.field: seen}
    rows = _living(spec, edit.row_id).filter(**unmoved)
    return edit.value if rows.update(**{cell.field: meant}, version=F("version") + 1) else None


def _merge(spec: Table, cell: Cell, row: Any, edit: Edit) -> Saved | None:
    """Both texts in the cell of the locked `row`, if they changed different parts of it.

    The ledger gets two entries: what was submitted, and, as an edit of the cell like any other, the
    text that came of it.
    """
    theirs = cell.text_of(row)
    came = came_of(edit, cell, theirs)
    if came is None:
        return None
    met = last_change(edit, field=edit.field)
    if _swap_column(spec, cell, came.value, came) is None:
        return None
    came.version = row.version + 1
    came.save(force_insert=True)
    edit.outcome, edit.settled_by = Outcome.MERGED, came
    edit.save(force_insert=True)
    return Saved(MERGED, came.value, came.version, edit, met, theirs)


def _swap_people(
    team: Team, spec: Table, cell: PeopleCell, meant: list[Person | str], edit: Edit
) -> str | None:
    """The new text, if the cell still named whom was seen: the row is locked, compared, written."""
    try:
        with transaction.atomic():
            # Raising the version takes the row's lock, on either database.
            if not _living(spec, edit.row_id).update(version=F("version") + 1):
                raise _MovedOn
            row = spec.model.objects.get(pk=edit.row_id)
            if cell.text_of(row) != edit.seen:
                raise _MovedOn
            found = people.persons(team, meant)
            cell.put(row, found)
            return people.joined(found)
    except _MovedOn:
        return None


def _living(spec: Table, row_id: int) -> QuerySet[Any]:
    rows = spec.model.objects.filter(pk=row_id)
    return rows.filter(removed_at__isnull=True) if spec.removable else rows


def last_change(edit: Edit, *, field: str) -> Edit | None:
    """The edit that made `field` of this edit's row what it is."""
    of_cell = Edit.objects.filter(
        team=edit.team, table=edit.table, row_id=edit.row_id, field=field, outcome=Outcome.APPLIED
    )
    return of_cell.select_related("actor").order_by("-version").first()


def _met(came: Edit) -> Edit | None:
    """The edit with which the text was merged that `came` into the cell."""
    changes = Edit.objects.filter(team=came.team_id, table=came.table, row_id=came.row_id)
    earlier = changes.filter(field=came.field, version__lt=came.version).select_related("actor")
    return earlier.order_by("-version").first()


def _first_outcome(edit: Edit) -> Saved:
    """What the same `edit_id` came to when it was sent first, with the cell as it is now."""
    first = Edit.objects.filter(
        edit_id=edit.edit_id,
        team=edit.team,
        table=edit.table,
        row_id=edit.row_id,
        field=edit.field,
    ).first()
    if first is None:
        raise Invalid(_("This was not saved: the page is confused. Copy your text and reload."))
    spec = TABLES[edit.table]
    row = spec.model.objects.get(pk=edit.row_id)
    saved = Saved(first.outcome, spec.cells[edit.field].text_of(row), row.version, first)
    if first.outcome == Outcome.MERGED and (came := first.settled_by):
        return replace(saved, theirs=_met(came), before=came.seen)
    if first.outcome != Outcome.CONFLICT:
        return saved
    if getattr(row, "removed_at", None):
        return replace(saved, outcome=REMOVED, theirs=last_change(edit, field="removed"))
    return replace(saved, theirs=last_change(edit, field=edit.field))


def _close(team: Team, conflict: UUID, by_edit: Edit) -> None:
    """Mark the author's open conflict in the same cell as settled by a later edit."""
    Edit.objects.filter(
        edit_id=conflict,
        team=team,
        table=by_edit.table,
        row_id=by_edit.row_id,
        field=by_edit.field,
        actor=by_edit.actor,
        outcome=Outcome.CONFLICT,
        settled_by__isnull=True,
    ).exclude(pk=by_edit.pk).update(settled_by=by_edit)


def settle(conflict: Edit, *, edit_id: UUID, by: User, now: datetime) -> None:
    """End one's own conflict by keeping what the cell holds; the text stays in the history.

    Keeping mine or combining is `save_cell(…, settles=conflict.edit_id)`.
    """
    row = TABLES[conflict.table].model.objects.get(pk=conflict.row_id)
    text = TABLES[conflict.table].cells[conflict.field].text_of(row)
    try:
        with transaction.atomic():
            keep = Edit.objects.create(
                edit_id=edit_id,
                team=conflict.team,
                table=conflict.table,
                row_id=conflict.row_id,
                field=conflict.field,
                seen=text,
                value=text,
                outcome=Outcome.SAME,
                actor=by,
                at=now,
            )
            _close(conflict.team, conflict.edit_id, keep)
    except IntegrityError:
        return  # pressed twice
