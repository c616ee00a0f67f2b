"""Hold what the server accepted against what the oracle says, and count every difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from tests.year.oracle import Due, within_hours
from tests.year.sink import Accepted

MUST_BE_ZERO = (
    "missing",
    "unwanted",
    "outside_hours",
    "after_answer",
    "after_opt_out",
    "over_two_copies",
    "unexplained_repeats",
    "crowded",
)
# So long a reader is left in peace, less what a mail may take on its way.
PEACE = timedelta(hours=19)
# A year in which less happened says nothing.
FEWEST_KILLS = 20
KILLED = ("beat-1", "beat-2", "worker-1", "worker-2", "worker-3", "web")
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
)
NEVER = float("inf")

# team, round, step, address: what makes two mails the same mail
type Which = tuple[str, int, str, str]


@dataclass
class Evidence:
    """What happened: the mails with their meaning, the ends, and the engine's own doubts."""

    mails: list[tuple[Which, Accepted]]
    dues: list[Due]
    # When (monotonic clock) the web had confirmed an answer, an opt-out or a departure.
    answered: dict[tuple[str, int], float] = field(default_factory=dict)
    opted_out: dict[str, float] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    # How many attempts of a Message-ID are on record as unknown.
    unknown: Counter[str] = field(default_factory=Counter)


def weigh(evidence: Evidence) -> dict[str, int]:
    """The counts of the report. All of MUST_BE_ZERO are 0 when the guarantee held."""
    copies: dict[Which, list[Accepted]] = defaultdict(list)
    for which, mail in evidence.mails:
        copies[which].append(mail)
    dues = {(due.team, due.number, due.step, due.address): due for due in evidence.dues}
    count: Counter[str] = Counter()
    count["due"] = sum(due.owed for due in evidence.dues)
    count["sent"] = len(copies)
    count["missing"] = sum(due.owed and which not in copies for which, due in dues.items())
    count["doubts"] = evidence.unknown.total()
    for which, mails in copies.items():
        due = dues.get(which)
        if due is None:
            count["unwanted"] += 1
            continue
        _weigh_copies(which, due, mails, evidence, count)
    count["crowded"] = _crowded(evidence)
    names = ("due", "sent", "repeats", "explained_repeats", "doubts", *MUST_BE_ZERO)
    return {name: count[name] for name in names}


def _crowded(evidence: Evidence) -> int:
    """How many mails came to someone too soon after another one, no doubt about either."""
    by_reader: dict[str, dict[str, Accepted]] = defaultdict(dict)
    for _which, mail in evidence.mails:
        if not evidence.unknown[mail.message_id]:
            by_reader[mail.to].setdefault(mail.message_id, mail)
    moments = [sorted(mail.at for mail in mails.values()) for mails in by_reader.values()]
    return sum(later - earlier < PEACE for times in moments for earlier, later in pairwise(times))


def _weigh_copies(
    which: Which, due: Due, mails: list[Accepted], evidence: Evidence, count: Counter[str]
) -> None:
    team, number, _step, address = which
    repeats = len(mails) - 1
    doubts = sum(evidence.unknown[message_id] for message_id in {m.message_id for m in mails})
    one_message = len({mail.message_id for mail in mails}) == 1
    explained = min(repeats, doubts) if one_message else 0
    count["repeats"] += repeats
    count["explained_repeats"] += explained
    count["unexplained_repeats"] += repeats - explained
    count["over_two_copies"] += len(mails) > 2
    for mail in mails:
        decent = within_hours(mail.at, due.zone) and due.opens <= mail.at <= due.expires
        count["outside_hours"] += not decent
        count["after_answer"] += mail.began > evidence.answered.get((team, number), NEVER)
        count["after_opt_out"] += mail.began > evidence.opted_out.get(address, NEVER)
        count["unwanted"] += mail.began > evidence.left.get(address, NEVER)


def broken(counts: Mapping[str, Any]) -> list[str]:
    """The figures that show the guarantee broken."""
    return [name for name in MUST_BE_ZERO if counts[name]]


def too_quiet(counts: Mapping[str, Any], kills: int = FEWEST_KILLS) -> list[str]:
    """What did not happen often enough for the year to prove anything."""
    killed, faults = counts["killed"], counts["faults"]
    return [
        *(["due"] if not counts["due"] else []),
        *(["kills"] if counts["kills"] < max(kills, FEWEST_KILLS) else []),
        *_absent(KILLED, killed),
        *_absent(FAULTS, faults),
    ]


def _absent(names: Iterable[str], counted: Mapping[str, int]) -> list[str]:
    return [name for name in names if not counted.get(name)]


def held(counts: Mapping[str, Any], kills: int = FEWEST_KILLS) -> bool:
    """Did the guarantee hold, through a year in which enough went wrong?"""
    return not broken(counts) and not too_quiet(counts, kills)
