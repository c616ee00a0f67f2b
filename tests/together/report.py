"""Hold what was submitted against the tables and the ledger, and count every difference."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from actionplans import ledger
from actionplans.cell_values import TABLES, PeopleCell
from actionplans.models import Edit
from cohorts.models import Team

MUST_BE_ZERO = (
    # Texts that are neither in a cell, nor in its history, nor in a conflict of their author's.
    "lost",
    # Edits about which no answer came, or another than the ledger holds.
    "unanswered",
    "misreported",
    # Rows whose versions do not run from 1 to the row's own.
    "holes",
    # Open conflicts that their author's page does not show.
    "hidden_conflicts",
    # Sentences that were torn apart under the hands of who typed them.
    "disturbed",
)
MUST_BE_TRUE = ("converged", "ledger_replay_ok")
# A run in which one of these did not happen says nothing.
MUST_HAPPEN = ("edits", "kills", "cut", "doubled", "merged", "conflicts", "sentences")


@dataclass(frozen=True)
class Sent:
    """A text that a client submitted, and what it was told became of it ("" for no answer)."""

    edit_id: str
    by: int
    table: str
    row: str
    field: str
    value: str
    seen: str
    outcome: str
    ms: float | None = None


@dataclass
class Evidence:
    """What clients and pages did and saw."""

    sent: list[Sent]
    # by, row and text of each sentence that was typed into a page
    sentences: list[dict[str, Any]] = field(default_factory=list)
    disturbed: list[str] = field(default_factory=list)
    # What each page showed at the end: the text of an activity by its id
    shown: list[dict[str, str]] = field(default_factory=list)
    # The edit ids on each person's page of open conflicts
    conflict_pages: dict[int, set[str]] = field(default_factory=dict)


def weigh(team: Team, evidence: Evidence) -> dict[str, Any]:
    """The counts of the report."""
    edits = list(Edit.objects.filter(team=team).order_by("table", "row_id", "version", "pk"))
    by_id = {edit.edit_id: edit for edit in edits}
    replayed, held = ledger.replay(team), ledger.snapshot(team)
    wrong_cells = {key for key in replayed | held if replayed.get(key) != held.get(key)}
    lost = {
        "missing": sum(is_missing(sent, by_id) for sent in evidence.sent),
        "overwritten": overwritten(edits),
        "not_in_their_cell": len(wrong_cells),
        "sentences_lost": sum(not is_kept(one, edits) for one in evidence.sentences),
    }
    outcomes = Counter(edit.outcome for edit in edits)
    waiting = [e for e in edits if e.outcome == Edit.Outcome.CONFLICT and not e.settled_by_id]
    return {
        "edits": len(evidence.sent),
        "lost": sum(lost.values()),
        **lost,
        "unanswered": sum(not sent.outcome for sent in evidence.sent),
        "misreported": sum(is_misreported(sent, by_id) for sent in evidence.sent),
        "holes": holes(edits, team),
        "hidden_conflicts": hidden(waiting, evidence.conflict_pages),
        "disturbed": len(evidence.disturbed),
        "sentences": len(evidence.sentences),
        "merged": outcomes["merged"],
        "conflicts": outcomes["conflict"],
        "conflicts_open": len(waiting),
        "ledger_replay_ok": not wrong_cells,
        "converged": converged(held, evidence.shown),
        "p95_ms": percentile([sent.ms for sent in evidence.sent if sent.ms is not None], 0.95),
    }


def is_missing(sent: Sent, by_id: Mapping[UUID, Edit]) -> bool:
    """Does the ledger not hold it? What was refused with a sentence is on its author's screen."""
    if sent.outcome in {"refused", ""}:
        return False
    edit = by_id.get(UUID(sent.edit_id))
    return edit is None or not same_text(sent, edit)


def same_text(sent: Sent, edit: Edit) -> bool:
    cell = TABLES[sent.table].cells[sent.field]
    if isinstance(cell, PeopleCell):
        return names(sent.value) == names(edit.value)
    return cell.tidy(sent.value) == edit.value


def names(text: str) -> set[str]:
    return {name.strip() for name in re.split(r"[;\n]", text)} - {""}


def is_misreported(sent: Sent, by_id: Mapping[UUID, Edit]) -> bool:
    """Was its author told something else than the ledger holds?"""
    edit = by_id.get(UUID(sent.edit_id))
    told = {"removed": "conflict"}.get(sent.outcome, sent.outcome)
    return edit is not None and told != "" and told != edit.outcome


def overwritten(edits: Iterable[Edit]) -> int:
    """Changes of a cell by someone who had not seen what it held: a text vanished unseen."""
    texts: dict[tuple[str, int, str], str] = {}
    count = 0
    for edit in edits:
        if edit.outcome != Edit.Outcome.APPLIED:
            continue
        key = (edit.table, edit.row_id, edit.field)
        count += key in texts and texts[key] != edit.seen
        texts[key] = edit.value
    return count


def holes(edits: Iterable[Edit], team: Team) -> int:
    """Rows whose versions are not 1, 2, 3 … up to the row's own."""
    versions: dict[tuple[str, int], list[int]] = defaultdict(list)
    for edit in edits:
        if edit.version is not None:
            versions[edit.table, edit.row_id].append(edit.version)
    rows = {
        (table, row.pk): row.version
        for table in ("milestone", "activity")
        for row in ledger.rows_of(team, table)
    }
    return sum(versions[key] != list(range(1, version + 1)) for key, version in rows.items()) + len(
        versions.keys() - rows.keys()
    )


def is_kept(sentence: Mapping[str, Any], edits: Iterable[Edit]) -> bool:
    """Is a typed sentence in a text that its author submitted for its row?"""
    return any(
        sentence["text"] in edit.value
        for edit in edits
        if edit.row_id == int(sentence["row"]) and edit.actor_id == sentence["by"]
    )


def hidden(waiting: Iterable[Edit], pages: Mapping[int, set[str]]) -> int:
    return sum(
        str(edit.edit_id) not in pages[edit.actor_id] for edit in waiting if edit.actor_id in pages
    )


def converged(held: Mapping[ledger.CellKey, str], pages: Iterable[Mapping[str, str]]) -> bool:
    """Does every page show what the tables hold, of every row that is not open for writing?"""
    return all(
        held.get(("activity", int(row), "text"), "") == text
        for page in pages
        for row, text in page.items()
    )


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def broken(report: Mapping[str, Any]) -> list[str]:
    """The figures that show the promise broken."""
    return [
        *(name for name in MUST_BE_ZERO if report[name]),
        *(name for name in MUST_BE_TRUE if not report[name]),
    ]


def too_quiet(report: Mapping[str, Any]) -> list[str]:
    """What did not happen, though a run without it proves nothing."""
    return [name for name in MUST_HAPPEN if not report[name]]


def held(report: Mapping[str, Any]) -> bool:
    """Was the promise kept, through a run in which enough went wrong?"""
    return not broken(report) and not too_quiet(report)
