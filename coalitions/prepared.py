"""Statements whose SQL is built once and run many times, each time with other values.

Django builds the SQL of a query anew at each use, and takes several times as long for it as the
database for running it; PostgreSQL takes longer to plan than to run. Where a worker runs the same
few statements for each mail, that counts. So these are built once, and PostgreSQL plans them once
a connection (docs/decisions/0032).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery


class Place(Expression):
    """Stands in a filter or an update for a value that is told when the statement runs."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


def place(model: type[Model], field: str, name: str = "") -> Any:
    """The place of a value of this field, told by the field's name unless another is given."""
    output_field: Any = model._meta.get_field(field)
    return Place(name or field, output_field)


class Statement:
    """SQL with places. Build it where it may run: one that locks rows, inside a transaction."""

    def __init__(self, query: Any) -> None:
        self._compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, self._values = self._compiler.as_sql()

    def change(self, **values: Any) -> int:
        """Run an update; how many rows it changed."""
        with _cursor() as cursor:
            self.execute(cursor, values)
            return cursor.rowcount

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run a `values_list`; its rows."""
        with _cursor() as cursor:
            self.execute(cursor, values)
            found = cursor.fetchall()
        return list(self._compiler.results_iter(results=[found], tuple_expected=True))

    def execute(self, cursor: Any, values: Mapping[str, Any]) -> None:
        """Run it with this cursor of Django's."""
        connection = connections[DEFAULT_DB_ALIAS]
        filled = [
            value.output_field.get_db_prep_save(values[value.name], connection)
            if isinstance(value, Place)
            else value
            for value in self._values
        ]
        cursor.execute(self._sql, filled)


type Run = tuple[Statement, Mapping[str, Any]]


def at_once(runs: Sequence[Run]) -> list[int]:
    """Run statements in one transaction; how many rows each changed or found.

    None may need what one before it found: PostgreSQL is waited for only once. All that is sent
    to it between two waits is a transaction, unless one is open already.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        with transaction.atomic(savepoint=False):
            return [statement.change(**values) for statement, values in runs]
    with ExitStack() as stack:
        cursors = [stack.enter_context(_cursor()) for _run in runs]
        with connection.wrap_database_errors, connection.connection.pipeline():
            for cursor, (statement, values) in zip(cursors, runs, strict=True):
                statement.execute(cursor, values)
        return [cursor.rowcount for cursor in cursors]


def _cursor() -> Any:
    """A cursor that lets PostgreSQL keep plans, which Django's own do not."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    return connection._prepare_cursor(connection.Database.Cursor(connection.connection))


def select(rows: QuerySet[Any, Any]) -> Statement:
    """The query of a `values_list` with places."""
    return Statement(rows.query)


def updating(rows: QuerySet[Any], **changes: Any) -> Statement:
    """`rows.update(**changes)` with places in both."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(changes)
    return Statement(query)


def update(model: type[Model], where: Mapping[str, Any], changes: Mapping[str, Any]) -> Run:
    """An update of the rows whose fields have just these values (none of them None).

    `changes` are values, not expressions.
    """
    statement = _update_of(model, tuple(where), tuple(changes))
    return statement, {f"where_{name}": value for name, value in where.items()} | dict(changes)


@lru_cache(maxsize=64)
def _update_of(model: type[Model], where: tuple[str, ...], changes: tuple[str, ...]) -> Statement:
    seen = {name: place(model, name, f"where_{name}") for name in where}
    rows: QuerySet[Any] = model._default_manager.filter(**seen)
    return updating(rows, **{name: place(model, name) for name in changes})
