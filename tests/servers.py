"""Private PostgreSQL and Redis servers for tests: free ports, a temporary folder, gone afterwards.

They are made from the system's installed binaries. `ensure_system_packages` brings those that are
missing where it may (Debian or Ubuntu, as root or with sudo), and says what to install elsewhere.
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
from ctypes.util import find_library
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.installation import free_port, wait_until

NUMBER = count(1)
INITDB = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
PACKAGES = {
    "postgresql": lambda: bool(shutil.which("initdb") or postgresql_programs()),
    "redis-server": lambda: bool(shutil.which("redis-server")),
    "chromium": lambda: bool(shutil.which("chromium")),
    "gettext": lambda: bool(shutil.which("xgettext")),
    # What draws PDFs.
    "libpango-1.0-0": lambda: bool(find_library("pango-1.0")),
    "libpangoft2-1.0-0": lambda: bool(find_library("pangoft2-1.0")),
    "libharfbuzz-subset0": lambda: bool(find_library("harfbuzz-subset")),
    "fonts-noto-core": lambda: any(Path("/usr/share/fonts").rglob("NotoSansArabic*")),
    # What opens our workbooks and documents, to see that every row is there.
    "libreoffice-calc-nogui": lambda: _office_has("libsclo.so"),
    "libreoffice-writer-nogui": lambda: _office_has("libswlo.so"),
}


def _office_has(part: str) -> bool:
    return any(Path("/usr/lib/libreoffice/program").glob(part))


def postgresql_programs() -> Path | None:
    """The folder with the newest `initdb` and `postgres`."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


def ensure_system_packages() -> None:
    """Install what the tests need from the system, or exit with a sentence that says what."""
    missing = [name for name, there in PACKAGES.items() if not there()]
    if not missing:
        return
    command = f"apt-get install {' '.join(missing)}"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not _may_sudo()):
        sys.exit(f"The tests need programs that are not installed. As root: {command}")
    print(f"Installing {', '.join(missing)} …", flush=True)
    # The distribution would start servers of its own; ours are private.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    env = [f"{name}={value}" for name, value in quiet.items()]
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", *missing]):
        done = subprocess.run(
            [*sudo, "env", *env, "apt-get", *arguments], stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            sys.exit(f"apt-get {arguments[0]} failed. Install by hand, as root: {command}")


def _may_sudo() -> bool:
    return (
        bool(shutil.which("sudo"))
        and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    )


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
