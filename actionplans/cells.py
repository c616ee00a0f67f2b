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
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import named, people
from actionplans.cell_values import TABLES, Cell, PeopleCell, Table, rows_of
from actionplans.invalid import Invalid
from actionplans.merging import came_of
from actionplans.models import Edit
from actionplans.named import Names
from actionplans.rows import create_row, move_row, remove_row, restore_row
from cohorts.models import Team

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
    called: dict[str, str] | None = None

    @property
    def kept(self) -> bool:
        """What was submitted is in the cell; otherwise it is the author's open conflict."""
        return self.outcome in {APPLIED, MERGED, SAME}


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
    names: Names | None = None,
) -> Saved:
    """Write `value` where `by` saw `seen`; see the module for what becomes of it.

    `edit_id` is made by the page, once for a text. `settles` names one's own open conflict in this
    cell that this text ends. `names` is whom the cell names, where it was read already. Raises
    Invalid; KeyError for a table or field there is not.
    """
    spec = TABLES[table]
    cell = spec.cells[field]
    value, seen = cell.as_said(value, team, now), cell.tidy(seen)
    edit = Edit(edit_id=edit_id, team=team, table=table, row_id=row_id, field=field, seen=seen)
    edit.value, edit.actor, edit.at = value, by, now
    row = None if isinstance(cell, PeopleCell) else cell.along(rows_of(team, table)).get(pk=row_id)
    try:
        with transaction.atomic():
            if isinstance(cell, PeopleCell):
                names = names or named.read(team, table, row_id, field)
                saved = _write_people(team, spec, cell, names, edit)
            else:
                saved = _write_column(team, spec, cell, row, edit)
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


def _write_column(team: Team, spec: Table, cell: Cell, row: Any, edit: Edit) -> Saved:
    meant = cell.parse(edit.value, team, row)
    changes = edit.seen != edit.value
    is_free = changes and not is_removed(row) and cell.shows(row, edit.seen)
    if is_free and _swap_column(spec, cell, meant, edit) is not None:
        return _applied(spec, edit)
    if is_free or (changes and cell.merges):
        # Someone was faster, or what they wrote may be merged: then nobody may come in between.
        rows = spec.model.objects.filter(pk=edit.row_id)
        row = (rows.select_for_update() if cell.merges else rows).get()
    if not is_removed(row) and cell.holds(row, meant, edit.value):
        return _same(edit, cell.text_of(row), row.version)
    if not is_removed(row) and (merged := _merge(spec, cell, row, edit)):
        return merged
    called = cell.called(row, meant)
    return _conflict(edit, cell.text_of(row), row.version, removed=is_removed(row), called=called)


def is_removed(row: Any) -> bool:
    """Was the row taken away? A sheet never is."""
    return getattr(row, "removed_at", None) is not None


def _write_people(team: Team, spec: Table, cell: PeopleCell, names: Names, edit: Edit) -> Saved:
    """Whoever changes a row raises its version: so if it is still that of `names`, the cell names
    them still, and raising it takes the row's lock."""
    meant = cell.pick(edit.value, names.known)
    if edit.seen != edit.value and not names.removed and names.text == edit.seen:
        rows = _living(spec, edit.row_id).filter(version=names.version)
        if not rows.update(version=F("version") + 1):
            # Someone was faster, in whichever cell of the row: look again, with nobody between.
            spec.model.objects.select_for_update().get(pk=edit.row_id)
            names = named.read(team, edit.table, edit.row_id, edit.field)
            return _write_people(team, spec, cell, names, edit)
        found = people.persons(team, meant)
        named.write(edit.table, edit.row_id, edit.field, names, found)
        edit.value = people.joined(found)
        return _applied(spec, edit)
    if not names.removed and set(names.named) == set(meant):
        return _same(edit, names.text, names.version)
    return _conflict(edit, names.text, names.version, removed=names.removed)


def _applied(spec: Table, edit: Edit) -> Saved:
    _enter_change(spec, edit)
    return Saved(APPLIED, edit.value, cast("int", edit.version), edit)


def _enter_change(spec: Table, edit: Edit) -> None:
    """Enter the change that was just made: the ledger takes the row's version from the row."""
    row = spec.model.objects.filter(pk=edit.row_id).order_by()
    edit.outcome, edit.version = Outcome.APPLIED, Subquery(row.values("version"))
    edit.save(force_insert=True)


def _same(edit: Edit, text: str, version: int) -> Saved:
    edit.outcome = Outcome.SAME
    edit.save(force_insert=True)
    return Saved(SAME, text, version, edit)


def _conflict(
    edit: Edit, text: str, version: int, *, removed: bool, called: dict[str, str] | None = None
) -> Saved:
    edit.outcome = Outcome.CONFLICT
    edit.save(force_insert=True)
    theirs = last_change(edit, field="removed" if removed else edit.field)
    outcome = REMOVED if removed else CONFLICT
    return Saved(outcome, text, version, edit, theirs, called=called)


def _swap_column(spec: Table, cell: Cell, meant: Any, edit: Edit) -> str | None:
    """The new text, if the column still held what was seen: compared and written in one UPDATE."""
    seen = cell.to_column(edit.seen)
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
    _enter_change(spec, came)
    edit.outcome, edit.settled_by = Outcome.MERGED, came
    edit.save(force_insert=True)
    return Saved(MERGED, came.value, cast("int", came.version), edit, met, theirs)


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
    text, version, removed = _cell_now(edit)
    saved = Saved(first.outcome, text, version, first)
    if first.outcome == Outcome.MERGED and (came := first.settled_by):
        return replace(saved, theirs=_met(came), before=came.seen)
    if first.outcome != Outcome.CONFLICT:
        return saved
    if removed:
        return replace(saved, outcome=REMOVED, theirs=last_change(edit, field="removed"))
    return replace(saved, theirs=last_change(edit, field=edit.field))


def _cell_now(edit: Edit) -> tuple[str, int, bool]:
    """The text of the edit's cell, its row's version, and whether the row was removed."""
    spec = TABLES[edit.table]
    cell = spec.cells[edit.field]
    if isinstance(cell, PeopleCell):
        names = named.read(edit.team, edit.table, edit.row_id, edit.field)
        return names.text, names.version, names.removed
    row = spec.model.objects.get(pk=edit.row_id)
    return cell.text_of(row), row.version, is_removed(row)


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
