"""Whom a cell names: read together with the people of its team, and written, in few statements.

A save on a bad line waits for each of its statements, so they are counted
(`tests/actionplans/test_row_save.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Exists, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from actionplans import people
from actionplans.cell_values import TABLES
from cohorts.models import Person, Team


class _All(Aggregate):
    """All of them in one list."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)


@dataclass(frozen=True)
class Names:
    """Whom a cell named at a version of its row, among all that the team knows (`known`).

    `links` are the ids of what binds a person to the cell, by the person's id.
    """

    version: int
    removed: bool
    known: list[Person]
    links: dict[int, int]

    @property
    def named(self) -> list[Person]:
        return [person for person in self.known if person.pk in self.links]

    @property
    def text(self) -> str:
        """The canonical text of the cell."""
        return people.joined(self.named)


def along(teams: QuerySet[Team], table: str, row_id: int, field: str) -> QuerySet[Team]:
    """`teams`, each with what `found` needs to tell whom that cell names, if the row is its."""
    spec = TABLES[table]
    row = spec.model.objects.filter(pk=row_id, **{spec.team: OuterRef("pk")}).order_by()
    link = _links(spec.model, row_id, field).values("pk")
    person = JSONObject(pk="pk", name="name", link=Subquery(link))
    known = Person.objects.filter(team=OuterRef("pk")).order_by().values("team")
    removed = {"removed_at__isnull": False} if spec.removable else {"pk": None}
    return teams.annotate(
        row_version=Subquery(row.values("version")),
        row_removed=Exists(row.filter(**removed)),
        known=Subquery(known.annotate(known=_All(person)).values("known")),
    )


def _links(model: Any, row_id: int, field: str) -> QuerySet[Any]:
    """What binds the person of the outer query to the cell."""
    column = model._meta.get_field(field)
    if not column.many_to_many:
        return model.objects.filter(**{"pk": row_id, field: OuterRef("pk")}).order_by()
    named = {column.m2m_column_name(): row_id, column.m2m_reverse_name(): OuterRef("pk")}
    return getattr(model, field).through.objects.filter(**named)


def found(team: Team) -> Names | None:
    """Whom the cell names, if `team` was read `along` with it and has its row."""
    version = getattr(team, "row_version", None)
    if version is None:
        return None
    told: list[dict[str, Any]] = getattr(team, "known", None) or []
    known = [Person(pk=one["pk"], team=team, name=one["name"]) for one in told]
    links = {one["pk"]: one["link"] for one in told if one["link"]}
    return Names(version, bool(getattr(team, "row_removed", False)), known, links)


def read(team: Team, table: str, row_id: int, field: str) -> Names:
    """Whom a cell names now; one statement. Raises DoesNotExist for a row of another team."""
    names = found(along(Team.objects.filter(pk=team.pk), table, row_id, field).get())
    if names is None:
        raise TABLES[table].model.DoesNotExist
    return names


def write(table: str, row_id: int, field: str, names: Names, now: list[Person]) -> None:
    """Let the cell name those of `now` instead of `names`; one statement. Under its row's lock."""
    model = TABLES[table].model
    column = model._meta.get_field(field)
    if not column.many_to_many:
        model.objects.filter(pk=row_id).update(**{field: now[0] if now else None})
        return
    through = getattr(model, field).through
    stay = {person.pk for person in now}
    gone = [link for pk, link in names.links.items() if pk not in stay]
    come = [person.pk for person in now if person.pk not in names.links]
    if gone and come:
        _replace(through, column, row_id, gone, come)
    elif gone:
        through.objects.filter(pk__in=gone).delete()
    elif come:
        row, person = column.m2m_column_name(), column.m2m_reverse_name()
        through.objects.bulk_create(through(**{row: row_id, person: pk}) for pk in come)


def _replace(through: Any, column: Any, row_id: int, gone: list[int], come: list[int]) -> None:
    """Take away the links `gone` and add the persons `come`, in one statement of either database.

    SQLite's REPLACE deletes what has the same id, and what names the same person in the same row:
    so new persons take the places of those that go, and the last of them takes what is left over.
    """
    quote = connection.ops.quote_name
    table = quote(through._meta.db_table)
    columns = f"{quote(column.m2m_column_name())}, {quote(column.m2m_reverse_name())}"
    values: list[Any]
    if connection.vendor == "postgresql":
        sql = f"WITH gone AS (DELETE FROM {table} WHERE id = ANY(%s)) INSERT INTO {table}"  # noqa: S608 our own names
        sql += f" ({columns}) VALUES " + ", ".join(["(%s, %s)"] * len(come))
        values = [gone, *(value for pk in come for value in (row_id, pk))]
    else:
        places = [(link, row_id, pk or come[-1]) for link, pk in zip_longest(gone, come)]
        sql = f"INSERT OR REPLACE INTO {table} (id, {columns}) VALUES "  # noqa: S608 our own names
        sql += ", ".join(["(%s, %s, %s)"] * len(places))
        values = [value for place in places for value in place]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
