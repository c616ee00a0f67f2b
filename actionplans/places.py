"""Where a row stands: put before another, and a copy of it below itself. One gesture each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import User
from actionplans.blocks import Written, save_block
from actionplans.cell_values import TABLES, rows_of
from actionplans.invalid import Invalid
from actionplans.models import Edit
from actionplans.rows import create_row
from cohorts.models import Team

# A copy is work that nobody has begun.
NOT_COPIED = {"position", "status"}


@transaction.atomic
def place_row(
    team: Team,
    *,
    table: str,
    row_id: int,
    before: int | None,
    parent: int | None = None,
    edit_id: UUID,
    by: User,
    now: datetime,
) -> None:
    """Put a row before its sibling `before`, or last; an activity also under milestone `parent`.

    Sent twice it is once. Raises Invalid for a milestone there is no more.
    """
    spec = TABLES[table]
    row = rows_of(team, table).get(pk=row_id)
    if Edit.objects.filter(edit_id=edit_id).exists():
        return
    home = getattr(row, f"{spec.parent}_id")
    parent = parent if parent and spec.parent in spec.cells else home
    siblings = spec.model.objects.live().filter(**{spec.parent: parent}).exclude(pk=row_id)
    order = list(siblings.values_list("pk", "position"))
    ids = [pk for pk, _position in order]
    ids.insert(ids.index(before) if before in ids else len(ids), row_id)
    held = dict(order) | ({row_id: row.position} if parent == home else {})
    block = [
        # The row that was moved bears the edit_id itself, so that twice is once.
        Written(table, pk, "position", str(n), edit_id if pk == row_id else uuid5(edit_id, str(pk)))
        for n, pk in enumerate(ids)
        if held.get(pk) != n or pk == row_id
    ]
    if parent != home:
        under = uuid5(edit_id, spec.parent)
        block.append(Written(table, row_id, spec.parent, str(parent), under, seen=str(home)))
    result = save_block(team, block, by=by, now=now)
    if result.refused:
        raise Invalid(result.refused[0][1])


@transaction.atomic
def duplicate_row(
    team: Team, *, table: str, row_id: int, edit_id: UUID, by: User, now: datetime
) -> Any:
    """A new row with the same texts, right below. Sent twice it is one. Raises Invalid."""
    spec = TABLES[table]
    row = rows_of(team, table).select_related(*spec.team.split("__")[:1]).get(pk=row_id)
    texts = {name: cell.text_of(row) for name, cell in spec.cells.items()}
    initial = {name: texts[name] for name in texts if name not in {*NOT_COPIED, spec.parent}}
    told: dict[str, Any] = {"table": table, "by": by, "now": now}
    copy = create_row(getattr(row, spec.parent), edit_id=edit_id, initial=initial, **told)
    after = spec.model.objects.live().filter(**{spec.parent: getattr(row, f"{spec.parent}_id")})
    ids = list(after.values_list("pk", flat=True))
    following = ids[ids.index(row_id) + 1] if row_id in ids else None
    if following != copy.pk:
        here = uuid5(edit_id, "its place")
        place_row(team, row_id=copy.pk, before=following, edit_id=here, **told)
    return copy
