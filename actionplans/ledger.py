"""Reading the ledger: one's open conflicts, the history of a cell, and every cell rebuilt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from actionplans.cell_values import TABLES, rows_of
from actionplans.models import Edit
from actionplans.rows import REMOVED, YES
from cohorts.models import Team

type CellKey = tuple[str, int, str]


def open_conflicts(team: Team, user: User) -> QuerySet[Edit]:
    """The texts of this user that found their cell changed, and are not settled yet."""
    mine = Edit.objects.filter(team=team, actor=user, outcome=Edit.Outcome.CONFLICT)
    return mine.filter(settled_by__isnull=True).order_by("pk")


def history(team: Team, table: str, row_id: int, field: str = "") -> QuerySet[Edit]:
    """Everything anyone submitted for a cell, or for a whole row, newest first."""
    edits = Edit.objects.filter(team=team, table=table, row_id=row_id)
    if field:
        edits = edits.filter(field=field)
    return edits.select_related("actor").order_by("-pk")


def last_changes(team: Team, rows: Iterable[Any]) -> dict[tuple[str, int], Edit]:
    """The last change of each of these rows of any tables, by table and id; one statement."""
    tables = {spec.model: table for table, spec in TABLES.items()}
    versions = {(tables[type(row)], row.pk): row.version for row in rows}
    edits = Edit.objects.filter(
        team=team,
        table__in={table for table, _pk in versions},
        row_id__in={pk for _table, pk in versions},
        version__in=set(versions.values()),
    ).select_related("actor", "settles")
    return {
        (edit.table, edit.row_id): edit
        for edit in edits
        if edit.version == versions.get((edit.table, edit.row_id))
    }


def replay(team: Team) -> dict[CellKey, str]:
    """Every cell of the team as its edits make it; cells that hold nothing are left out."""
    cells: dict[CellKey, str] = {}
    changes = Edit.objects.filter(team=team, version__isnull=False)
    for edit in changes.order_by("table", "row_id", "version"):
        if edit.outcome == Edit.Outcome.CREATED:
            for field, cell in TABLES[edit.table].cells.items():
                cells[edit.table, edit.row_id, field] = cell.default
        else:
            cells[edit.table, edit.row_id, edit.field] = edit.value
    return {key: text for key, text in cells.items() if text}


def as_of(team: Team, table: str, versions: dict[int, int]) -> dict[int, dict[str, str]]:
    """The cells of rows as they were at a version each, by the row's id; one statement.

    A row of which the ledger holds nothing up to then is left out.
    """
    found: dict[int, dict[str, str]] = {}
    changes = Edit.objects.filter(
        team=team, table=table, row_id__in=versions, version__isnull=False
    )
    for edit in changes.order_by("row_id", "version"):
        if edit.version is None or edit.version > versions[edit.row_id]:
            continue
        if edit.outcome == Edit.Outcome.CREATED:
            cells = TABLES[table].cells.items()
            found[edit.row_id] = {field: cell.default for field, cell in cells}
        elif edit.row_id in found:
            found[edit.row_id][edit.field] = edit.value
    return found


def snapshot(team: Team) -> dict[CellKey, str]:
    """Every cell of the team as its tables hold it; what `replay` must give."""
    cells: dict[CellKey, str] = {}
    for table, spec in TABLES.items():
        for row in rows_of(team, table):
            for field, cell in spec.cells.items():
                cells[table, row.pk, field] = cell.text_of(row)
            if getattr(row, "removed_at", None):
                cells[table, row.pk, REMOVED] = YES
    return {key: text for key, text in cells.items() if text}
