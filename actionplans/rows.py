"""Shared rows come, move and go: each time in one transaction with its entries in the ledger.

Every verb may be sent twice: the same `edit_id` again changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import people
from actionplans.cell_values import TABLES, PeopleCell, rows_of
from actionplans.invalid import Invalid
from actionplans.models import Edit, SheetRow
from cohorts.models import Team

REMOVED, YES = "removed", "yes"


def create_row(
    parent: Any,
    *,
    table: str,
    edit_id: UUID,
    initial: dict[str, str] | None = None,
    by: User | None,
    now: datetime,
    from_row: SheetRow | None = None,
) -> Any:
    """A new last row below `parent` (sheet, plan or milestone) with the texts of `initial`.

    The same `edit_id` again gives the same row; a sheet row that was carried already gives the
    activity it became. Raises Invalid.
    """
    spec = TABLES[table]
    team = _team_of(parent, spec.team)
    said = {f: spec.cells[f].as_said(text, team, now) for f, text in (initial or {}).items()}
    texts = {field: text for field, text in said.items() if text}
    meant = {field: spec.cells[field].parse(text, team, parent) for field, text in texts.items()}
    links = {"from_row": from_row, "followed_version": from_row.version} if from_row else {}
    try:
        with transaction.atomic():
            row, texts = _insert(team, table, parent, texts, meant, links)
            _enter(team, table, row, texts, edit_id, by, now)
            return row
    except IntegrityError:
        if first := Edit.objects.filter(edit_id=edit_id, team=team, table=table).first():
            return rows_of(team, table).get(pk=first.row_id)
        if from_row:
            return rows_of(team, table).get(from_row=from_row, removed_at__isnull=True)
        raise


def _team_of(parent: Any, way: str) -> Team:
    for step in way.split("__")[1:]:
        parent = getattr(parent, step)
    return parent


def _insert(
    team: Team,
    table: str,
    parent: Any,
    texts: dict[str, str],
    meant: dict[str, Any],
    links: dict[str, Any],
) -> tuple[Any, dict[str, str]]:
    """The row, and the texts it begins with: where it stands is among them, so that replaying
    the ledger puts it there."""
    spec = TABLES[table]
    named = {
        cell: people.persons(team, meant.pop(field))
        for field, cell in spec.cells.items()
        if field in meant and isinstance(cell, PeopleCell)
    }
    last = spec.model.objects.filter(**{spec.parent: parent}).aggregate(last=Max("position"))
    meant = {"position": 0 if last["last"] is None else last["last"] + 1} | meant
    begins = {"position": str(meant["position"])}
    if spec.parent in spec.cells:
        begins[spec.parent] = str(parent.pk)
    texts = begins | texts | {cell.field: people.joined(found) for cell, found in named.items()}
    columns = {spec.parent: parent} | meant | links
    row = spec.model.objects.create(**columns, version=1 + len(texts))
    for cell, found in named.items():
        cell.put(row, found)
    return row, texts


def _enter(
    team: Team,
    table: str,
    row: Any,
    texts: dict[str, str],
    edit_id: UUID,
    by: User | None,
    now: datetime,
) -> None:
    """That the row was made, and each text it was made with."""
    told = {"team": team, "table": table, "row_id": row.pk, "actor": by, "at": now}
    made = Edit(edit_id=edit_id, outcome=Edit.Outcome.CREATED, version=1, **told)
    cells = [
        Edit(
            edit_id=uuid5(edit_id, field),
            field=field,
            value=text,
            outcome=Edit.Outcome.APPLIED,
            version=version,
            **told,
        )
        for version, (field, text) in enumerate(texts.items(), start=2)
    ]
    Edit.objects.bulk_create([made, *cells])


def remove_row(
    team: Team, *, table: str, row_id: int, edit_id: UUID, by: User, now: datetime
) -> bool:
    """Take a row away; everything in it stays. False when it was away already."""
    return _change_removed(team, table, row_id, edit_id, by, now, remove=True)


def restore_row(
    team: Team, *, table: str, row_id: int, edit_id: UUID, by: User, now: datetime
) -> bool:
    """Bring a removed row back as it was. False when it was there already. Raises Invalid."""
    return _change_removed(team, table, row_id, edit_id, by, now, remove=False)


def _change_removed(
    team: Team, table: str, row_id: int, edit_id: UUID, by: User, now: datetime, *, remove: bool
) -> bool:
    rows = TABLES[table].model.objects.filter(pk=rows_of(team, table).get(pk=row_id).pk)
    try:
        with transaction.atomic():
            there = rows.filter(removed_at__isnull=remove)
            if not there.update(removed_at=now if remove else None, version=F("version") + 1):
                return False
            Edit.objects.create(
                edit_id=edit_id,
                team=team,
                table=table,
                row_id=row_id,
                field=REMOVED,
                seen="" if remove else YES,
                value=YES if remove else "",
                outcome=Edit.Outcome.APPLIED,
                version=rows.values_list("version", flat=True).get(),
                actor=by,
                at=now,
            )
            return True
    except IntegrityError:
        if Edit.objects.filter(edit_id=edit_id).exists():
            return False
        raise Invalid(
            _("This cannot come back: its row of the sheet was carried again meanwhile.")
        ) from None


def move_row(
    team: Team, *, table: str, row_id: int, step: int, edit_id: UUID, by: User, now: datetime
) -> None:
    """Move a row up (-1) or down (+1) among its siblings. At their end nothing happens."""
    spec = TABLES[table]
    row = rows_of(team, table).get(pk=row_id)
    siblings = spec.model.objects.live().filter(**{spec.parent: getattr(row, f"{spec.parent}_id")})
    with transaction.atomic():
        order = list(siblings.select_for_update().order_by("pk"))
        order.sort(key=lambda sibling: (sibling.position, sibling.pk))
        if row not in order or Edit.objects.filter(edit_id=edit_id).exists():
            return
        here = order.index(row)
        if not 0 <= here + step < len(order):
            return
        order.insert(here + step, order.pop(here))
        told = {"team": team, "table": table, "field": "position", "actor": by, "at": now}
        for place, sibling in enumerate(order):
            if sibling.position == place and sibling != row:
                continue
            spec.model.objects.filter(pk=sibling.pk).update(
                position=place, version=sibling.version + 1
            )
            Edit.objects.create(
                # The row that was asked to move bears the edit_id itself, so that twice is once.
                edit_id=edit_id if sibling == row else uuid5(edit_id, str(sibling.pk)),
                row_id=sibling.pk,
                seen=str(sibling.position),
                value=str(place),
                outcome=Edit.Outcome.APPLIED,
                version=sibling.version + 1,
                **told,
            )
