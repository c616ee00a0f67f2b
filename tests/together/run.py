"""One run on one database: real processes, a bad line, kills, real pages, and the verdict.

    python -m tests.together.run --database sqlite --seed 1 --edits 5000 --clients 16

Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tests.installation import ROOT, Installation, wait_until
from tests.together.proxy import Proxy
from tests.together.world import Seat, populate

PAGES = 6
WEB_PROCESSES = 3
KILL_EVERY = 4.0
# Granian takes a worker that ends sooner for one that cannot start.
FIRST_SECONDS = 8
# On a busy machine most of a web's time would go into starting again.
FEWEST_ANSWERS = 40
# So long may the whole of it take before something must be wrong.
DEADLINE = 1200


class Killer(threading.Thread):
    """SIGKILLs a web worker every few seconds, until it is told that all is over.

    Always the oldest: a worker that ends again right after its start makes the server give up. It
    is started again then, as a service manager does.
    """

    def __init__(self, installation: Installation, line: Proxy, seed: int) -> None:
        super().__init__(daemon=True)
        self.installation = installation
        self.line = line
        self.chance = random.Random(f"kill {seed}")
        self.over = threading.Event()
        self.kills = 0
        self.restarts = 0

    def run(self) -> None:
        answered = 0
        while not self.over.wait(self.chance.uniform(0.6, 1.4) * KILL_EVERY):
            web = self.installation.processes["web"]
            if web.poll() is not None:
                self.installation.restart("web")
                self.restarts += 1
                continue
            workers = sorted(grown(web.pid), key=lambda worker: worker.create_time())
            # One is left that answers, and has: what is tested is a killed server, not none.
            if len(workers) > 1 and self.line.answered > answered + FEWEST_ANSWERS:
                workers[0].kill()
                self.kills += 1
                answered = self.line.answered


def grown(web: int) -> list[psutil.Process]:
    """The processes that answer by now; another one besides only keeps count."""
    found = []
    for child in psutil.Process(web).children():
        with suppress(psutil.Error):
            old = time.time() - child.create_time() > FIRST_SECONDS
            if old and "resource_tracker" not in " ".join(child.cmdline()):
                found.append(child)
    return found


@contextmanager
def installed(database: str, folder: Path, control: str) -> Iterator[Installation]:
    """A web of several workers on `database` ("sqlite" or "postgresql")."""
    from tests.servers import postgresql, redis

    env = {"WEB_PROCESSES": str(WEB_PROCESSES), "GRANIAN_RESPAWN_INTERVAL": "0.3"}
    if control:
        env["DJANGO_SETTINGS_MODULE"] = f"tests.together.controls.{control}"
    with ExitStack() as stack:
        if database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(postgresql()).url
            env["REDIS_URL"] = stack.enter_context(redis()).url
        installation = Installation(folder, **env)
        stack.callback(installation.stop)
        yield installation


def simulate(chosen: argparse.Namespace) -> dict[str, Any]:
    """Let everybody write at once; the report."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="together-") as folder,
        installed(chosen.database, Path(folder), chosen.control) as installation,
    ):
        # This process asks the same database as the installation does.
        os.environ.update(installation.env)
        installation.manage("migrate", "--verbosity", "0")
        installation.manage("collectstatic", "--noinput", "--verbosity", "0")
        import django

        django.setup()
        from tests.together.report import broken, held, too_quiet

        try:
            counts = write_together(installation, Path(folder), chosen)
        finally:
            from django.db import connections

            connections.close_all()
    whole = {"database": chosen.database, "seed": chosen.seed, "held": held(counts)}
    whole |= {"broken": broken(counts), "too_quiet": too_quiet(counts)}
    return whole | counts | {"seconds": round(time.monotonic() - began, 1)}


def write_together(
    installation: Installation, folder: Path, chosen: argparse.Namespace
) -> dict[str, Any]:
    from actionplans.models import Activity
    from cohorts.models import Team
    from tests.together.report import Evidence, Sent, weigh

    seats = populate(chosen.clients + PAGES)
    hot = Activity.objects.order_by("pk")[0].pk
    installation.start("web", "web")
    installation.wait_for_web()
    with Proxy(installation.port, chosen.seed) as line, ExitStack() as stack:
        killer = Killer(installation, line, chosen.seed)
        logs = [folder / f"client-{n}.jsonl" for n in range(chosen.clients)]
        ready, stop, seen = folder / "ready", folder / "stop", folder / "pages.json"
        pages = start(
            stack,
            "pages",
            {
                "url": line.url,
                "seats": [seat.as_dict() for seat in seats[chosen.clients :]],
                "hot": str(hot),
                "seed": chosen.seed,
                "ready": str(ready),
                "stop": str(stop),
                "report": str(seen),
            },
        )
        wait_until(lambda: ready.exists() or pages.poll() is not None, "the pages", 300)
        killer.start()
        writing = time.monotonic()
        clients = [
            start(stack, "client", client_task(seat, seats, line.url, hot, log, number, chosen))
            for number, (seat, log) in enumerate(zip(seats, logs, strict=False))
        ]
        wait_for(clients)
        writing = time.monotonic() - writing
        killer.over.set()
        killer.join()
        stop.touch()
        wait_for([pages])
        on_pages = json.loads(seen.read_text())
        conflict_pages = {seat.user: conflicts_shown(installation.url, seat) for seat in seats}
    sent = [Sent(**json.loads(row)) for log in logs for row in log.read_text().splitlines()]
    evidence = Evidence(
        sent, on_pages["sentences"], on_pages["disturbed"], on_pages["shown"], conflict_pages
    )
    return weigh(Team.objects.get(), evidence) | {
        "clients": chosen.clients,
        "pages": PAGES,
        "kills": killer.kills,
        "web_restarts": killer.restarts,
        **{name: line.struck[name] for name in ("cut", "doubled", "broken_lines")},
        "page_troubles": on_pages["troubles"][:5],
        "writing_seconds": round(writing, 1),
    }


def client_task(
    seat: Seat, seats: list[Seat], url: str, hot: int, log: Path, number: int, chosen: Any
) -> dict[str, Any]:
    share, more = divmod(chosen.edits, chosen.clients)
    return seat.as_dict() | {
        "url": url,
        "people": [other.name for other in seats],
        "hot": ["activity", str(hot), "comments"],
        "edits": share + (number < more),
        "seed": chosen.seed,
        "log": str(log),
        "whole_rows": chosen.control == "whole_rows",
    }


def start(stack: ExitStack, module: str, task: dict[str, Any]) -> subprocess.Popen[bytes]:
    """A process that ends with the run, whatever becomes of that."""
    command = [sys.executable, "-m", f"tests.together.{module}", json.dumps(task)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr)
    stack.callback(process.terminate)
    return process


def wait_for(processes: list[subprocess.Popen[bytes]]) -> None:
    """Until all have ended by themselves. Raises RuntimeError when one ended badly."""
    wait_until(lambda: all(p.poll() is not None for p in processes), "writers", DEADLINE)
    if any(process.returncode for process in processes):
        raise RuntimeError(f"ended with {[process.returncode for process in processes]}")


def conflicts_shown(url: str, seat: Seat) -> set[str]:
    """The open conflicts that a person's own page lists."""
    cookies = "; ".join(f"{name}={value}" for name, value in seat.cookies.items())
    page = urllib.request.Request(
        f"{url}/teams/{seat.team}/conflicts/", headers={"Cookie": cookies}
    )
    found: set[str] = set()

    def read() -> bool:
        try:
            with urllib.request.urlopen(page, timeout=30) as answer:
                found.update(re.findall(r'data-conflict="([^"]+)"', answer.read().decode()))
        except OSError:
            return False
        return True

    wait_until(read, "the page of conflicts")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edits", type=int, default=5000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--control", default="")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = simulate(parser.parse_args())
    print(json.dumps(report))
    return 0 if report["held"] else 1


if __name__ == "__main__":
    sys.exit(main())
