"""The rows of a file's tables, in the columns they are taken for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from actionplans.plans import ACTIVITY
from coalitions.workbooks import RefusedError
from documents import sources
from documents.papers import Paper
from documents.plan_paper import PlanPaper
from documents.sources import KEY, Source, Table

MOST_COLUMNS_NAMED = 12


@dataclass
class FileLine:
    """A row of a file: its texts by column, and the key it bears if it comes from us."""

    sheet: str
    number: int
    raw: dict[str, str]
    key: str = ""
    problem: str = ""
    # How often another milestone stood between this row and an earlier one of its milestone.
    again: int = 0

    def where(self, sentence: str) -> str:
        """The sentence, after where it is about."""
        about = {"sheet": self.sheet, "row": self.number, "why": sentence}
        if not self.sheet:
            return _("Row %(row)d: %(why)s") % about
        return _("%(sheet)s, row %(row)d: %(why)s") % about


@dataclass
class Rows:
    """What a file's tables hold, and what is told about the whole of it."""

    lines: list[FileLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def needed(paper: Paper) -> set[str]:
    """The columns without which nothing can come in."""
    return {"milestone", "text"} if isinstance(paper, PlanPaper) else {"action"}


def guess(source: Source, paper: Paper) -> bool:
    """Note for each table what its columns are; does any hold a plan (or a sheet)?"""

    def enough(names: set[str]) -> bool:
        return needed(paper) <= names and len(names - {KEY}) > 1

    found = [sources.guess(table, paper.column_named, enough) for table in source.tables]
    return any(found)


def refuse_without_headings(source: Source, paper: Paper) -> None:
    """Raises RefusedError where `guess` finds no plan: for a command, which cannot ask."""
    if not guess(source, paper):
        raise RefusedError(
            _(
                "No row with headings like Milestone, Activities, R, A, Timeframe was found. "
                "Give the columns these headings and try again."
            )
        )


def read(tables: list[Table], paper: Paper) -> Rows:
    """The rows below the headings of the tables whose columns are known."""
    rows = Rows()
    for table in tables:
        if needed(paper) <= set(table.columns.values()):
            _note_other_columns(table, rows)
            rows.lines += _lines(table, paper)
        else:
            rows.notes.append(
                _("%(sheet)s has no headings of a plan and was left out.") % {"sheet": table.title}
            )
    return rows


def _note_other_columns(table: Table, rows: Rows) -> None:
    headings = enumerate(table.headings)
    unknown = [" ".join(t.split()) for i, t in headings if t and i not in table.columns]
    if unknown:
        about = {"sheet": table.title, "columns": ", ".join(unknown[:MOST_COLUMNS_NAMED])}
        if table.title:
            rows.notes.append(_("%(sheet)s: left out the columns %(columns)s.") % about)
        else:
            rows.notes.append(_("Left out the columns %(columns)s.") % about)


def _lines(table: Table, paper: Paper) -> list[FileLine]:
    is_plan = isinstance(paper, PlanPaper)
    lines: list[FileLine] = []
    times: Counter[str] = Counter()
    milestone = last = ""
    for number, texts in table.rows[table.start :]:
        if sources.repeats_headings(table, texts, paper.column_named):
            continue
        raw = _by_name(table, texts)
        key = raw.pop(KEY, "")
        if not any(raw.values()):
            continue
        line = FileLine(table.title, number, raw, key if table.mark else "")
        if is_plan:
            milestone = raw["milestone"] or milestone
            line.problem = _problem_of_activity(line)
            if milestone != last:
                times[milestone] += 1
            line.again = 0 if table.mark else times[milestone] - 1
            raw["milestone"] = last = milestone
        lines.append(line)
    lines = _with_uncounted(table, lines)
    return _without_bare(lines) if is_plan else lines


def _with_uncounted(table: Table, lines: list[FileLine]) -> list[FileLine]:
    """Rows with a formula of which the file holds no result are told, even if nothing else is."""
    by_number = {line.number: line for line in lines}
    for number in table.uncounted:
        line = by_number.setdefault(number, FileLine(table.title, number, {"milestone": ""}))
        line.problem = _(
            "the file does not hold the result of a formula. "
            "Open it in Excel, save it, and try again."
        )
    return [by_number[number] for number in sorted(by_number)]


def _problem_of_activity(line: FileLine) -> str:
    if line.raw["text"]:
        return ""
    if line.key.startswith(f"{ACTIVITY}-"):
        return _("its activity is empty. To take it out of the plan, remove it on the page.")
    if any(text for name, text in line.raw.items() if name != "milestone"):
        return _("there is something here, but no activity.")
    return ""


def _by_name(table: Table, texts: list[str]) -> dict[str, str]:
    """Several columns of one name, as for comments and resources, make one text."""
    raw: dict[str, str] = {}
    for index, name in sorted(table.columns.items()):
        text = texts[index] if index < len(texts) else ""
        raw[name] = "\n".join(filter(None, [raw.get(name, ""), text]))
    return raw


def _without_bare(lines: list[FileLine]) -> list[FileLine]:
    """Without rows that only name the milestone of the rows after them."""
    inhabited = {line.raw["milestone"] for line in lines if line.raw.get("text")}
    return [
        line
        for line in lines
        if line.raw.get("text") or line.problem or line.raw["milestone"] not in inhabited
    ]
