"""Bringing a file in: what the preview showed is written, cell by cell, in one transaction.

Every edit has an id derived from the draft's, so that pressing twice is once. What changed here
between the look and the press is not overwritten: it waits for another look.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from actionplans import cells, people, plans, sheets
from actionplans.invalid import Invalid
from actionplans.models import Milestone
from actionplans.plans import ACTIVITY, MILESTONE
from documents.matching import CHANGED, CONFLICT, NEW, PROBLEM, Difference, Entry
from documents.papers import Paper
from documents.plan_paper import PlanPaper

# Which of two texts is taken where both changed.
type Choose = Callable[[Entry], bool]


@dataclass
class Writer:
    """Where the rows go, in whose name, when, and what their edits' ids come from."""

    paper: Paper
    by: User | None
    now: datetime
    key: UUID

    def __post_init__(self) -> None:
        self.told: dict[str, Any] = {"by": self.by, "now": self.now}
        self.team = self.paper.team
        if isinstance(self.paper, PlanPaper):
            self.parent: Any = plans.plan_of(self.team)
            self.milestones: dict[str, list[Milestone]] = defaultdict(list)
            for one in Milestone.objects.live().filter(plan=self.parent).select_related("plan"):
                self.milestones[people.key(one.title)].append(one)
            self.here_before = set(self.milestones)
        elif self.paper.day:
            self.parent = sheets.begin(self.team, self.paper.day)

    def edit_id(self, *parts: object) -> UUID:
        return uuid5(self.key, "/".join(map(str, parts)))

    def milestone(self, title: str, again: int = 0) -> Milestone:
        """The milestone of that name, made when there is none.

        A file may have several of one name apart from each other, so it may make several.
        """
        known = people.key(title)
        found = self.milestones[known]
        while not found or (known not in self.here_before and len(found) <= again):
            found.append(
                cells.create_row(
                    self.parent,
                    table=MILESTONE,
                    edit_id=self.edit_id(MILESTONE, known, len(found)),
                    initial={"title": title},
                    **self.told,
                )
            )
        return found[min(again, len(found) - 1)]

    def create(self, entry: Entry) -> None:
        fields, parent = dict(entry.fields), self.parent
        if isinstance(self.paper, PlanPaper):
            parent = self.milestone(fields.pop("title"), entry.line.again)
            if not fields.get("text"):
                return
        once = self.edit_id(entry.n)
        cells.create_row(parent, table=entry.table, edit_id=once, initial=fields, **self.told)

    def save(self, entry: Entry, one: Difference) -> None:
        table, field, value, seen = one.table, one.field, one.value, one.seen
        pk = entry.row.pk
        if field == "title" and table == ACTIVITY:
            field, seen = "milestone", str(entry.row.milestone_id)
            value = str(self.milestone(value).pk)
        elif table == MILESTONE and entry.table == ACTIVITY:
            pk = entry.row.milestone_id
        cells.save_cell(
            self.team,
            table=table,
            row_id=pk,
            field=field,
            value=value,
            seen=seen,
            edit_id=self.edit_id(entry.n, table, field),
            **self.told,
        )

    def restore(self, entry: Entry) -> None:
        once = self.edit_id(entry.n, "restored")
        cells.restore_row(
            self.team, table=entry.table, row_id=entry.row.pk, edit_id=once, **self.told
        )


@transaction.atomic
def bring_in(
    paper: Paper,
    entries: list[Entry],
    *,
    by: User | None,
    now: datetime,
    key: UUID,
    choose: Choose = lambda entry: False,
) -> Counter[str]:
    """Write what `entries` (`matching.entries`) found; how many rows were new, and changed.

    `choose` says for an entry with a conflict whether the file's text is taken. Raises Invalid
    with a sentence for each row that cannot stand; then nothing is written.
    """
    writer = Writer(paper, by, now, key)
    counts: Counter[str] = Counter()
    refused: list[str] = []
    for entry in entries:
        try:
            counts[_write(writer, entry, choose)] += 1
        except Invalid as error:
            refused.append(entry.line.where(error.sentence))
    if refused:
        raise Invalid(refused)
    return counts


def _write(writer: Writer, entry: Entry, choose: Choose) -> str:
    """What became of the row: "new", "changed" or nothing."""
    if entry.state == NEW:
        writer.create(entry)
        return NEW
    takes_file = entry.state == CONFLICT and choose(entry)
    if entry.was_removed and takes_file:
        writer.restore(entry)
    wanted = entry.changes + (entry.clashes if takes_file else [])
    for one in wanted:
        writer.save(entry, one)
    return CHANGED if wanted else ""


def refuse_problems(entries: list[Entry]) -> None:
    """Raises Invalid with a sentence for each row that cannot be read: for a command."""
    if problems := _told(entries, of_problems=True):
        raise Invalid(problems)


def _told(entries: list[Entry], *, of_problems: bool) -> list[str]:
    return [
        entry.line.where(sentence)
        for entry in entries
        for sentence in entry.told
        if (entry.state == PROBLEM) == of_problems
    ]


def remarks(entries: list[Entry]) -> list[str]:
    """What is to be told of rows that come in all the same."""
    left = [
        entry.line.where(_("the plan says something else here; it was left as it is."))
        for entry in entries
        if entry.state == CONFLICT
    ]
    return _told(entries, of_problems=False) + left + unanswered(entries)


def unanswered(entries: list[Entry]) -> list[str]:
    """How many new activities name nobody who is accountable."""
    new = [entry.fields for entry in entries if entry.state == NEW and entry.fields.get("text")]
    count = sum(not fields.get("accountable") for fields in new)
    if not count:
        return []
    sentence = ngettext(
        "%(count)d activity names nobody who is accountable (A).",
        "%(count)d activities name nobody who is accountable (A).",
        count,
    )
    return [sentence % {"count": count}]
