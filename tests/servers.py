"""Private PostgreSQL and Redis servers for tests: free ports, a temporary folder, gone afterwards.

They are made from the system's installed binaries (tests/packages.py).
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.installation import free_port, wait_until
from tests.packages import postgresql_programs

NUMBER = count(1)
INITDB = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")


def _plain_user() -> str | None:
    """Who runs the server when we are root: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Server:
    """A server of our own: its address, and the means to hurt it."""

    url: str
    port: int
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        wait_until(lambda: _answers(self.port), f"{self.command[0]} (see {self.log})", 60)

    def stop(self, with_signal: int = signal.SIGINT) -> None:
        """Stop it; SIGINT is PostgreSQL's fast shutdown and Redis's quick one."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, with_signal)
            self.process.wait(timeout=60)

    def restart(self) -> None:
        """What an upgrade at night does to everyone connected."""
        self.stop()
        self.start()


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server with the database `coalitions`."""
    programs = postgresql_programs()
    if programs is None:
        sys.exit("PostgreSQL is not installed. As root: apt-get install postgresql")
    user = _plain_user()
    folder = Path(tempfile.mkdtemp(prefix="coalitions-postgresql-"))
    data, port = folder / "data", free_port()
    if user:
        shutil.chown(folder, user)
    runner = ["setpriv", f"--reuid={user}", "--clear-groups", "--"] if user else []
    try:
        subprocess.run(
            [*runner, programs / "initdb", "-D", data, "-U", "coalitions", *INITDB],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "max_connections": 60,
            "shared_buffers": "64MB",
            "fsync": "off",
            "full_page_writes": "off",
            # Compiling a statement that is asked once takes longer than answering it.
            "jit": "off",
        }
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        url = f"postgres://coalitions@127.0.0.1:{port}/coalitions"
        command = [str(word) for word in [*runner, programs / "postgres", "-D", data, *chosen]]
        server = Server(url, port, command, folder / "log")
        (folder / "log").touch()
        try:
            server.start()
            _create_database(programs, port)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _create_database(programs: Path, port: int) -> None:
    """Make the database `coalitions`; the server may still be starting."""
    where = ["-h", "127.0.0.1", "-p", str(port), "-U", "coalitions"]
    command = [programs / "createdb", *where, "coalitions"]
    wait_until(
        lambda: not subprocess.run(command, capture_output=True, check=False).returncode,
        "the database to be made",
    )


@contextmanager
def redis() -> Iterator[Server]:
    """A Redis server that keeps nothing on disk."""
    if not shutil.which("redis-server"):
        sys.exit("Redis is not installed. As root: apt-get install redis-server")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="coalitions-redis-") as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port)]
        command += ["--save", "", "--appendonly", "no", "--dir", folder]
        server = Server(f"redis://127.0.0.1:{port}/0", port, command, Path(folder) / "log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def own_servers() -> Iterator[dict[str, str]]:
    """An installation's own database and number of Redis, on the servers of this run if it has any.

    Gives the variables that name them.
    """
    server, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not server or not redis:
        yield {}
        return
    name = f"installation_{os.getpid()}_{next(NUMBER)}"
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield {
            "DATABASE_URL": _with_path(server, name),
            "REDIS_URL": _with_path(redis, str(8 + worker % 8)),
        }
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
