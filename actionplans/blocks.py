"""Many cells in one go: pasted, set for several rows at once, emptied, undone.

A block comes to exactly what its cells would come to one after the other through `cells.py`, with
the same entries in the ledger, but in one transaction and a number of statements that does not
grow with the block. Rows that it touches are locked, compared and written; rows that it begins
are inserted whole. A cell that cannot hold its text is refused by itself. Sent again, a block
changes nothing and gives its first outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.block_rows import Rows, Written
from actionplans.invalid import Invalid
from actionplans.models import Edit
from cohorts.models import Team

__all__ = ["Result", "Written", "edit_of", "save_block", "text_after"]

MOST = 2_500


@dataclass
class Result:
    """What became of a block: the edits in its order, and why some cells were refused."""

    edits: list[Edit] = field(default_factory=list)
    refused: list[tuple[Written, str]] = field(default_factory=list)

    @property
    def conflicts(self) -> list[Edit]:
        return [edit for edit in self.edits if edit.outcome == Edit.Outcome.CONFLICT]

    @property
    def kept(self) -> int:
        """How many cells hold what was written."""
        return len(self.edits) - len(self.conflicts)


def save_block(
    team: Team,
    written: Sequence[Written],
    *,
    parents: dict[UUID, Any] | None = None,
    by: User,
    now: datetime,
) -> Result:
    """Write all of `written`; `parents` are the sheets or milestones of the new rows, by key.

    New rows become the last ones of their parents, in the order of `parents`. Raises Invalid for
    too large a block, DoesNotExist for a row of another team, KeyError for a field there is not.
    """
    if len(written) > MOST:
        raise Invalid(
            _("This is too much at once: up to %(most)d cells. Paste it in parts."),
            params={"most": MOST},
        )
    try:
        return _save(team, written, parents or {}, by, now)
    except IntegrityError:
        # The same block, sent twice at the same moment: the other one is written by now.
        return _save(team, written, parents or {}, by, now)


def edit_of(block: UUID, row: int | UUID | str, field: str) -> UUID:
    """The id of the edit by which a block writes a cell; a new row is called by its key."""
    return uuid5(block, f"{row}/{field}")


def text_after(team: Team, blocks: Sequence[UUID], row: str, field: str) -> str:
    """The text that the last of `blocks` left in a cell; "" where none wrote it."""
    if not blocks:
        return ""
    ids = [edit_of(block, row, field) for block in blocks]
    left = Edit.objects.filter(team=team, edit_id__in=ids, outcome=Edit.Outcome.APPLIED)
    last = left.order_by("-version").first()
    return last.value if last else ""


@transaction.atomic
def _save(
    team: Team, written: Sequence[Written], parents: dict[UUID, Any], by: User, now: datetime
) -> Result:
    rows = Rows(team, by, now)
    rows.begin(parents, {w.row: w.table for w in written if isinstance(w.row, UUID)})
    rows.load({(w.table, w.row) for w in written if isinstance(w.row, int)})
    first = Edit.objects.filter(team=team).in_bulk(
        [w.edit_id for w in written], field_name="edit_id"
    )
    rows.prepare([w for w in written if w.edit_id not in first])
    result = Result()
    for one in written:
        if one.edit_id in first:
            result.edits.append(first[one.edit_id])
            continue
        try:
            result.edits.append(rows.write(one))
        except Invalid as error:
            result.refused.append((one, error.sentence))
    rows.keep()
    return result
