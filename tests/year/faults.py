"""What goes wrong in the simulated year: kills all the time, and blows on chosen days."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import redis

from tests import processes
from tests.installation import Installation
from tests.servers import Server
from tests.year import ledger

WORKERS = ("worker-1", "worker-2", "worker-3", "worker-4")
BEATS = ("beat-1", "beat-2")
ENGINE = dict.fromkeys(BEATS, "beat") | dict.fromkeys(WORKERS, "worker")
# A worker's sender, the process that hands mails over, dies most often. Where the threads of the
# worker itself do that, it dies with them.
SENDER = "sender"
KILLED = (*ENGINE, "web")
KILLS_A_BURST = (4, 8)
SECONDS_BETWEEN_KILLS = (0.15, 0.6)
SILENT_SECONDS = 3

# When (UTC, moved clock; the first work after it meets the blow) what is struck. The steps of a
# round lie at its opening and 4, 9, 12, 15, 18 and 24 days later (rounds: 22 January, 19 February,
# 19 March, 30 April, 11 June, 6 August, 1 October or 22 October, 10 December).
CALENDAR: dict[datetime, str] = {
    datetime(2027, 1, 22, 10, tzinfo=UTC): "broker_flushed",
    datetime(2027, 1, 26, 8, tzinfo=UTC): "database_hit",
    datetime(2027, 2, 1, 9, tzinfo=UTC): "worker_frozen",
    datetime(2027, 2, 19, 9, tzinfo=UTC): "broker_silent",
    datetime(2027, 2, 23, 7, tzinfo=UTC): "worker_frozen",
    datetime(2027, 3, 3, 9, tzinfo=UTC): "power_cut",
    datetime(2027, 3, 19, 13, tzinfo=UTC): "database_crashed",
    datetime(2027, 3, 23, 9, tzinfo=UTC): "worker_frozen",
    datetime(2027, 3, 29, 8, tzinfo=UTC): "broker_killed",
    datetime(2027, 5, 4, 9, tzinfo=UTC): "broker_flushed",
    datetime(2027, 8, 16, 9, tzinfo=UTC): "database_hit",
    datetime(2027, 8, 18, 9, tzinfo=UTC): "broker_silent",
    datetime(2027, 10, 1, 9, tzinfo=UTC): "worker_frozen",
    datetime(2027, 10, 26, 9, tzinfo=UTC): "power_cut",
    datetime(2027, 12, 10, 9, tzinfo=UTC): "broker_flushed",
    datetime(2027, 12, 14, 9, tzinfo=UTC): "database_crashed",
}


@dataclass
class Servers:
    """What an installation stands on: PostgreSQL and Redis, or nothing but its own folder."""

    postgresql: Server | None = None
    redis: Server | None = None


class Faults:
    """Kills the processes of an installation and hurts what it stands on; counts both.

    `frozen_seconds`: for how long a frozen process stands still, longer than its lease.
    """

    def __init__(
        self,
        installation: Installation,
        servers: Servers,
        *,
        seed: int,
        kills: int,
        frozen_seconds: float,
    ) -> None:
        self.installation, self.servers = installation, servers
        self.chance = random.Random(f"faults {seed}")
        self.wanted_kills, self.frozen_seconds = kills, frozen_seconds
        self.kills: Counter[str] = Counter()
        self.struck: Counter[str] = Counter()
        self.calendar = sorted(CALENDAR.items())
        self.bag: list[str] = []
        self.burst = 0
        self.next_kill = 0.0
        self.to_freeze = 0
        self.frozen: dict[int, float] = {}

    # Kills ---------------------------------------------------------------------------------

    def strike(self, *, in_gap: bool, lived: float) -> None:
        """Kill now and then while work is done; `in_gap`: a mail has just been taken.

        Kills come in bursts, a fraction of a second apart, and are spread over the year (`lived`
        is how much of it is over, from 0 to 1), somewhat more than are wanted.
        """
        self._thaw()
        if in_gap and self.to_freeze:
            self._freeze()
        behind = self.kills.total() < 2 + 1.06 * self.wanted_kills * lived
        if in_gap and behind and not self.burst:
            self.burst = self.chance.randint(*KILLS_A_BURST)
        if self.burst and time.monotonic() >= self.next_kill:
            self.burst -= 1
            self.next_kill = time.monotonic() + self.chance.uniform(*SECONDS_BETWEEN_KILLS)
            self._kill_one()

    def _kill_one(self) -> None:
        if not self.bag:
            self.bag = [SENDER] * 40 + [*ENGINE, "web"]
            self.chance.shuffle(self.bag)
        name, victims = self.bag.pop(), self.senders()
        if name == SENDER:
            if victims:
                self._kill_sender(*self.chance.choice(victims))
        elif name not in WORKERS or name in {worker for _pid, worker in victims}:
            self.kill(name)
            self.installation.restart(name)

    def _kill_sender(self, pid: int, worker: str) -> None:
        if pid == self.installation.processes[worker].pid:
            self.kill(worker)
            self.installation.restart(worker)
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills[SENDER] += 1

    def kill(self, name: str) -> None:
        """SIGKILL a process with all below it."""
        self.installation.kill(name)
        self.kills[name] += 1

    def senders(self) -> list[tuple[int, str]]:
        """The processes that hand over mails and may be hit, each with its worker.

        Those that are doing it, if there are any; but while a mail goes once more, only others:
        after one doubt the guarantee can bear no second.
        """
        found = {}
        for name in WORKERS:
            worker = self.installation.processes[name].pid
            found |= dict.fromkeys(processes.children(worker) or [worker], name)
        port = int(self.installation.env["SMTP_PORT"])
        talking = processes.talking_to(port, list(found))
        if ledger.ask(ledger.doubt_waits):
            return [(pid, name) for pid, name in found.items() if pid not in talking]
        return [(pid, found[pid]) for pid in talking] or list(found.items())

    # Blows ---------------------------------------------------------------------------------

    def befall(self, now: datetime) -> None:
        """Strike the blows whose day has come."""
        while self.calendar and self.calendar[0][0] <= now:
            _moment, name = self.calendar.pop(0)
            blow: Callable[[], bool] = getattr(self, name)
            if blow():
                self.struck[name] += 1

    def broker_flushed(self) -> bool:
        """Every ring that waits is lost."""
        if self.servers.redis:
            redis.Redis(port=self.servers.redis.port).flushall()
        for letter in self._broker().glob("*.msg"):
            letter.unlink(missing_ok=True)
        return True

    def broker_silent(self) -> bool:
        """The broker takes connections and answers nobody; in a folder: it is not there."""
        if self.servers.redis and self.servers.redis.process:
            pid = self.servers.redis.process.pid
            os.kill(pid, signal.SIGSTOP)
            self._wait(SILENT_SECONDS)
            os.kill(pid, signal.SIGCONT)
            return True
        aside = self._broker().with_suffix(".aside")
        self._broker().rename(aside)
        self._wait(SILENT_SECONDS)
        # Whoever started meanwhile made a new one.
        shutil.rmtree(self._broker(), ignore_errors=True)
        aside.rename(self._broker())
        return True

    def broker_killed(self) -> bool:
        if not self.servers.redis:
            return False
        self.servers.redis.stop(signal.SIGKILL)
        self.servers.redis.start()
        return True

    def database_hit(self) -> bool:
        """PostgreSQL is restarted, as an upgrade does; SQLite's file is locked for a while."""
        if self.servers.postgresql:
            self.servers.postgresql.restart()
            return True
        from django.conf import settings

        file = settings.DATABASES["default"]["NAME"]
        with closing(sqlite3.connect(file, timeout=30, autocommit=True)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._wait(SILENT_SECONDS)
            connection.execute("ROLLBACK")
        return True

    def database_crashed(self) -> bool:
        if not self.servers.postgresql:
            return False
        # It ends at once and recovers from its log when it starts.
        self.servers.postgresql.stop(signal.SIGQUIT)
        self.servers.postgresql.start()
        return True

    def power_cut(self) -> bool:
        """Everything ends at once."""
        for name in self.installation.processes:
            self.kill(name)
        for name in list(self.installation.processes):
            self.installation.restart(name)
        return True

    def worker_frozen(self) -> bool:
        """The next sender that has just handed over a mail stands still beyond its lease."""
        self.to_freeze += 1
        return False

    def _freeze(self) -> None:
        for pid, _worker in self.senders()[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                self.frozen[pid] = time.monotonic() + self.frozen_seconds
                self.to_freeze -= 1
                self.struck["worker_frozen"] += 1

    def _thaw(self) -> None:
        for pid, until in list(self.frozen.items()):
            if time.monotonic() >= until:
                del self.frozen[pid]
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _broker(self) -> Path:
        return Path(self.installation.env["VAR_DIR"]) / "broker" / "queue"

    def _wait(self, seconds: float) -> None:
        threading.Event().wait(seconds)
