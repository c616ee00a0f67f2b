"""The agenda as it is drawn: blocks on a time axis side by side, and what is wrong with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time

from django.utils.translation import gettext as _

from cohorts.fields import apart
from cohorts.models import Cohort, Session

NAMES = re.compile(r"[;\n]|, (?=\w)")
# An axis shows at least working hours, so that there is room to drop something.
FIRST_HOUR, LAST_HOUR = 8, 18


@dataclass
class Block:
    """A session on the axis. Minutes are since midnight at the venue; `lane` of `lanes` is where
    it stands beside others at the same time."""

    session: Session
    lane: int = 0
    lanes: int = 1
    clashes: list[str] = field(default_factory=list)

    @property
    def begins(self) -> int:
        return _minutes(self.session.starts_at)

    @property
    def ends(self) -> int:
        return _minutes(self.session.ends_at)


@dataclass(frozen=True)
class Day:
    """A day of the week with its blocks, in order."""

    day: date
    number: int
    blocks: list[Block]

    @property
    def free_from(self) -> time:
        """Where the next session would begin."""
        return max((b.session.ends_at for b in self.blocks), default=time(9))


@dataclass(frozen=True)
class Plan:
    """The whole week; hours of the axis from `first_hour` to before `last_hour`."""

    days: list[Day]
    first_hour: int
    last_hour: int

    @property
    def hours(self) -> list[time]:
        return [time(hour) for hour in range(self.first_hour, self.last_hour)]

    @property
    def clashes(self) -> list[tuple[Session, str]]:
        """Everything that is wrong, with the session it is beside."""
        blocks = (block for day in self.days for block in day.blocks)
        return [(block.session, words) for block in blocks for words in block.clashes]


def draw(cohort: Cohort, sessions: Iterable[Session]) -> Plan:
    """Lay the live sessions of a cohort out, in no statement."""
    by_day: dict[date, list[Block]] = defaultdict(list)
    for session in sorted(sessions, key=lambda s: (s.day, s.starts_at, s.track, s.pk)):
        by_day[session.day].append(Block(session))
    for blocks in by_day.values():
        _find_lanes(blocks)
        _find_clashes(blocks)
    everything = [block for blocks in by_day.values() for block in blocks]
    return Plan(
        [Day(day, n, by_day.get(day, [])) for n, day in enumerate(cohort.days, start=1)],
        min([FIRST_HOUR, *(block.begins // 60 for block in everything)]),
        max([LAST_HOUR, *(-(-block.ends // 60) for block in everything)]),
    )


def _overlap(one: Block, other: Block) -> bool:
    return one.begins < other.ends and other.begins < one.ends


def _find_lanes(blocks: list[Block]) -> None:
    """Give blocks that overlap lanes beside each other; those of one knot share their width."""
    knot: list[Block] = []
    for block in [*blocks, None]:
        if block is None or (knot and block.begins >= max(b.ends for b in knot)):
            lanes = 1 + max((b.lane for b in knot), default=0)
            for member in knot:
                member.lanes = lanes
            knot = []
        if block is not None:
            taken = {b.lane for b in knot if _overlap(b, block)}
            block.lane = next(n for n in range(len(knot) + 1) if n not in taken)
            knot.append(block)


def _find_clashes(blocks: list[Block]) -> None:
    for place, block in enumerate(blocks):
        for other in blocks[place + 1 :]:
            if _overlap(block, other):
                block.clashes += _clashes(block.session, other.session)


def _clashes(one: Session, other: Session) -> list[str]:
    """What is wrong with two sessions at the same time."""
    found = []
    title = apart(other.title)
    if not one.track or not other.track or one.track.casefold() == other.track.casefold():
        found.append(
            _("Overlaps with “%(title)s”. Give both a track if they are meant to run at once.")
            % {"title": title}
        )
    found += [
        _("%(name)s is in “%(title)s” at the same time.") % {"name": apart(name), "title": title}
        for name in _presenters(one)
        if name.casefold() in {other_name.casefold() for other_name in _presenters(other)}
    ]
    if one.room and one.room.casefold() == other.room.casefold():
        found.append(_("“%(title)s” is in the same room at the same time.") % {"title": title})
    return found


def _presenters(session: Session) -> list[str]:
    names = (" ".join(name.split()) for name in NAMES.split(session.presenter))
    return [name for name in names if name]


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
