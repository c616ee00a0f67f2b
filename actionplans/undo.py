"""Undo and redo of one's own last edits, from the ledger, so that a reload forgets nothing.

An undo is a new edit: it writes what was before where one's own text still stands. A cell that
someone changed meanwhile is not touched; the old text becomes an open conflict, as ever. What a
request changed at once (a block, a row with its first words, a row and its neighbours' places) is
undone at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.blocks import Result, Written, save_block
from actionplans.invalid import Invalid
from actionplans.models import DailySheet, Edit, SheetRow
from actionplans.rows import REMOVED, YES
from actionplans.undo_models import Turn
from cohorts.models import Team

MOST = 50
CREATED = Edit.Outcome.CREATED


def on_sheet(team: Team, day: date) -> Q:
    """The edits of one day's sheet."""
    sheets = DailySheet.objects.filter(team=team, day=day).values("pk")
    rows = SheetRow.objects.filter(sheet__team=team, sheet__day=day).values("pk")
    return Q(table=Edit.Table.SHEET, row_id__in=sheets) | Q(
        table=Edit.Table.SHEET_ROW, row_id__in=rows
    )


def on_plan() -> Q:
    """The edits of the plan."""
    return Q(table__in=[Edit.Table.MILESTONE, Edit.Table.ACTIVITY])


@dataclass(frozen=True)
class _Step:
    """A gesture that can be turned back or again: its moment, and that of the edits to invert."""

    of: datetime
    at: datetime


def turn(
    team: Team, place: Q, *, is_redo: bool, edit_id: UUID, by: User, now: datetime
) -> Result | None:
    """Undo one's last gesture at `place`, or do again what was undone last.

    None when there is nothing (more) to turn. Raises Invalid when others have written into a row
    that would be taken away.
    """
    mine = Edit.objects.filter(place, team=team, actor=by, version__isnull=False)
    with transaction.atomic():
        # Two presses of the same person take turns.
        User.objects.select_for_update().get(pk=by.pk)
        if done := Turn.objects.filter(team=team, actor=by, edit_id=edit_id).first():
            return Result(list(mine.filter(at=done.at)))
        undoable, redoable = _steps(mine, Turn.objects.filter(team=team, actor=by))
        step = redoable if is_redo else undoable
        if step is None:
            return None
        edits = list(mine.filter(at=step.at).order_by("-pk"))
        block = _inverse(edits, edit_id)
        _refuse_to_take_from_others(block, team, by)
        Turn.objects.create(
            edit_id=edit_id, team=team, actor=by, of=step.of, at=now, is_redo=is_redo
        )
        return save_block(team, block, by=by, now=now)


def _steps(mine: QuerySet[Edit], turns: QuerySet[Turn]) -> tuple[_Step | None, _Step | None]:
    """What an undo, and what a redo, would be about."""
    last: dict[datetime, Turn] = {}
    made_by_turns = set()
    for done in turns[: 4 * MOST]:
        last.setdefault(done.of, done)
        made_by_turns.add(done.at)
    moments = mine.order_by("-at").values_list("at", flat=True).distinct()[: 5 * MOST]
    gestures = [at for at in moments if at not in made_by_turns][:MOST]
    undone = {at for at in gestures if at in last and not last[at].is_redo}
    undoable = next((at for at in gestures if at not in undone), None)
    # Whoever writes something new after an undo has chosen another way.
    newest = gestures[0] if gestures else None
    redoable = [at for at in gestures if at in undone and newest and last[at].at >= newest]
    return (
        _Step(undoable, last[undoable].at if undoable in last else undoable) if undoable else None,
        _Step(redoable[-1], last[redoable[-1]].at) if redoable else None,
    )


def _inverse(edits: list[Edit], turn_id: UUID) -> list[Written]:
    """The block that takes back `edits`, which come latest first."""
    created = {(edit.table, edit.row_id) for edit in edits if edit.outcome == CREATED}
    block = []
    for edit in edits:
        if edit.outcome != CREATED and (edit.table, edit.row_id) in created:
            continue  # it goes with its row
        field, value, seen = edit.field, edit.seen, edit.value
        if edit.outcome == CREATED:
            field, value, seen = REMOVED, YES, ""
        # Of two who moved the same row the later one wins: there is no text to lose.
        told = None if field == "position" else seen
        edit_id = uuid5(turn_id, str(edit.edit_id))
        block.append(Written(edit.table, edit.row_id, field, value, edit_id, seen=told))
    return block


def _refuse_to_take_from_others(block: list[Written], team: Team, by: User) -> None:
    going = [one for one in block if one.field == REMOVED and one.value]
    others = Q(pk__in=[])
    for one in going:
        others |= Q(table=one.table, row_id=one.row)
    written = Edit.objects.filter(others, team=team, version__isnull=False).exclude(actor=by)
    if written.exclude(field="position").exists():
        raise Invalid(
            _("Someone else has written in this row since, so it stays. You can still remove it.")
        )
