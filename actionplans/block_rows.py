"""The rows of a block in memory: locked, compared cell by cell, and written back together.

Used by `blocks.py` alone, inside its transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import people
from actionplans.cell_values import TABLES, Cell, PeopleCell, ReferenceCell, rows_of
from actionplans.invalid import Invalid
from actionplans.merging import came_of
from actionplans.models import Activity, Edit
from actionplans.rows import REMOVED, YES
from cohorts.models import Person, Team

type RowKey = tuple[str, int | UUID]
Outcome = Edit.Outcome


@dataclass(frozen=True)
class Written:
    """One cell of a block: `row` is the id of a row, or the key of a new one.

    `seen` is the text that the person saw; None where the page knows only the `version` of the
    row that it showed: the ledger knows the text. What the same page wrote since, without having
    heard of it yet, it has seen as well: `after` are the ids of those edits. A `field` may be
    "removed", with "yes" or "" as its texts.
    """

    table: str
    row: int | UUID
    field: str
    value: str
    edit_id: UUID
    seen: str | None = None
    version: int | None = None
    after: frozenset[UUID] = frozenset()


class Rows:
    """All rows that a block touches. `begin`, `load`, `prepare`, `write` each cell, `keep`."""

    def __init__(self, team: Team, by: User, now: datetime) -> None:
        self.team, self.by, self.now = team, by, now
        self.rows: dict[RowKey, Any] = {}
        self.begun: dict[RowKey, Any] = {}
        self.changed: dict[RowKey, set[str]] = defaultdict(set)
        self.named: dict[tuple[RowKey, str], list[Person]] = {}
        self.edits: list[tuple[Edit, Any]] = []
        # What came of edits that were merged with others' texts.
        self.merged: list[tuple[Edit, Any]] = []
        self.past: dict[tuple[str, int, str], list[Edit]] = defaultdict(list)
        self.references: dict[tuple[str, Any], list[Any]] = {}

    # Which rows -------------------------------------------------------------------------------

    def load(self, keys: Iterable[tuple[str, int]]) -> None:
        """Lock and read rows. Raises DoesNotExist for one that is not the team's."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for table, pk in keys:
            wanted[table].add(pk)
        # Always in the same order, so that two blocks wait for each other only one way round.
        for table, ids in sorted(wanted.items()):
            rows = rows_of(self.team, table)
            if table == Edit.Table.SHEET_ROW:
                # Which sessions a row may name, its sheet's day says.
                rows = rows.select_related("sheet")
            rows = rows.select_for_update(of=("self",)).order_by("pk")
            names = self._lists(table)
            found = rows.filter(pk__in=ids).prefetch_related(*names)
            for row in found:
                self.rows[table, row.pk] = row
                for field in names:
                    self.named[(table, row.pk), field] = list(getattr(row, field).all())
            if len(found) < len(ids):
                raise TABLES[table].model.DoesNotExist

    def begin(self, parents: dict[UUID, Any], new: dict[UUID, str]) -> None:
        """The rows that are new: made here, or long ago when the block was sent first."""
        made = Edit.objects.filter(team=self.team, outcome=Outcome.CREATED, edit_id__in=new)
        known = {edit.edit_id: edit for edit in made}
        self.load({(edit.table, edit.row_id) for edit in known.values()})
        for key, edit in known.items():
            # From here on the key means the row.
            self.rows[edit.table, key] = self.rows[edit.table, edit.row_id]
            for field in self._lists(edit.table):
                self.named[(edit.table, key), field] = self.named[(edit.table, edit.row_id), field]
        fresh = {key: table for key, table in new.items() if key not in known}
        last = self._last_positions(fresh, parents)
        for key in (key for key in parents if key in fresh):
            self._insert(fresh[key], key, parents[key], last)

    def _last_positions(self, fresh: dict[UUID, str], parents: dict[UUID, Any]) -> dict[Any, int]:
        last: dict[Any, int] = {}
        for table in sorted(set(fresh.values())):
            spec = TABLES[table]
            above = {parents[key].pk for key, of in fresh.items() if of == table}
            rows = spec.model.objects.filter(**{f"{spec.parent}__in": above}).order_by()
            found = rows.values_list(spec.parent).annotate(last=Max("position"))
            last |= {(table, parent): position for parent, position in found}
        return last

    def _insert(self, table: str, key: UUID, parent: Any, last: dict[Any, int]) -> None:
        spec = TABLES[table]
        position = last.get((table, parent.pk), -1) + 1
        last[table, parent.pk] = position
        begins = {"position": str(position)}
        if spec.parent in spec.cells:
            begins[spec.parent] = str(parent.pk)
        row = spec.model(**{spec.parent: parent}, position=position, version=1 + len(begins))
        self.rows[table, key] = self.begun[table, key] = row
        for field in self._lists(table):
            self.named[(table, key), field] = []
        told = {"team": self.team, "table": table, "actor": self.by, "at": self.now}
        made = Edit(edit_id=key, outcome=Outcome.CREATED, version=1, **told)
        self.edits.append((made, row))
        for version, (name, text) in enumerate(begins.items(), start=2):
            began = {"edit_id": uuid5(key, name), "field": name, "value": text}
            edit = Edit(**began, outcome=Outcome.APPLIED, version=version, **told)
            self.edits.append((edit, row))

    @staticmethod
    def _lists(table: str) -> list[str]:
        """The cells of a table that name several people."""
        fields = TABLES[table].model._meta
        return [f for f in TABLES[table].cells if fields.get_field(f).many_to_many]

    # What the cells need to know --------------------------------------------------------------

    def prepare(self, written: Sequence[Written]) -> None:
        """Read at once what the cells need: texts of earlier versions, and the people they name."""
        moved = [w for w in written if w.seen is None and self._has_moved(w)]
        if moved:
            ids = {w.row for w in moved if isinstance(w.row, int)}
            edits = Edit.objects.filter(team=self.team, row_id__in=ids, outcome=Outcome.APPLIED)
            for edit in edits.order_by("version"):
                self.past[edit.table, edit.row_id, edit.field].append(edit)
        self._add_people(written)

    def _has_moved(self, one: Written) -> bool:
        row = self.rows[one.table, one.row]
        return isinstance(one.row, int) and one.version not in {None, row.version}

    def _add_people(self, written: Sequence[Written]) -> None:
        """Whoever is named in a block and not known yet becomes one of the team's people."""
        names: dict[str, str] = {}
        for one in written:
            cell = TABLES[one.table].cells.get(one.field)
            if isinstance(cell, PeopleCell):
                try:
                    found = cell.pick(cell.tidy(one.value), self.people)
                except Invalid:
                    continue  # refused when it is written
                names |= {people.key(n): n for n in found if isinstance(n, str)} | names
        if names:
            new = [Person(team=self.team, name=name) for name in sorted(names.values())]
            Person.objects.bulk_create(new, ignore_conflicts=True)
            del self.people

    @cached_property
    def people(self) -> list[Person]:
        return list(Person.objects.filter(team=self.team))

    @cached_property
    def carried(self) -> set[int]:
        """The rows of sheets that stand in the plan now."""
        living = Activity.objects.live().filter(milestone__plan__team=self.team)
        return set(living.filter(from_row__isnull=False).values_list("from_row", flat=True))

    # One cell ---------------------------------------------------------------------------------

    def write(self, one: Written) -> Edit:
        """Compare and write one cell in memory. Raises Invalid; KeyError for an unknown field."""
        row = self.rows[one.table, one.row]
        edit = Edit(edit_id=one.edit_id, team=self.team, table=one.table, field=one.field)
        edit.actor, edit.at = self.by, self.now
        if one.field == REMOVED:
            self._take_away(one, row, edit)
        else:
            self._write_text(one, row, edit)
        self.edits.append((edit, row))
        return edit

    def _write_text(self, one: Written, row: Any, edit: Edit) -> None:
        cell = TABLES[one.table].cells[one.field]
        key = (one.table, one.row)
        edit.value = cell.as_said(one.value, self.team, self.now)
        edit.seen = self._seen(one, cell, row)
        meant = self._meaning(cell, edit.value, row)
        removed = getattr(row, "removed_at", None) is not None
        is_free = not removed and edit.seen != edit.value and self._shows(key, cell, edit.seen)
        if is_free:
            self._put(key, cell, meant)
            edit.value = self._text(key, cell) if isinstance(cell, PeopleCell) else edit.value
            self._applied(key, row, edit)
        elif not removed and self._holds(key, cell, meant, edit.value):
            edit.outcome = Outcome.SAME
        elif not removed and (came := came_of(edit, cell, self._text(key, cell))):
            self._put(key, cell, came.value)
            self._applied(key, row, came)
            self.merged.append((came, row))
            edit.settled_by, edit.outcome = came, Outcome.MERGED
        else:
            edit.outcome = Outcome.CONFLICT

    def _applied(self, key: RowKey, row: Any, edit: Edit) -> None:
        row.version += 1
        edit.version, edit.outcome = row.version, Outcome.APPLIED
        self.changed[key].add("version")

    def _take_away(self, one: Written, row: Any, edit: Edit) -> None:
        edit.seen, edit.value = YES if row.removed_at else "", YES if one.value else ""
        if edit.seen == edit.value:
            edit.outcome = Outcome.SAME
            return
        source = getattr(row, "from_row_id", None)
        if not edit.value and source in self.carried:
            raise Invalid(
                _("This cannot come back: its row of the sheet was carried again meanwhile.")
            )
        row.removed_at = self.now if edit.value else None
        self.changed[one.table, one.row].add("removed_at")
        self._applied((one.table, one.row), row, edit)

    def _seen(self, one: Written, cell: Cell, row: Any) -> str:
        if one.seen is not None:
            return cell.tidy(one.seen)
        past = self.past.get((one.table, row.pk, one.field), [])
        version = one.version or 0
        known = [e for e in past if (e.version or 0) <= version or e.edit_id in one.after]
        if known:
            return known[-1].value
        return past[0].seen if past else self._text((one.table, one.row), cell)

    def _meaning(self, cell: Cell, text: str, row: Any) -> Any:
        if isinstance(cell, PeopleCell):
            return people.persons(self.team, cell.pick(text, self.people))
        if isinstance(cell, ReferenceCell):
            place = (cell.field, getattr(row, "sheet_id", None))
            if place not in self.references:
                self.references[place] = list(cell.known(self.team, row))
            return cell.pick(text, self.references[place])
        return cell.parse(text, self.team, row)

    def _shows(self, key: RowKey, cell: Cell, seen: str) -> bool:
        """Does the cell hold what was seen, as its column would compare it?"""
        if isinstance(cell, PeopleCell):
            return self._text(key, cell) == seen
        return cell.shows(self.rows[key], seen)

    def _text(self, key: RowKey, cell: Cell) -> str:
        named = self.named.get((key, cell.field))
        return cell.text_of(self.rows[key]) if named is None else people.joined(named)

    def _holds(self, key: RowKey, cell: Cell, meant: Any, text: str) -> bool:
        named, row = self.named.get((key, cell.field)), self.rows[key]
        return set(named) == set(meant) if named is not None else cell.holds(row, meant, text)

    def _put(self, key: RowKey, cell: Cell, meant: Any) -> None:
        self.changed[key].add(cell.field)
        if (key, cell.field) in self.named:
            self.named[key, cell.field][:] = meant
        elif isinstance(cell, PeopleCell):
            setattr(self.rows[key], cell.field, meant[0] if meant else None)
        else:
            setattr(self.rows[key], cell.field, meant)

    # Writing back -----------------------------------------------------------------------------

    def keep(self) -> None:
        """Write rows, whom they name, and the ledger."""
        for table in sorted({table for table, _key in (*self.begun, *self.changed)}):
            self._keep_rows(table)
            for field in self._lists(table):
                self._keep_named(table, field)
        for edits in (self.merged, self.edits):
            for edit, row in edits:
                edit.row_id = row.pk
            Edit.objects.bulk_create([edit for edit, _row in edits])

    def _keep_rows(self, table: str) -> None:
        model = TABLES[table].model
        model.objects.bulk_create([row for (of, _), row in self.begun.items() if of == table])
        old = {
            key: c for key, c in self.changed.items() if key[0] == table and key not in self.begun
        }
        columns = sorted({c for key in old for c in old[key]} - set(self._lists(table)))
        if columns:
            # All of their columns are in memory and locked: one statement writes them together.
            rows = {self.rows[key].pk: self.rows[key] for key in old}
            model.objects.bulk_create(
                rows.values(), update_conflicts=True, unique_fields=["pk"], update_fields=columns
            )

    def _keep_named(self, table: str, field: str) -> None:
        model = TABLES[table].model
        through = getattr(model, field).through
        row_column = model._meta.get_field(field).m2m_column_name()
        person_column = model._meta.get_field(field).m2m_reverse_name()
        changed = {
            self.rows[key].pk: self.named[key, field]
            for key, fields in self.changed.items()
            if key[0] == table and field in fields
        }
        through.objects.filter(**{f"{row_column}__in": changed}).delete()
        through.objects.bulk_create(
            through(**{row_column: pk, person_column: person.pk})
            for pk, found in changed.items()
            for person in found
        )
