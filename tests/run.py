"""`make test`: the whole suite on PostgreSQL and Redis, and again on the embedded default.

    python -m tests.run [--database both|postgresql|embedded] [pytest's own arguments]

Uses the servers that TEST_DATABASE_URL and TEST_REDIS_URL name; starts private ones otherwise.
Fails, never skips, when a part cannot run. Pages look the same on both databases, so of two runs
the first alone has their looks judged (axe, and what sticks out).
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack

from tests.installation import ROOT
from tests.servers import ensure_system_packages, postgresql, redis


def environment(database: str, stack: ExitStack) -> dict[str, str]:
    """The variables under which the suite meets `database`."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="coalitions-test-"))
    env = os.environ | {
        "DEBUG": "",
        "SECRET_KEY": "the-secret-of-a-test-run-that-nobody-else-ever-reaches-0123456789",
        "BASE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "VAR_DIR": folder,
        "STATIC_ROOT": f"{folder}/static",
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


def run(database: str, arguments: list[str], *, looks: bool) -> tuple[int, float]:
    """Run pytest on one database; its exit code and the seconds it took."""
    print(f"\n── The suite on {database} ──", flush=True)
    began = time.monotonic()
    with ExitStack() as stack:
        env = environment(database, stack) | {"TEST_LOOKS": "yes" if looks else "no"}
        collect = ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run([sys.executable, *collect], cwd=ROOT, env=env, check=True)
        workers = ["-n", "2", "--dist", "loadgroup"]
        command = [sys.executable, "-m", "pytest", "-q", *workers, *arguments]
        code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    return code, time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["both", "postgresql", "embedded"], default="both")
    chosen, arguments = parser.parse_known_args()
    # Told to stop, stop the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    ensure_system_packages()
    databases = ["postgresql", "embedded"] if chosen.database == "both" else [chosen.database]
    results = {
        database: run(database, arguments, looks=database == databases[0]) for database in databases
    }
    print()
    for database, (code, seconds) in results.items():
        print(f"{database}: {'passed' if code == 0 else f'FAILED ({code})'} in {seconds:.0f} s")
    return int(any(code for code, _ in results.values()))


if __name__ == "__main__":
    sys.exit(main())
