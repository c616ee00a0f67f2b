"""Text that is being typed on a device that keeps nothing: kept here until its cell is saved.

Visible to its author alone. It is offered back when the page opens again, and goes into its cell by
the same rules as every other text, so what others wrote meanwhile is not lost either.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import cells
from actionplans.cell_values import TABLES, Cell
from actionplans.draft_models import Draft
from actionplans.invalid import Invalid
from cohorts.models import Team

KEPT = timedelta(days=30)
# More than any cell holds, so that a text that is still too long is kept as well.
LONGEST = 4 * Cell.longest


def mine(team: Team, by: User) -> QuerySet[Draft]:
    """What `by` typed for this team and did not save, oldest first."""
    return Draft.objects.filter(team=team, person=by)


def _address(place: dict[str, str]) -> dict[str, Any]:
    """What tells one cell from another; the day only says where a new row is made."""
    return {name: place[name] for name in ("table", "row", "key", "field")}


def keep(
    team: Team, *, place: dict[str, str], text: str, seen: str, by: User, now: datetime
) -> None:
    """Keep what `by` is typing into a cell where they saw `seen`; forget it when it is that again.

    `place` is the cell's table, row, key, day and field. Raises Invalid for a text beyond measure.
    """
    tidy = TABLES[place["table"]].cells[place["field"]].tidy
    address = _address(place)
    if tidy(text) == tidy(seen):
        mine(team, by).filter(**address).delete()
        return
    if len(text) > LONGEST:
        raise Invalid(_("This text is too long to keep."))
    written = {"text": text, "seen": seen, "at": now, "day": place["day"], "edit_id": uuid4()}
    Draft.objects.update_or_create(person=by, team=team, **address, defaults=written)


def saved(team: Team, *, place: dict[str, str], by: User) -> None:
    """Forget the draft of a cell whose text has reached the ledger."""
    mine(team, by).filter(**_address(place)).delete()


def put_in(draft: Draft, team: Team, *, row_id: int, by: User, now: datetime) -> cells.Saved:
    """Write a draft into its cell, as if it had been left just now. Raises Invalid."""
    with transaction.atomic():
        outcome = cells.save_cell(
            team,
            table=draft.table,
            row_id=row_id,
            field=draft.field,
            value=draft.text,
            seen=draft.seen,
            edit_id=draft.edit_id,
            by=by,
            now=now,
        )
        draft.delete()
        return outcome


def forget_old(now: datetime) -> int:
    """Forget what nobody came back for in 30 days; how many texts."""
    return Draft.objects.filter(at__lt=now - KEPT).delete()[0]
