"""The empty tables of an installation: migrated once in a process, copied ever after."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.installation import Installation

KEPT: dict[str, Path] = {}


def make_tables(installation: Installation) -> None:
    """As `migrate` does on the empty database of an installation that has not started yet."""
    url = installation.env.get("DATABASE_URL", "")
    if url:
        _on_postgresql(installation, os.environ["DATABASE_URL"], urlsplit(url).path.strip("/"))
    else:
        _in_a_file(installation, Path(installation.env["VAR_DIR"]) / "db.sqlite3")


def _migrate(installation: Installation) -> None:
    installation.manage("migrate", "--verbosity", "0")


def _in_a_file(installation: Installation, database: Path) -> None:
    if "file" in KEPT:
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(KEPT["file"], database)
        return
    _migrate(installation)
    KEPT["file"] = Path(tempfile.mkdtemp(prefix="coalitions-tables-")) / database.name
    shutil.copyfile(database, KEPT["file"])


def _on_postgresql(installation: Installation, server: str, name: str) -> None:
    kept = f"tables_{os.getpid()}"
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept]).fetchone():
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(kept)))
            return
        _migrate(installation)
        connection.execute(copy.format(sql.Identifier(kept), sql.Identifier(name)))
