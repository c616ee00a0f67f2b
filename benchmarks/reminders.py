"""How fast due reminders leave, beside Django's own sending of one mail a connection.

    python -m benchmarks.reminders [--mails 400] [--rounds 3]

A real worker (prefork, two processes) and a beat on each database; a mail server in a process of
its own, which is where mails are counted and looked through for doubles. In each round Django
sends as many mails of the same templates, one connection each, and then the engine sends those
that are due; the ratio is that of the rates between the first mail taken and the last. Prints one
JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.installation import ROOT, Installation, free_port, wait_until

PROMISES = {"postgresql": 1.5, "embedded": 1.0}
MEMBERS_A_TEAM = 4
WARM_UP = 120
WEEK_ENDS = date(2027, 1, 8)
# The first check-in opens two weeks after the week; before noon its mails are due everywhere here.
OPENS = WEEK_ENDS + timedelta(weeks=2)
DUE = datetime.combine(OPENS, time(12), UTC)


class Sink:
    """The mail server's process and what it noted."""

    def __init__(self, folder: Path) -> None:
        self.port, self.notes = free_port(), folder / "taken"
        self.notes.touch()
        command = [sys.executable, "-m", "benchmarks.mail_sink", str(self.port), str(self.notes)]
        self.process = subprocess.Popen(command, cwd=ROOT)

    def taken(self) -> list[tuple[float, str, str]]:
        """Moment, reader and Message-ID of each mail, in order."""
        lines = self.notes.read_text().splitlines()
        return [(float(at), to, told) for at, to, told in (line.split() for line in lines)]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def populate(mails: int) -> None:
    """A cohort whose first check-in asks `mails` people, each by a queued mail that is not due."""
    from cohorts.models import Cohort
    from followups import planner
    from outbox.models import Message
    from tests.factories import make_cohort, make_member, make_team

    cohort = make_cohort(
        starts_on=WEEK_ENDS - timedelta(days=4), ends_on=WEEK_ENDS, state=Cohort.State.RUNNING
    )
    for _team in range(mails // MEMBERS_A_TEAM):
        team = make_team(cohort)
        for _member in range(MEMBERS_A_TEAM):
            make_member(team)
    planner.close_week(cohort, by=None, now=DUE - timedelta(weeks=2))
    while planner.plan_due(DUE):
        pass
    queued = Message.objects.filter(state="queued")
    assert queued.count() == mails, queued.count()
    queued.update(next_attempt_at=DUE + timedelta(days=1))


def send_by_django(mails: int) -> None:
    """Send the same text to as many people by Django alone, one connection each."""
    from django.core.mail import EmailMultiAlternatives

    from accounts.models import User
    from followups.mails import Item
    from outbox.mails import compose

    link = f"{os.environ['BASE_URL']}/u/{'x' * 22}/"
    for n in range(mails):
        words = f"How does the plan of Team {n} go? Tell us in three minutes, by 31 January."
        note = "You need not sign in. One answer for the whole team is enough."
        item = Item("How does the plan go?", words, "Answer now", f"/c/{'x' * 22}/", note)
        context: dict[str, Any] = {"person": User(), "items": [item], "opt_out": link}
        content = compose("How does the plan go?", "followups/mail/reminder", context)
        headers = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        headers["List-Unsubscribe"] = f"<{link}>"
        mail = EmailMultiAlternatives(
            content.subject, content.text, to=[f"django{n}@example.org"], headers=headers
        )
        mail.attach_alternative(content.html, "text/html")
        mail.send()


def ring_for(mails: int) -> None:
    """Let so many queued mails be due, and ring as a page does."""
    from outbox import doorbell
    from outbox.models import Message

    ids = Message.objects.filter(state="queued", next_attempt_at__gt=DUE).order_by("pk")
    chosen = list(ids.values_list("pk", flat=True)[:mails])
    assert len(chosen) == mails
    Message.objects.filter(pk__in=chosen).update(next_attempt_at=DUE - timedelta(hours=1))
    doorbell.ring_after_commit()


def rate(sink: Sink, mails: int, send: Callable[[int], None]) -> float:
    """Mails a second at the server, while `send` brings so many."""
    before = len(sink.taken())
    send(mails)
    wait_until(lambda: len(sink.taken()) >= before + mails, f"{mails} mails", 180)
    moments = [at for at, _to, _id in sink.taken()[before:]]
    return (mails - 1) / (moments[-1] - moments[0])


@contextmanager
def installed(database: str, folder: Path, stack: ExitStack) -> Iterator[tuple[Installation, Sink]]:
    """An installation on `database` with its worker, its beat and a mail server."""
    from tests.servers import postgresql, redis

    sink = Sink(folder)
    stack.callback(sink.stop)
    env = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
    env |= {"TICK_SECONDS": "5", "WORKER_CONCURRENCY": "2", "LOG_LEVEL": "WARNING"}
    if database == "postgresql":
        env["DATABASE_URL"] = stack.enter_context(postgresql()).url
        env["REDIS_URL"] = stack.enter_context(redis()).url
    installation = Installation(folder / "installation", **env)
    stack.callback(installation.stop)
    installation.move_clock((DUE - datetime.now(UTC)).total_seconds())
    installation.manage("migrate", "--verbosity", "0")
    yield installation, sink


def measure(database: str, mails: int, rounds: int) -> dict[str, Any]:
    """Rates of both in each round, and what the server saw."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reminders-")))
        installation, sink = stack.enter_context(installed(database, folder, stack))
        # This process asks the same database, and rings the same bell, as the installation.
        os.environ.update(installation.env)
        import django

        django.setup()
        from django.db import connections

        from outbox.models import Attempt, Heartbeat

        stack.callback(connections.close_all)
        populate(mails * rounds + WARM_UP)
        installation.start("beat", "beat")
        installation.start("worker", "worker")
        wait_until(Heartbeat.objects.exists, "the first tick")
        # Both processes of the worker have read the code, and Django its templates.
        rate(sink, WARM_UP, ring_for)
        send_by_django(MEMBERS_A_TEAM)
        found = []
        for _round in range(rounds):
            by_django = rate(sink, mails, send_by_django)
            found.append((by_django, rate(sink, mails, ring_for)))
        ids = Counter(told for _at, _to, told in sink.taken())
        readers = Counter(to for _at, to, _told in sink.taken() if not to.startswith("django"))
        ratios = [engine / by_django for by_django, engine in found]
        return {
            "ratio": round(statistics.median(ratios), 2),
            "ratios": [round(each, 2) for each in ratios],
            "mails_a_second": [round(engine) for _django, engine in found],
            "django_a_second": [round(by_django) for by_django, _engine in found],
            "mails": readers.total(),
            "doubles": sum(n - 1 for n in [*ids.values(), *readers.values()]),
            "unknown": Attempt.objects.filter(outcome="unknown").count(),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=400, help="in a round; a multiple of four")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=[*PROMISES])
    asked = parser.parse_args()
    if asked.database:
        print(json.dumps(measure(asked.database, asked.mails, asked.rounds)))
        return 0
    found: dict[str, Any] = {}
    for database in PROMISES:
        command = [sys.executable, "-m", "benchmarks.reminders", f"--database={database}"]
        command += [f"--mails={asked.mails}", f"--rounds={asked.rounds}"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        if run.returncode:
            sys.stderr.write(run.stderr.decode())
            return run.returncode
        found[database] = json.loads(run.stdout.splitlines()[-1])
    print(json.dumps({"promises": PROMISES} | found))
    kept = [
        each["ratio"] >= PROMISES[database] and not each["doubles"]
        for database, each in found.items()
    ]
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
