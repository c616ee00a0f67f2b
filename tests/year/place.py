"""Where the simulated year happens: an installation, what it stands on, and its backup."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from kombu.exceptions import OperationalError

from tests.installation import Installation, free_port
from tests.servers import postgresql, redis
from tests.year.faults import ENGINE, Servers

# The engine gives a mail half of its lease; a server that hangs keeps silent for longer, and a
# frozen process stands still for longer than all of it.
LEASE_SECONDS, PATIENCE, FROZEN_SECONDS = 2, 1.5, 3.5
BACKUP = "yesterday"
# Two beats at such a pace; and the bell, which the clock rings for two workers at each step.
TICK_SECONDS, RINGS = 1.5, 2


class Place:
    """An installation with its servers: to start, to back up and to put back."""

    def __init__(self, installation: Installation, servers: Servers) -> None:
        self.installation, self.servers = installation, servers

    def start(self) -> None:
        """Start every process of the product and wait until its pages answer."""
        for name, script in ENGINE.items():
            self.installation.start(name, script)
        self.installation.start("web", "web")
        self.installation.wait_for_web()

    def ring(self) -> None:
        """Let workers look now, if the broker is there to tell them."""
        from outbox.tasks import tick

        with suppress(OperationalError):
            for _ring in range(RINGS):
                tick.apply_async(retry=False, expires=60)

    def back_up(self) -> None:
        """Keep the database as it is now."""
        if self.servers.postgresql:
            self._between_lives(f"CREATE DATABASE {BACKUP} TEMPLATE coalitions")
            return
        with (
            closing(sqlite3.connect(self._file())) as ours,
            closing(sqlite3.connect(self._file(BACKUP))) as kept,
        ):
            ours.backup(kept)

    def restore(self) -> None:
        """Put the database back to what it was at the backup, and start everything again."""
        if self.servers.postgresql:
            self._between_lives(
                "DROP DATABASE coalitions WITH (FORCE)",
                f"ALTER DATABASE {BACKUP} RENAME TO coalitions",
            )
            return
        self.stop()
        for file in self._file().parent.glob(f"{self._file().name}*"):
            if not file.name.endswith(BACKUP):
                file.unlink()
        self._file(BACKUP).rename(self._file())
        self.start()

    def stop(self) -> None:
        """End every process, and our own questions."""
        from django.db import connections

        self.installation.stop()
        connections.close_all()

    def _between_lives(self, *statements: str) -> None:
        """Do what PostgreSQL does only while nobody is connected."""
        self.stop()
        assert self.servers.postgresql
        url = urlunsplit(urlsplit(self.servers.postgresql.url)._replace(path="/postgres"))
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
        self.start()

    def _file(self, suffix: str = "") -> Path:
        from django.conf import settings

        file = str(settings.DATABASES["default"]["NAME"])
        return Path(f"{file}.{suffix}" if suffix else file)


@contextmanager
def place_on(database: str, folder: Path, control: str) -> Iterator[Place]:
    """An installation on `database` ("sqlite" or "postgresql"), which this process asks, too."""
    env = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(free_port()), "SMTP_TLS": "none"}
    env |= {"OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS), "CLOCK_TOLERANCE_HOURS": "2"}
    env["TICK_SECONDS"] = str(TICK_SECONDS)
    if control:
        env |= {"DJANGO_SETTINGS_MODULE": "tests.year.controls.settings", "CONTROL": control}
    with ExitStack() as stack:
        servers = Servers()
        if database == "postgresql":
            servers.postgresql = stack.enter_context(postgresql())
            servers.redis = stack.enter_context(redis())
            env |= {"DATABASE_URL": servers.postgresql.url, "REDIS_URL": servers.redis.url}
        installation = Installation(folder, **env)
        stack.callback(installation.stop)
        os.environ.update(installation.env)
        installation.manage("migrate", "--verbosity", "0")
        installation.manage("collectstatic", "--noinput", "--verbosity", "0")
        import django

        django.setup()
        from django.db import connections

        stack.callback(connections.close_all)
        yield Place(installation, servers)
