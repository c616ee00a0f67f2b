"""One simulated year on one database: real processes, a moved clock, faults, and the verdict.

    python -m tests.year.run --database sqlite [--seed 1] [--teams 60] [--kills 200]
                             [--control mark_sent_first]

Prints one JSON line. Times of the year are UTC on the moved clock.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import threading
import time as real
import urllib.error
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.installation import wait_until
from tests.year import ledger, oracle, staging, world
from tests.year.faults import Faults
from tests.year.place import FROZEN_SECONDS, PATIENCE, Place, place_on
from tests.year.report import Evidence, broken, held, too_quiet, weigh
from tests.year.sink import Sink

logger = logging.getLogger(__name__)

TEAMS, PEOPLE_AT_ONCE = 60, 4
# On SQLite a sender is a whole worker, which takes its time to begin again.
KILLS = {"postgresql": 100, "sqlite": 100}
AN_HOUR = timedelta(hours=1)
# Four hours leave a mail of the afternoon in its day.
SHORTEST, LONGEST, A_TRY = 4 * AN_HOUR, 18 * AN_HOUR, timedelta(minutes=10)
BEGIN = datetime(2027, 1, 8, 18, tzinfo=UTC)
# The clock leaps over the end of round 4 into the midst of round 5.
LEAP = (datetime(2027, 5, 15, 12, tzinfo=UTC), datetime(2027, 6, 24, 12, tzinfo=UTC))
# The mail server is away while round 6 opens, and takes nobody's mail for an afternoon of round 2.
AWAY = (datetime(2027, 8, 6, tzinfo=UTC), datetime(2027, 8, 7, tzinfo=UTC))
STORM = (datetime(2027, 2, 23, 10, tzinfo=UTC), datetime(2027, 2, 23, 16, tzinfo=UTC))
# Round 6 nudges on 10 August; then the backup of the evening before comes back.
BACKED_UP = datetime(2027, 8, 9, 23, tzinfo=UTC)
LOST = datetime(2027, 8, 11, 0, tzinfo=UTC)
# The clock is an hour slow for a while.
SLOW = datetime(2027, 10, 5, 11, tzinfo=UTC)
# What the mail server does to how many of its mails.
MISCHIEF = {
    "busy": 0.004,
    "hang_before": 0.001,
    "cut_before": 0.004,
    "cut_within": 0.004,
    "cut_after": 0.005,
    "hang_after": 0.001,
    "slow": 0.03,
}


class Year:
    """The clock and the people of one simulated year."""

    def __init__(self, place: Place, sink: Sink, faults: Faults, teams: int, seed: int) -> None:
        self.place, self.installation = place, place.installation
        self.sink, self.faults = sink, faults
        self.teams = world.people(seed, teams)
        self.deeds = [
            deed
            for deed in world.deeds(self.teams, seed)
            # What people would do while nothing answers, or what a restore forgets.
            if not LEAP[0] <= deed.at < LEAP[1] and not BACKED_UP <= deed.at < LOST + AN_HOUR * 12
        ]
        self.offset, self.moment = 0.0, BEGIN
        self.evidence = Evidence(mails=[], dues=[])
        self.known = ledger.Ledger()
        self.moments = self.ended = 0
        # Seconds, by why the clock could not go on.
        self.waited: Counter[str] = Counter()
        self.restored: datetime | None = None
        self.gap = threading.Event()
        sink.on_accept = self.gap.set
        sink.refuses = {address for team in self.teams for address in team.unreachable}
        self.turns: list[tuple[datetime, Callable[[], None]]] = [
            (LEAP[0], self.leap),
            (BACKED_UP, place.back_up),
            (LOST, self.restore),
            (SLOW, self.slow_clock),
        ]

    # The clock -----------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)

    def move_to(self, moment: datetime) -> None:
        self.moment = moment
        self.offset = (moment - datetime.now(UTC)).total_seconds()
        self.installation.move_clock(self.offset)
        self.sink.away = AWAY[0] <= moment < AWAY[1]
        self.sink.storms = STORM[0] <= moment < STORM[1]

    def next_moment(self) -> datetime:
        """When something is to happen next: within a day, and soon only for another try."""
        now = self.now()
        if again := ledger.ask(ledger.next_try, now):
            return max(again, now + A_TRY) if again < now + SHORTEST else now + SHORTEST
        coming = [deed.at for deed in self.deeds[:1]] + [turn[0] for turn in self.turns[:1]]
        coming += [AWAY[1], STORM[1], *ledger.ask(ledger.next_due, now)]
        soonest = min((moment for moment in coming if moment > now), default=now + LONGEST)
        return min(max(soonest, now + SHORTEST), now + LONGEST)

    # The year ------------------------------------------------------------------------------

    def live(self, *, until_broken: bool) -> None:
        """Walk the year; where work waits, let it be done, with kills meanwhile."""
        self.move_to(BEGIN)
        staging.populate(self.teams, self.now())
        self.place.start()
        judged = BEGIN
        while self.now() < world.YEAR_ENDS:
            self.moments += 1
            self.move_to(self.next_moment())
            while self.turns and self.turns[0][0] <= self.now():
                self.turns.pop(0)[1]()
            self.place.ring()
            self.faults.befall(self.now())
            self.let_deeds_be_done()
            if until_broken and self.now() > judged + timedelta(days=5):
                judged = self.now()
                if broken(self.verdict()):
                    return

    def let_deeds_be_done(self) -> None:
        """Let people do what they do by now, some at a time, while mails go out."""
        count = sum(deed.at <= self.now() for deed in self.deeds)
        done, self.deeds = self.deeds[:count], self.deeds[count:]
        with ThreadPoolExecutor(max_workers=PEOPLE_AT_ONCE) as hands:
            under_way = [hands.submit(self.do, deed) for deed in done]
            self.let_work_be_done(under_way)
        for deed in under_way:
            deed.result()

    def let_work_be_done(self, deeds: Sequence[Future[None]] = ()) -> None:
        """Wait until nothing is due, and no mail or deed under way; meanwhile kill, and start
        again what ended."""
        deadline = real.monotonic() + 120
        lived = (self.now() - BEGIN) / (world.YEAR_ENDS - BEGIN)
        while cause := self.cause_to_wait(deeds):
            if real.monotonic() > deadline:
                raise TimeoutError(
                    f"work still waits at {self.now():%Y-%m-%d %H:%M}: {self.rest()}"
                )
            # A mail has just been taken: the moment in which a crash leaves doubt.
            began = real.monotonic()
            in_gap = self.gap.wait(0.05)
            self.gap.clear()
            if in_gap:
                # What one mail names it names no more when it is given up for another try.
                handed = {"state": "claimed", "handed_over_at__isnull": False}
                self.known.note(ledger.ask(ledger.read, **handed))
            self.faults.strike(in_gap=in_gap, lived=lived)
            self.supervise()
            self.waited[cause] += real.monotonic() - began

    def cause_to_wait(self, deeds: Sequence[Future[None]]) -> str:
        """Why the clock may not go on yet."""
        if not all(deed.done() for deed in deeds):
            return "deeds"
        if self.faults.frozen:
            return "frozen"
        if self.sink.is_busy():
            return "mail server"
        if not ledger.ask(ledger.has_ticked, self.moment):
            return "tick"
        return ledger.ask(ledger.work_waits, self.now())

    def rest(self) -> dict[str, object]:
        """What keeps the clock from going on, and what the processes said last."""
        said = {
            file.stem: file.read_text().splitlines()[-3:]
            for file in sorted(self.installation.log.glob("*.log"))
        }
        rows = ledger.ask(ledger.waiting, self.now())
        return {"rows": rows, "frozen": self.faults.frozen, "busy": self.sink.is_busy()} | said

    def supervise(self) -> None:
        """Start again what ended by itself, as a service manager does."""
        for name, process in list(self.installation.processes.items()):
            if process.poll() is not None:
                self.ended += 1
                words = (self.installation.log / f"{name}.log").read_text()[-2000:]
                logger.warning("%s ended by itself:\n%s", name, words)
                self.installation.restart(name)

    def leap(self) -> None:
        """The clock is forty days ahead, as after a machine that stood still, and stays so."""
        self.move_to(LEAP[1])
        self.faults.struck["clock_leapt"] += 1

    def slow_clock(self) -> None:
        """The clock goes back by an hour; nothing is due that was not."""
        self.let_work_be_done()
        self.move_to(self.now() - AN_HOUR)
        self.faults.struck["clock_slow"] += 1

    def restore(self) -> None:
        """Yesterday's backup comes back at a quiet moment; the engine must hold until told."""
        from outbox.models import Engine

        while ledger.ask(ledger.is_under_way, self.now()):
            self.let_work_be_done()
            self.move_to(self.now() + SHORTEST)
        self.restored = self.now()
        # What the database says now of its mails it will not know any more.
        self.known.note(ledger.ask(ledger.read))
        self.place.restore()
        held_now = Engine.objects.filter(held_because=Engine.Why.RESTORED)
        wait_until(lambda: ledger.ask(held_now.exists), "the engine to hold")
        self.installation.manage("followups", "resume", "--as-sent")
        self.faults.struck["restored"] += 1

    # Deeds ---------------------------------------------------------------------------------

    def do(self, deed: world.Deed) -> None:
        """One person's deed, in a thread of its own."""
        try:
            self._do(deed)
        finally:
            ledger.hang_up()

    def _do(self, deed: world.Deed) -> None:
        team = next(team for team in self.teams if team.name == deed.team)
        if deed.what == "answer":
            self.answer(team, deed.number)
        elif deed.what == "leave":
            ledger.ask(ledger.leave, deed.address)
            self.evidence.left[deed.address] = real.monotonic()
            team.left[deed.address] = self.now()
        else:
            self.press(deed)

    def press(self, deed: world.Deed) -> None:
        """Stop the mails to someone, or put them off, from the latest they got."""
        got = [mail for mail in self.sink.to(deed.address) if b"List-Unsubscribe:" in mail.raw]
        stops = deed.what == "stop"
        (world.opt_out if stops else world.snooze)(got[-1].raw, self.again)
        if stops:
            self.evidence.opted_out[deed.address] = real.monotonic()
        else:
            until = self.now() + oracle.SNOOZE - AN_HOUR
            self.evidence.snoozed[deed.address] = (real.monotonic(), until)
        for team in self.teams:
            told = team.opted_out if stops else team.snoozed
            told[deed.address] = self.now()

    def answer(self, team: oracle.TeamYear, number: int) -> None:
        """The lead answers from this round's mail, unless none came yet."""
        lead = team.readers[0].address
        told = self.known | ledger.ask(ledger.read, address=lead)
        for mail in self.sink.to(lead):
            asked = [(name, n) for name, n, step in told.speaks_of(mail) if step != "lead"]
            if (team.name, number) in asked:
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

    def verdict(self) -> dict[str, Any]:
        """The counts of the report, up to now."""
        told = self.known | ledger.ask(ledger.read)
        self.evidence.tell(self.sink.accepted, told)
        fate = oracle.Fate((LEAP, AWAY, STORM), self.restored)
        is_over = self.now() >= world.YEAR_ENDS
        self.evidence.dues = [
            # What may still come is not missing yet.
            replace(due, owed=due.owed and (is_over or due.expires <= self.now()))
            for team in self.teams
            for due in oracle.mails_of(team, fate)
        ]
        self.evidence.readers = {r.address: r for team in self.teams for r in team.readers}
        return weigh(self.evidence) | {
            "moments": self.moments,
            "waited": {cause: round(seconds) for cause, seconds in self.waited.items()},
            "kills": self.faults.kills.total(),
            "killed": dict(sorted(self.faults.kills.items())),
            "ended_by_themselves": self.ended,
            "faults": dict(sorted((self.sink.struck + self.faults.struck).items())),
        }


def simulate(database: str, chosen: argparse.Namespace) -> dict[str, object]:
    """Live through the year; the counts of the report."""
    began = real.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="year-") as folder,
        place_on(database, Path(folder), chosen.control) as place,
    ):
        port = int(place.installation.env["SMTP_PORT"])
        sink = Sink(port, lambda: year.offset, chosen.seed, PATIENCE, dict(MISCHIEF))
        faults = Faults(
            place.installation,
            place.servers,
            seed=chosen.seed,
            kills=chosen.kills,
            frozen_seconds=FROZEN_SECONDS,
        )
        year = Year(place, sink, faults, chosen.teams, chosen.seed)
        sink.start()
        try:
            year.live(until_broken=bool(chosen.control))
            counts = year.verdict()
        finally:
            sink.stop()
    quiet = too_quiet(counts, chosen.kills, database)
    whole = {"database": database, "seed": chosen.seed, "teams": chosen.teams}
    whole |= {"held": held(counts, chosen.kills, database)}
    whole |= {"broken": broken(counts), "too_quiet": quiet}
    return whole | counts | {"seconds": round(real.monotonic() - began, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teams", type=int, default=TEAMS)
    parser.add_argument("--kills", type=int, default=0, help="at least so many")
    parser.add_argument("--control", default="")
    chosen = parser.parse_args()
    chosen.kills = chosen.kills or KILLS[chosen.database]
    report = simulate(chosen.database, chosen)
    print(json.dumps(report))
    return 0 if report["held"] else 1


if __name__ == "__main__":
    sys.exit(main())
