"""Putting a database back as it was, really: the file of SQLite, or a database of PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql


def back_up() -> None:
    """Keep the database as it is now."""
    if connection.vendor == "sqlite":
        _copy(_path(), _path().with_suffix(".backup"))
    else:
        _replace(_kept(), connection.settings_dict["NAME"])


def restore() -> None:
    """Let the database be what was kept."""
    if connection.vendor == "sqlite":
        _copy(_path().with_suffix(".backup"), _path())
    else:
        _replace(connection.settings_dict["NAME"], _kept())


def forget() -> None:
    """Remove what was kept."""
    if connection.vendor == "sqlite":
        _path().with_suffix(".backup").unlink(missing_ok=True)
    else:
        _replace(_kept(), None)


def _kept() -> str:
    """The name of the copy: tests beside this one have databases, and copies, of their own."""
    return f"{connection.settings_dict['NAME']}_kept"


def _path() -> Path:
    return Path(connection.settings_dict["NAME"])


def _copy(whence: Path, whither: Path) -> None:
    connection.close()
    with closing(sqlite3.connect(whence)) as one, closing(sqlite3.connect(whither)) as other:
        one.backup(other)


def _replace(name: str, by: str | None) -> None:
    connection.close()
    place = connection.settings_dict
    server = f"host={place['HOST']} port={place['PORT']} user={place['USER']} dbname=postgres"
    with psycopg.connect(server, password=place["PASSWORD"] or None, autocommit=True) as admin:
        gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        admin.execute(gone.format(sql.Identifier(name)))
        if by:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            admin.execute(copy.format(sql.Identifier(name), sql.Identifier(by)))
