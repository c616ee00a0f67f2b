"""Two texts that grew from one: merged by lines, then by words, or left to people.

A change is what one side put in the place of some of the base. Changes that do not meet are all
kept. Lines that both sides added at the same spot are kept one below the other, theirs first;
words are kept only with an unchanged word between what either side changed. All else is for people
to choose. Nothing here guesses what a sentence means: whoever is merged is told, and may undo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple
from uuid import uuid5

from actionplans.cell_values import Cell
from actionplans.models import Edit

# A word with the space before it, so that a word put at the end leaves the others as they were.
WORD = re.compile(r"\s*\S+|\s+")
# Comparing takes the square of it: longer ones are left to people.
LONGEST = 400


class Change(NamedTuple):
    """What a side put in the place of base[start:end]."""

    start: int
    end: int
    put: list[str]


class Cluster(NamedTuple):
    """Changes that meet, of both sides or of one, and the part of the base they are about."""

    start: int
    end: int
    theirs: list[Change]
    mine: list[Change]


def came_of(edit: Edit, cell: Cell, theirs: str) -> Edit | None:
    """The edit by which `edit` and `theirs` come together in their cell; None where people choose.

    An edit of the cell like any other, without its version yet.
    """
    both = merge(edit.seen, theirs, edit.value) if cell.merges else None
    if both is None or edit.seen == edit.value or len(both) > cell.longest:
        return None
    came = Edit(edit_id=uuid5(edit.edit_id, Edit.Outcome.MERGED), team=edit.team, table=edit.table)
    came.row_id, came.field, came.actor, came.at = edit.row_id, edit.field, edit.actor, edit.at
    came.seen, came.value, came.outcome = theirs, cell.tidy(both), Edit.Outcome.APPLIED
    return came


def merge(base: str, theirs: str, mine: str) -> str | None:
    """`mine` and `theirs` in one text, both having begun from `base`.

    None where they changed the same words, and where there was no base to begin from.
    """
    if not base:
        return None
    texts = [text.split("\n") for text in (base, theirs, mine)]
    lines = _weave(*texts, by_words=False)
    return None if lines is None else "\n".join(lines)


def _weave(
    base: list[str], theirs: list[str], mine: list[str], *, by_words: bool
) -> list[str] | None:
    if max(len(base), len(theirs), len(mine)) > LONGEST:
        return None
    woven: list[str] = []
    at = 0
    for cluster in _clusters(_changes(base, theirs), _changes(base, mine), touching=by_words):
        met = _meet(base, cluster, by_words=by_words)
        if met is None:
            return None
        woven += base[at : cluster.start] + met
        at = cluster.end
    return woven + base[at:]


def _changes(base: list[str], side: list[str]) -> list[Change]:
    found = SequenceMatcher(None, base, side, autojunk=False).get_opcodes()
    return [Change(i1, i2, side[j1:j2]) for tag, i1, i2, j1, j2 in found if tag != "equal"]


def _clusters(theirs: list[Change], mine: list[Change], *, touching: bool) -> Iterator[Cluster]:
    """The changes of both sides in order, together where they overlap (or only touch)."""
    both = [(change, True) for change in theirs] + [(change, False) for change in mine]
    both.sort(key=lambda item: (item[0].start, item[0].end))
    now: Cluster | None = None
    for change, is_theirs in both:
        if now and not _meets(change, now, touching=touching):
            yield now
            now = None
        now = now or Cluster(change.start, change.end, [], [])
        (now.theirs if is_theirs else now.mine).append(change)
        now = now._replace(end=max(now.end, change.end))
    if now:
        yield now


def _meets(change: Change, cluster: Cluster, *, touching: bool) -> bool:
    if touching:
        return change.start <= cluster.end
    at_one_spot = change.start == change.end == cluster.start == cluster.end
    return change.start < cluster.end or at_one_spot


def _meet(base: list[str], cluster: Cluster, *, by_words: bool) -> list[str] | None:
    """What stands in the place of a cluster; None when people must choose."""
    theirs, mine = (_side(base, cluster, side) for side in (cluster.theirs, cluster.mine))
    if not cluster.mine or theirs == mine:
        return theirs
    if not cluster.theirs:
        return mine
    if by_words:
        return None
    if cluster.start == cluster.end:
        return theirs + mine
    was = base[cluster.start : cluster.end]
    words = _weave(*(WORD.findall("\n".join(part)) for part in (was, theirs, mine)), by_words=True)
    return None if words is None else "".join(words).split("\n")


def _side(base: list[str], cluster: Cluster, changes: list[Change]) -> list[str]:
    """The part of the base that a cluster is about, as one side left it."""
    left: list[str] = []
    at = cluster.start
    for change in changes:
        left += base[at : change.start] + change.put
        at = change.end
    return left + base[at : cluster.end]
