"""Hold what the server accepted against what the oracle says, and count every difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, pairwise
from typing import Any

from tests.year.faults import KILLED
from tests.year.ledger import Ledger, Meaning
from tests.year.oracle import Due, Reader, within_hours
from tests.year.sink import Accepted
from tests.year.world import names

MUST_BE_ZERO = (
    "missing",
    "unwanted",
    "outside_hours",
    "after_answer",
    "after_opt_out",
    "while_snoozed",
    "over_two_copies",
    "unexplained_repeats",
    "crowded",
)
# So long a reader is left in peace, and at most so many mails come in a week (four hours short).
REST, WEEK, MOST_A_WEEK = timedelta(hours=20), timedelta(days=6, hours=20), 2
# A rest less what a mail may take on its way.
PEACE = timedelta(hours=19)
# A year in which less happened says nothing.
FEWEST_KILLS = 20
MOST_SAID = 40
FAULTS = (
    "refused",
    "busy",
    "hang_before",
    "cut_before",
    "cut_within",
    "cut_after",
    "hang_after",
    "slow",
    "away",
    "storm",
    "broker_flushed",
    "broker_silent",
    "database_hit",
    "worker_frozen",
    "power_cut",
    "clock_leapt",
    "clock_slow",
    "restored",
)
# What can only be done to servers that are not a part of the product's own processes.
FAULTS_OF_SERVERS = ("broker_killed", "database_crashed")
NEVER = float("inf")

# team, round, step, address: what makes two mails the same mail
type Which = tuple[str, int, str, str]


@dataclass
class Evidence:
    """What happened: the mails with their meaning, the ends, and the engine's own doubts.

    `others`: mails beside the steps of check-ins, with the key of what they tell.
    """

    mails: list[tuple[Which, Accepted]]
    dues: list[Due]
    others: list[tuple[str, Accepted]] = field(default_factory=list)
    readers: dict[str, Reader] = field(default_factory=dict)
    # When (monotonic clock) the web had confirmed an answer, an opt-out or a departure.
    answered: dict[tuple[str, int], float] = field(default_factory=dict)
    opted_out: dict[str, float] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    # When a snooze was confirmed, and the moment (UTC, moved clock) until which it holds.
    snoozed: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    # How many attempts of a Message-ID are on record as unknown.
    unknown: Counter[str] = field(default_factory=Counter)
    # What the mail with this Message-ID says twice.
    twice: set[tuple[str, Meaning]] = field(default_factory=set)

    def tell(self, accepted: list[Accepted], told: Ledger) -> None:
        """Take in what each accepted mail says, by the engine's database and by its own text."""
        self.mails, self.others = [], []
        self.unknown, self.twice = told.doubts, told.twice
        for mail in accepted:
            for team, number, step in told.speaks_of(mail):
                if names(mail.raw, team):
                    self.mails.append(((team, number, step, mail.to), mail))
            self.others += [(key, mail) for key in told.others.get(mail.message_id, ())]


@dataclass
class Tally:
    """The counts of a report, and of each bad one where it was met."""

    count: Counter[str] = field(default_factory=Counter)
    met: list[str] = field(default_factory=list)

    def blame(self, name: str, *where: object, times: int = 1) -> None:
        """Count something under `name`; nothing when it was met no time."""
        self.count[name] += times
        if times and name in MUST_BE_ZERO:
            self.met.append(" ".join([name, *map(str, where)]))


def weigh(evidence: Evidence) -> dict[str, Any]:
    """The counts of the report. All of MUST_BE_ZERO are 0 when the guarantee held."""
    copies: dict[Which, list[Accepted]] = defaultdict(list)
    for which, mail in evidence.mails:
        copies[which].append(mail)
    dues = {(due.team, due.number, due.step, due.address): due for due in evidence.dues}
    tally = Tally()
    _weigh_dues(dues, copies, evidence, tally)
    for which, mails in copies.items():
        _weigh_copies(which, mails, evidence, tally)
        due = dues.get(which)
        if due is None:
            tally.blame("unwanted", which, mails[0].at)
            continue
        for mail in mails:
            again = (mail.message_id, which[:3]) in evidence.twice
            tally.blame("repeats", times=again)
            tally.blame("unexplained_repeats", which, "in one mail", mail.at, times=again)
            untimely = not due.opens <= mail.at <= due.expires
            tally.blame("outside_hours", which, mail.at, due.opens, due.expires, times=untimely)
            answered = evidence.answered.get(which[:2], NEVER)
            tally.blame("after_answer", which, mail.at, times=mail.began > answered)
    others: dict[str, list[Accepted]] = defaultdict(list)
    for key, mail in evidence.others:
        others[key].append(mail)
    for key, mails in others.items():
        # No team's holidays are all of a coach's.
        _weigh_copies(key, mails, evidence, tally, holidays=False)
    tally.count |= {"sent": len(copies), "others": len(others)}
    tally.count["doubts"] = evidence.unknown.total()
    no_doubt = _arrivals(evidence.mails, evidence.others, without=evidence.unknown)
    for address, moments in no_doubt.items():
        for earlier, later in pairwise(moments):
            tally.blame("crowded", address, earlier, later, times=later - earlier < PEACE)
    names_ = (
        "due",
        "sent",
        "others",
        "repeats",
        "explained_repeats",
        "doubts",
        "had_enough",
        *MUST_BE_ZERO,
    )
    return {name: tally.count[name] for name in names_} | {"met": tally.met[:MOST_SAID]}


def _weigh_dues(
    dues: Mapping[Which, Due],
    copies: Mapping[Which, list[Accepted]],
    evidence: Evidence,
    tally: Tally,
) -> None:
    """Is there a mail for each that is owed? Not where its reader had enough of them each day."""
    arrivals = _arrivals(evidence.mails, evidence.others)
    for which, due in dues.items():
        tally.blame("due", times=due.owed)
        if due.owed and which not in copies:
            came = arrivals[due.address]
            had_enough = all(_has_had_enough(evening, came) for evening in due.evenings)
            name = "had_enough" if had_enough else "missing"
            tally.blame(name, which, due.opens, due.expires, *map(str, came))


def _weigh_copies(
    which: object,
    mails: list[Accepted],
    evidence: Evidence,
    tally: Tally,
    *,
    holidays: bool = True,
) -> None:
    """What holds for every mail, whatever it tells: its copies, its hour, its reader's wishes."""
    repeats = len(mails) - 1
    ids = {mail.message_id for mail in mails}
    doubts = sum(evidence.unknown[message_id] for message_id in ids)
    explained = min(repeats, doubts) if len(ids) == 1 else 0
    moments = [f"{mail.at:%m-%d %H:%M}" for mail in mails]
    tally.blame("repeats", times=repeats)
    tally.blame("explained_repeats", times=explained)
    tally.blame("unexplained_repeats", which, *moments, times=repeats - explained)
    tally.blame("over_two_copies", which, *moments, times=len(mails) > 2)
    for mail in mails:
        began, to = mail.began, mail.to
        reader = evidence.readers.get(to)
        if reader and not holidays:
            reader = replace(reader, holidays=frozenset())
        indecent = reader is not None and not within_hours(mail.at, reader)
        tally.blame("outside_hours", which, mail.at, reader, times=indecent)
        stopped = began > evidence.opted_out.get(to, NEVER)
        tally.blame("after_opt_out", which, mail.at, times=stopped)
        tally.blame("unwanted", which, mail.at, times=began > evidence.left.get(to, NEVER))
        if asleep := evidence.snoozed.get(to):
            early = began > asleep[0] and mail.at < asleep[1]
            tally.blame("while_snoozed", which, mail.at, times=early)


def _arrivals(
    *told: Iterable[tuple[object, Accepted]], without: Collection[str] = ()
) -> dict[str, list[datetime]]:
    """When each reader got mails of the year, each mail once; in order."""
    by_reader: dict[str, dict[str, datetime]] = defaultdict(dict)
    for _which, mail in chain(*told):
        if mail.message_id not in without:
            by_reader[mail.to][mail.message_id] = mail.at
    return defaultdict(list, {to: sorted(mails.values()) for to, mails in by_reader.items()})


def _has_had_enough(moment: datetime, arrivals: list[datetime]) -> bool:
    """Had the reader of these mails one lately at `moment`, or two in a week?"""
    lately = [at for at in arrivals if moment - WEEK < at < moment]
    return len(lately) >= MOST_A_WEEK or any(moment - at < REST for at in lately)


def broken(counts: Mapping[str, Any]) -> list[str]:
    """The figures that show the guarantee broken."""
    return [name for name in MUST_BE_ZERO if counts[name]]


def too_quiet(
    counts: Mapping[str, Any], kills: int = FEWEST_KILLS, database: str = "postgresql"
) -> list[str]:
    """What did not happen often enough for the year to prove anything."""
    faults = FAULTS if database == "sqlite" else FAULTS + FAULTS_OF_SERVERS
    return [
        *(["due"] if not counts["due"] else []),
        *(["kills"] if counts["kills"] < max(kills, FEWEST_KILLS) else []),
        *_absent(KILLED, counts["killed"]),
        *_absent(faults, counts["faults"]),
    ]


def _absent(names: Iterable[str], counted: Mapping[str, int]) -> list[str]:
    return [name for name in names if not counted.get(name)]


def held(
    counts: Mapping[str, Any], kills: int = FEWEST_KILLS, database: str = "postgresql"
) -> bool:
    """Did the guarantee hold, through a year in which enough went wrong?"""
    return not broken(counts) and not too_quiet(counts, kills, database)
