"""One simulated year on one database: real processes, a moved clock, faults, and the verdict.

    python -m tests.year.run --database sqlite --seed 1 --kills 20 [--control mark_sent_first]

Prints one JSON line. Times of the year are UTC on the moved clock.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import threading
import time as real
import urllib.error
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.installation import Installation, free_port, wait_until
from tests.year import oracle, world
from tests.year.report import FEWEST_KILLS, KILLED, Evidence, broken, held, too_quiet, weigh
from tests.year.sink import Sink

logger = logging.getLogger(__name__)

ENGINE = {
    "beat-1": "beat",
    "beat-2": "beat",
    "worker-1": "worker",
    "worker-2": "worker",
    "worker-3": "worker",
}
FAULTS = {
    "busy": 0.05,
    "hang_before": 0.02,
    "cut_before": 0.04,
    "cut_within": 0.04,
    "cut_after": 0.04,
    "hang_after": 0.02,
    "slow": 0.4,
}
# The engine gives a mail half of its lease; a server that hangs keeps silent for longer.
LEASE_SECONDS, PATIENCE = 4, 2.5


class Year:
    """The clock, the faults and the deeds of one simulated year."""

    def __init__(self, installation: Installation, sink: Sink, seed: int, kills: int) -> None:
        self.installation = installation
        self.sink = sink
        self.chance = random.Random(f"year {seed}")
        self.wanted_kills = kills
        self.kills: Counter[str] = Counter()
        self.bag: list[str] = []
        self.ended: Counter[str] = Counter()
        self.teams = world.people(seed)
        self.deeds = world.deeds(self.teams, seed)
        self.offset = 0.0
        self.evidence = Evidence(mails=[], dues=[])
        self.next_kill = 0.0
        self.gap = threading.Event()
        sink.on_accept = self.gap.set
        sink.refuses = {address for team in self.teams for address in team.unreachable}
        started = datetime.combine(world.WEEK_ENDS + timedelta(weeks=22), time(), UTC)
        self.closed = (started, started + timedelta(days=1))

    # The clock -----------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def move_to(self, moment: datetime) -> None:
        self.offset = (moment - datetime.now(UTC)).total_seconds()
        self.installation.move_clock(self.offset)

    # The world -----------------------------------------------------------------------------

    def populate(self) -> None:
        """Make the cohort with its teams and people, and close its week on the last day."""
        from cohorts.models import Cohort, Team
        from followups.planner import close_week
        from tests.factories import make_cohort, make_member, make_program, make_user

        lead = make_user("Program lead", email=world.LEAD.address, time_zone=world.LEAD.zone)
        made = {world.LEAD: lead}
        cohort = make_cohort(
            make_program(lead),
            starts_on=world.WEEK_ENDS - timedelta(days=4),
            ends_on=world.WEEK_ENDS,
            state=Cohort.State.RUNNING,
        )
        for team_year in self.teams:
            team = Team(cohort=cohort, name=team_year.name, country=team_year.name)
            team.challenge, team.time_zone = "Salaries on time.", team_year.readers[0].zone
            for r in team_year.readers:
                if r not in made:
                    made[r] = make_user(r.address, email=r.address, time_zone=r.zone)
            team.coach = next(made[r] for r in team_year.readers if r.coaches)
            team.save()
            members = [made[r] for r in team_year.readers if r.hears_of("opens")]
            for n, user in enumerate(members):
                make_member(team, user, role="member" if n else "lead")
        self.team_ids = dict(Team.objects.values_list("name", "pk"))
        close_week(cohort, by=lead, now=self.now())

    # A step of the year --------------------------------------------------------------------

    def live(self) -> None:
        """Walk the year; where work waits, let it be done, with kills meanwhile."""
        moment = datetime.combine(world.WEEK_ENDS, time(18), UTC)
        end = datetime.combine(
            world.WEEK_ENDS + timedelta(weeks=oracle.WEEKS[-1], days=26), time(), UTC
        )
        self.move_to(moment)
        self.populate()
        for name, script in ENGINE.items():
            self.installation.start(name, script)
        self.installation.start("web", "web")
        self.installation.wait_for_web()
        while moment < end:
            moment += world.pace(moment)
            self.move_to(moment)
            self.sink.away = self.closed[0] <= moment < self.closed[1]
            for deed in self.deeds_until(moment):
                self.do(deed)
            self.let_work_be_done()

    def deeds_until(self, moment: datetime) -> Iterator[world.Deed]:
        while self.deeds and self.deeds[0].at <= moment:
            yield self.deeds.pop(0)

    def work_waits(self) -> bool:
        from followups.models import CheckIn
        from outbox.models import MailServer, Message

        now = self.now()
        if CheckIn.objects.due(now).exists() or Message.objects.filter(state="claimed").exists():
            return True
        if MailServer.objects.filter(paused_until__gt=now).exists():
            return False
        return Message.objects.filter(state="queued", next_attempt_at__lte=now).exists()

    def let_work_be_done(self) -> None:
        """Wait until nothing is due; meanwhile kill, and start again what ended."""
        deadline = real.monotonic() + 120
        while self.work_waits():
            if real.monotonic() > deadline:
                raise TimeoutError(f"work still waits at {self.now():%Y-%m-%d %H:%M}")
            # A mail has just been taken: the moment in which a crash leaves doubt.
            in_gap = self.gap.wait(0.05)
            self.gap.clear()
            if self.may_kill() and (in_gap or self.chance.random() < 0.05):
                self.kill_one()
            self.supervise()

    def may_kill(self) -> bool:
        """Kills are spread over the year, more than are wanted, a fraction of a second apart."""
        lived = (self.now().date() - world.WEEK_ENDS).days / 350
        enough = self.kills.total() >= 2 + 1.3 * self.wanted_kills * lived
        if enough or real.monotonic() < self.next_kill:
            return False
        self.next_kill = real.monotonic() + self.chance.uniform(0.15, 0.6)
        return True

    def supervise(self) -> None:
        """Start again what ended by itself, as a service manager does."""
        for name, process in list(self.installation.processes.items()):
            if process.poll() is not None:
                self.ended[name] += 1
                words = (self.installation.log / f"{name}.log").read_text()[-2000:]
                logger.warning("%s ended by itself:\n%s", name, words)
                self.installation.restart(name)

    def kill_one(self) -> None:
        """SIGKILL one process: each in its turn, workers twice as often."""
        if not self.bag:
            self.bag = [*KILLED, *(name for name in KILLED if name.startswith("worker"))]
            self.chance.shuffle(self.bag)
        name = self.bag.pop()
        self.installation.kill(name)
        self.kills[name] += 1
        self.installation.restart(name)

    # Deeds ---------------------------------------------------------------------------------

    def do(self, deed: world.Deed) -> None:
        team = next(team for team in self.teams if team.name == deed.team)
        if deed.what == "answer":
            self.answer(team, deed.number)
        elif deed.what == "opt out":
            mail = next(m for m in reversed(self.sink.accepted) if m.to == deed.address)
            world.opt_out(mail.raw, self.again)
            self.evidence.opted_out[deed.address] = real.monotonic()
            team.opted_out[deed.address] = self.now()
        else:
            from cohorts.models import Membership

            Membership.objects.filter(user__email=deed.address).delete()
            self.evidence.left[deed.address] = real.monotonic()
            team.left[deed.address] = self.now()

    def answer(self, team: oracle.TeamYear, number: int) -> None:
        """The lead answers from this round's mail, unless none came yet."""
        lead = team.readers[0].address
        for which, mail in self.meanings():
            asked = which[:2] == (team.name, number) and which[2] not in {"coach", "lead"}
            if asked and mail.to == lead:
                link = world.link_in(mail.raw, "c")
                assert link, mail.raw.decode()
                world.answer_by_link(link, f"Round {number} of {team.name}.", self.again)
                self.evidence.answered[team.name, number] = real.monotonic()
                team.answered[number] = self.now()
                return

    def again(self, step: Callable[[], None]) -> None:
        """Do `step` until the web answers: it may just have been killed."""

        def done() -> bool:
            try:
                step()
            except (urllib.error.HTTPError, urllib.error.URLError, OSError) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                    raise AssertionError(f"{error.code} {error.url}: {error.read()}") from error
                return False
            return True

        wait_until(done, "the web to answer")

    # The verdict ---------------------------------------------------------------------------

    def meanings(self) -> list[tuple[tuple[str, int, str, str], object]]:
        """Each accepted check-in mail with its team, round, step and address."""
        from followups.models import CheckIn
        from outbox.models import Message

        keys: dict[str, list[str]] = {}
        told = Message.objects.values_list("message_id", "covered_by__message_id", "key")
        for own, covering, key in told:
            keys.setdefault(covering or own, []).append(key)
        check_ins = {
            pk: (name, number)
            for pk, name, number in CheckIn.objects.values_list("pk", "team__name", "round__number")
        }
        found = []
        for mail in self.sink.accepted:
            for key in keys.get(mail.message_id, []):
                first, *rest = key.split("/")
                if first == "checkin" and world.names(mail.raw, check_ins[int(rest[0])][0]):
                    found.append(((*check_ins[int(rest[0])], rest[2], mail.to), mail))
        return found

    def verdict(self) -> dict[str, Any]:
        from outbox.models import Attempt

        evidence = self.evidence
        evidence.mails = self.meanings()
        evidence.dues = [
            due
            for team in self.teams
            for due in oracle.mails_of(team, world.WEEK_ENDS, self.closed)
        ]
        evidence.unknown = Counter(
            Attempt.objects.filter(outcome="unknown").values_list("message__message_id", flat=True)
        )
        return weigh(evidence) | {
            "kills": self.kills.total(),
            "killed": dict(sorted(self.kills.items())),
            "ended_by_themselves": self.ended.total(),
            "faults": dict(sorted(self.sink.struck.items())),
        }


@contextmanager
def installed(database: str, folder: Path, control: str) -> Iterator[Installation]:
    """An installation on `database` ("sqlite" or "postgresql"), with its mail port chosen."""
    from tests.servers import postgresql, redis

    env = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(free_port()), "SMTP_TLS": "none"}
    env["OUTBOX_LEASE_SECONDS"] = str(LEASE_SECONDS)
    if control:
        env["DJANGO_SETTINGS_MODULE"] = f"tests.year.controls.{control}"
    with ExitStack() as stack:
        if database == "postgresql":
            env["DATABASE_URL"] = stack.enter_context(postgresql()).url
            env["REDIS_URL"] = stack.enter_context(redis()).url
        installation = Installation(folder, **env)
        stack.callback(installation.stop)
        yield installation


def simulate(database: str, seed: int, kills: int, control: str) -> dict[str, object]:
    """Live through the year; the counts of the report."""
    began = real.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="year-") as folder,
        installed(database, Path(folder), control) as installation,
    ):
        # This process asks the same database as the installation does.
        os.environ.update(installation.env)
        installation.manage("migrate", "--verbosity", "0")
        installation.manage("collectstatic", "--noinput", "--verbosity", "0")
        import django

        django.setup()
        port = int(installation.env["SMTP_PORT"])
        sink = Sink(port, lambda: year.offset, seed, PATIENCE, dict(FAULTS))
        year = Year(installation, sink, seed, kills)
        sink.start()
        try:
            year.live()
            counts = year.verdict()
        finally:
            sink.stop()
            from django.db import connections

            connections.close_all()
    whole = {"database": database, "seed": seed, "held": held(counts, kills)}
    whole |= {"broken": broken(counts), "too_quiet": too_quiet(counts, kills)}
    return whole | counts | {"seconds": round(real.monotonic() - began, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=FEWEST_KILLS)
    parser.add_argument("--control", default="")
    chosen = parser.parse_args()
    report = simulate(chosen.database, chosen.seed, chosen.kills, chosen.control)
    print(json.dumps(report))
    return 0 if report["held"] else 1


if __name__ == "__main__":
    sys.exit(main())
