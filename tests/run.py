"""`make test`: the whole suite on PostgreSQL and Redis, and on the embedded default beside it.

    python -m tests.run [--database both|postgresql|embedded] [pytest's own arguments]

Uses the servers that TEST_DATABASE_URL and TEST_REDIS_URL name; starts private ones otherwise.
Fails, never skips, when a part cannot run. Each half is one process, so both cores of a small
machine work to the end; what the second says is printed after the first. What no database can
change is judged in the embedded half alone: tests marked `once`, and how pages look (axe, and what
sticks out).
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import psutil

from tests.installation import ROOT
from tests.packages import ensure_system_packages
from tests.servers import postgresql, redis

DATABASES = ["postgresql", "embedded"]
# Pytest's exit codes that are well: of two halves one may have nothing to judge.
WORDS = {0: "passed", 5: "had no test to run"}


def environment(database: str, static: str, stack: ExitStack) -> dict[str, str]:
    """The variables under which the suite meets `database`; static files are below `static`."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="coalitions-test-"))
    env = os.environ | {
        "DEBUG": "",
        "SECRET_KEY": "the-secret-of-a-test-run-that-nobody-else-ever-reaches-0123456789",
        "BASE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "VAR_DIR": folder,
        "STATIC_ROOT": static,
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "TEST_DATABASE": database,
        # Tests move the clock as they like.
        "CLOCK_TOLERANCE_HOURS": "1000000",
    }
    if database == "postgresql":
        env["DATABASE_URL"] = (
            os.environ.get("TEST_DATABASE_URL") or stack.enter_context(postgresql()).url
        )
        env["REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or stack.enter_context(redis()).url
    return {name: value for name, value in env.items() if value}


def begin(env: dict[str, str], arguments: list[str], said: BinaryIO | None) -> psutil.Popen:
    """Let pytest begin under `env`; what it says goes to `said`, or to the screen."""
    if not (Path(env["STATIC_ROOT"]) / "staticfiles.json").exists():
        collect = ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run([sys.executable, *collect], cwd=ROOT, env=env, check=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    # Of two, each hears of Ctrl-C from us, and once.
    alone = "TEST_HALF" not in env
    return psutil.Popen(command, cwd=ROOT, env=env, stdout=said, start_new_session=not alone)


def end(process: psutil.Popen) -> None:
    """Stop pytest if it still runs: as Ctrl-C does, so that tests end what they started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait()


def run(databases: list[str], arguments: list[str]) -> dict[str, tuple[int, float]]:
    """Run the suite on one database in two processes, or on both in one each.

    Gives pytest's exit code and the seconds of each.
    """
    print(f"\n── The suite on {' and beside it on '.join(databases)} ──", flush=True)
    processes, seconds = {}, {}
    with ExitStack() as stack:
        static = stack.enter_context(tempfile.TemporaryDirectory(prefix="coalitions-static-"))
        said = stack.enter_context(tempfile.TemporaryFile())
        if len(databases) == 1:
            arguments = ["-n", "2", "--dist", "loadgroup", *arguments]
        for database in databases:
            env = environment(database, static, stack)
            if len(databases) > 1:
                env["TEST_HALF"] = database
            processes[database] = begin(env, arguments, said if processes else None)
            stack.callback(end, processes[database])
        began = time.monotonic()
        psutil.wait_procs(
            list(processes.values()),
            callback=lambda one: seconds.update({one.pid: time.monotonic() - began}),
        )
        show(said)
    return {name: (one.returncode, seconds[one.pid]) for name, one in processes.items()}


def show(said: BinaryIO) -> None:
    """Print what the other half said."""
    said.seek(0)
    shutil.copyfileobj(said, sys.stdout.buffer)
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["both", *DATABASES], default="both")
    chosen, arguments = parser.parse_known_args()
    # Told to stop, stop the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    ensure_system_packages()
    results = run(DATABASES if chosen.database == "both" else [chosen.database], arguments)
    print()
    for database, (code, seconds) in results.items():
        print(f"{database}: {WORDS.get(code, f'FAILED ({code})')} in {seconds:.0f} s")
    codes = {code for code, _ in results.values()}
    return int(not codes <= WORDS.keys() or 0 not in codes)


if __name__ == "__main__":
    sys.exit(main())
