"""Drafts of imports: kept, looked at, corrected, and written once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from cohorts.models import Team
from documents import bringing_in, matching, reading
from documents.bringing_in import Choose
from documents.matching import Entry
from documents.models import ImportDraft
from documents.papers import Paper
from documents.plan_paper import PlanPaper
from documents.sheet_paper import SheetPaper
from documents.sources import KEY, Source, Table

# A team's words are not kept twice for longer than it takes to look at them.
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Preview:
    """What bringing the draft in would do."""

    entries: list[Entry]
    notes: list[str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(entry.state for entry in self.entries)

    @property
    def has_news(self) -> bool:
        """Is there a row that comes in, or may?"""
        news = {matching.NEW, matching.CHANGED, matching.CONFLICT}
        return any(entry.state in news for entry in self.entries)


def paper_of(team: Team, day: date | None) -> Paper:
    """The sheet of that day, else the plan. 404 for a day outside the week."""
    return SheetPaper.of(team, day) if day else PlanPaper.of(team)


def keep(source: Source, paper: Paper, *, by: User, now: datetime) -> ImportDraft:
    """Keep what was brought for `paper`, with its columns guessed; old drafts are forgotten."""
    ImportDraft.objects.filter(made_at__lt=now - KEPT).delete()
    reading.guess(source, paper)
    own = {"", paper.team.form_id.hex, str(paper.team.form_id)}
    for table in source.tables:
        if table.mark not in own:
            # Rows of another team's file are no rows of ours.
            table.mark = ""
    return ImportDraft.objects.create(
        team=paper.team,
        by=by,
        day=paper.day,
        tables=[table.kept() for table in source.tables],
        notes=source.notes,
        made_at=now,
    )


def tables_of(draft: ImportDraft) -> list[Table]:
    return [Table.again(kept) for kept in draft.tables]


def look(draft: ImportDraft, paper: Paper) -> Preview:
    """What it would do now, in a fixed number of statements."""
    rows = reading.read(tables_of(draft), paper)
    entries = matching.entries(paper, rows.lines)
    return Preview(entries, [*draft.notes, *rows.notes, *bringing_in.unanswered(entries)])


def correct(draft: ImportDraft, chosen: dict[tuple[int, int], str], paper: Paper) -> None:
    """Take columns, by table and index, for what is `chosen`; what they cannot be is left out."""
    names = set(paper.headings)
    tables = tables_of(draft)
    for n, table in enumerate(tables):
        own = {i: name for i, name in table.columns.items() if name == KEY}
        picked = {i: name for (t, i), name in chosen.items() if t == n and name in names}
        table.columns = picked | own
    ImportDraft.objects.filter(pk=draft.pk).update(tables=[table.kept() for table in tables])


@transaction.atomic
def write(
    draft: ImportDraft, paper: Paper, *, by: User, now: datetime, choose: Choose
) -> tuple[Preview, Counter[str]] | None:
    """Bring it in, once; None when that was done already. Raises Invalid; then nothing is."""
    fresh = ImportDraft.objects.filter(pk=draft.pk, written_at__isnull=True)
    if not fresh.update(written_at=now):
        return None
    shown = look(draft, paper)
    counts = bringing_in.bring_in(
        paper, shown.entries, by=by, now=now, key=draft.key, choose=choose
    )
    return shown, counts
