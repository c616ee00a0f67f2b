"""Bringing in a plan that a team already has as a workbook, whole or not at all.

Columns are found by their headings in five languages, wherever they stand; titles above them,
merged cells and empty rows do no harm. What cannot be read is reported with sheet and row number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from actionplans.invalid import Invalid
from actionplans.models import Activity, Milestone
from actionplans.plans import plan_of
from actionplans.rows import create_row
from actionplans.workbook_words import find_columns, looks_like_day, means_yes, read_day
from coalitions import workbooks
from coalitions.workbooks import RefusedError
from cohorts.models import Team

HEADING_ROWS = 20
LONGEST_NAME = 120
MOST_COLUMNS_NAMED = 12


@dataclass(frozen=True)
class Line:
    """An activity as the workbook has it; `cells` are canonical texts by cell."""

    sheet: str
    number: int
    milestone: str
    cells: dict[str, str]


@dataclass
class Parsed:
    """What a workbook holds. `problems` keep it from being imported; `notes` are for the eye."""

    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Imported:
    """How much came in."""

    milestones: int
    activities: int


def read(path: Path, only_sheet: str = "") -> Parsed:
    """Read a workbook. Raises RefusedError for a file that is none, or is not safe to open."""
    parsed, found = Parsed(), workbooks.read(path)
    sheets = [s for s in found["sheets"] if not only_sheet or s["title"] == only_sheet]
    if only_sheet and not sheets:
        raise RefusedError(_("The workbook has no sheet named “%(name)s”.") % {"name": only_sheet})
    headed = [_read_sheet(sheet, found["uncounted"], parsed) for sheet in sheets]
    if not any(headed):
        raise RefusedError(
            _(
                "No row with headings like Milestone, Activities, R, A, Timeframe was found. "
                "Give the columns these headings and try again."
            )
        )
    if not parsed.lines and not parsed.problems:
        raise RefusedError(_("There are headings, but no activity below them."))
    parsed.notes += [
        _("%(sheet)s is hidden and was left out.") % {"sheet": title}
        for title in found["hidden"]
        if not only_sheet
    ]
    _note_missing_names(parsed)
    return parsed


def _note_missing_names(parsed: Parsed) -> None:
    unanswered = sum("accountable" not in line.cells for line in parsed.lines)
    if unanswered:
        sentence = ngettext(
            "%(count)d activity names nobody who is accountable (A).",
            "%(count)d activities name nobody who is accountable (A).",
            unanswered,
        )
        parsed.notes.append(sentence % {"count": unanswered})


def _read_sheet(sheet: dict[str, Any], uncounted: dict[str, list[int]], parsed: Parsed) -> bool:
    """Read one sheet into `parsed`; does it have the headings of a plan?"""
    title, rows = sheet["title"], sheet["rows"]
    headed = ((n, find_columns(texts)) for n, (_number, texts) in enumerate(rows[:HEADING_ROWS]))
    start, columns = next(((n, found) for n, found in headed if found), (0, None))
    if columns is None:
        parsed.notes.append(
            _("%(sheet)s has no headings of a plan and was left out.") % {"sheet": title}
        )
        return False
    _note_other_columns(title, rows[start][1], columns, parsed)
    for number in uncounted.get(title, ()):
        parsed.problems.append(
            _(
                "%(sheet)s, row %(row)d: the file does not hold the result of a formula. "
                "Open it in Excel, save it, and try again."
            )
            % {"sheet": title, "row": number}
        )
    milestone = ""
    for number, texts in rows[start + 1 :]:
        where = {"sheet": title, "row": number}
        row = {name: _texts(texts, indexes) for name, indexes in columns.items()}
        # Headings that are repeated further down, as for each printed page.
        if find_columns(texts) == columns:
            continue
        milestone = " ".join(row["milestone"].split()) or milestone
        if row["text"]:
            cells = _cells(row, where, parsed)
            parsed.lines.append(Line(title, number, milestone, cells))
        elif any(text for name, text in row.items() if name != "milestone"):
            parsed.problems.append(
                _("%(sheet)s, row %(row)d: there is something here, but no activity.") % where
            )
    return True


def _texts(texts: list[str], indexes: list[int]) -> str:
    return "\n".join(texts[i] for i in indexes if i < len(texts) and texts[i])


def _note_other_columns(
    title: str, headings: list[str], columns: dict[str, list[int]], parsed: Parsed
) -> None:
    known = {index for indexes in columns.values() for index in indexes}
    unknown = [" ".join(t.split()) for i, t in enumerate(headings) if t and i not in known]
    if unknown:
        parsed.notes.append(
            _("%(sheet)s: left out the columns %(columns)s.")
            % {"sheet": title, "columns": ", ".join(unknown[:MOST_COLUMNS_NAMED])}
        )


def _cells(row: dict[str, str], where: dict[str, Any], parsed: Parsed) -> dict[str, str]:
    cells = {"text": row["text"], "comments": row.get("comments", "")}
    for name in ("responsible", "accountable"):
        names, prose = _names(row.get(name, ""))
        if name == "accountable":
            names, prose = names[:1], names[1:] + prose
        cells[name] = "; ".join(names)
        if prose:
            cells["comments"] += f"\n{name[0].upper()}: " + "; ".join(prose)
            parsed.notes.append(
                _("%(sheet)s, row %(row)d: a part of %(column)s went to the comments.")
                % (where | {"column": name[0].upper()})
            )
    cells |= _timeframe(" ".join(row.get("timeframe", "").split()), where, parsed)
    if means_yes(row.get("is_done", "")):
        cells["status"] = Activity.Status.DONE
    return {name: text.strip() for name, text in cells.items() if text.strip()}


def _timeframe(words: str, where: dict[str, Any], parsed: Parsed) -> dict[str, str]:
    if day := read_day(words):
        return {"due_on": day.isoformat()}
    if looks_like_day(words):
        parsed.notes.append(
            _(
                "%(sheet)s, row %(row)d: we cannot tell which day %(words)s is, so it stays as "
                "words. Write it as year-month-day, like 2027-03-31."
            )
            % (where | {"words": words})
        )
    return {"timeframe_note": words}


def _names(text: str) -> tuple[list[str], list[str]]:
    """People or bodies named in a cell, and what is too long to be a name."""
    pieces = [" ".join(piece.split()) for piece in re.split(r"[;\n,،؛]", text)]
    names = [piece for piece in pieces if piece and len(piece) <= LONGEST_NAME]
    return names, [piece for piece in pieces if len(piece) > LONGEST_NAME]


def _grouped(lines: list[Line]) -> Iterator[list[Line]]:
    """Lines that follow each other under the same milestone of one sheet."""
    for _key, group in groupby(lines, key=lambda line: (line.sheet, line.milestone)):
        yield list(group)


@transaction.atomic
def apply(
    parsed: Parsed, team: Team, *, by: User | None, now: datetime, keep: bool = True
) -> Imported:
    """Add what was read to the team's plan, all of it or nothing. Without `keep`: only try.

    Raises Invalid with a sentence for each row of which a cell cannot hold what the workbook says.
    """
    plan = plan_of(team)
    problems: list[str] = []
    milestones = 0
    for group in _grouped(parsed.lines):
        title = {"title": group[0].milestone}
        milestone = _try_row(group[0], plan, "milestone", title, by, now, problems)
        milestones += 1
        for line in group:
            if milestone:
                _try_row(line, milestone, "activity", line.cells, by, now, problems)
    if problems:
        raise Invalid(problems)
    if not keep:
        transaction.set_rollback(True)
    return Imported(milestones, len(parsed.lines))


def _try_row(
    line: Line,
    parent: Any,
    table: str,
    cells: dict[str, str],
    by: User | None,
    now: datetime,
    problems: list[str],
) -> Milestone | Activity | None:
    """The new row; or None, and a sentence more in `problems`."""
    try:
        row: Milestone | Activity = create_row(
            parent, table=table, edit_id=uuid4(), initial=cells, by=by, now=now
        )
    except Invalid as error:
        problems.append(
            _("%(sheet)s, row %(row)d: %(why)s")
            % {"sheet": line.sheet, "row": line.number, "why": error.sentence}
        )
        return None
    return row
