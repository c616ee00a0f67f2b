"""Bringing in a plan that a team already has as a workbook, whole or not at all.

Columns are found by their headings in five languages, wherever they stand; titles above them,
merged cells and empty rows do no harm. What cannot be read is reported with sheet and row number.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

from babel.dates import get_month_names
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.invalid import Invalid
from actionplans.models import Activity
from actionplans.plans import plan_of
from actionplans.rows import create_row
from cohorts.models import Team

SECONDS = 30
HEADING_ROWS = 20
LONGEST_NAME = 120
HEADINGS: dict[str, tuple[str, ...]] = {
    "milestone": (
        "milestone",
        "etape",
        "etapa",
        "jalon",
        "hito",
        "marco",
        "fase",
        "phase",
        "المرحلة",
        "معلم",
    ),
    "text": (
        "activit",
        "actividad",
        "activité",
        "atividade",
        "action",
        "accion",
        "tache",
        "tarea",
        "tarefa",
        "النشاط",
        "الانشطه",
        "الأنشطة",
    ),
    "responsible": (
        "r",
        "responsible",
        "responsable",
        "responsavel",
        "by whom",
        "quien",
        "qui",
        "quem",
        "المسؤول",
    ),
    "accountable": ("a", "accountable", "rinde cuentas", "redevable", "prestador", "المساءل"),
    "timeframe": (
        "timeframe",
        "by when",
        "due",
        "deadline",
        "plazo",
        "fecha",
        "delai",
        "echeance",
        "prazo",
        "data",
        "الاطار الزمني",
        "الموعد",
    ),
    "comments": (
        "comment",
        "resource",
        "observacion",
        "comentario",
        "remarque",
        "observation",
        "observacoes",
        "ressource",
        "ملاحظات",
    ),
    "is_done": ("done", "se termino", "terminado", "termine", "concluido", "fait", "منجز"),
    "is_open": ("pending", "pendiente", "en cours", "pendente", "قيد"),
}
# A heading of one letter is that letter alone; a longer one may go on.
LANGUAGES = ("en", "fr", "es", "pt", "ar")
ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
NUMBERS = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$")
MONTH_FIRST = re.compile(r"^(\w+)\.? (\d{1,2}),? (\d{4})$")
DAY_FIRST = re.compile(r"^(\d{1,2})(?:er|º)?(?: de)? (\w+)\.?(?: de|,)? (\d{4})$")


class RefusedError(Exception):
    """The file cannot be read at all; the message is a sentence for people."""


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
    parsed = Parsed()
    sheets = [s for s in _open(path) if not only_sheet or s["title"] == only_sheet]
    if only_sheet and not sheets:
        raise RefusedError(_("The workbook has no sheet named “%(name)s”.") % {"name": only_sheet})
    for sheet in sheets:
        _read_sheet(sheet["title"], sheet["rows"], parsed)
    if not parsed.lines and not parsed.problems:
        raise RefusedError(
            _(
                "No row with headings like Milestone, Activities, R, A, Timeframe was found. "
                "Give the columns these headings and try again."
            )
        )
    return parsed


def _open(path: Path) -> list[dict]:
    command = [sys.executable, "-m", "actionplans.workbook_reader", str(path.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 our own module, with limits
            command,
            cwd=settings.BASE_DIR,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": ""},
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        answer = {"error": "too big"}
    if "error" in answer:
        raise RefusedError(_refusal(answer["error"]))
    return answer["sheets"]


def _refusal(code: str) -> str:
    return {
        "not a workbook": _(
            "This is not an Excel workbook (.xlsx). Save it as .xlsx and try again."
        ),
        "too big": _(
            "This file is too big, or unpacks to too much. A plan needs 5,000 rows at most."
        ),
        "too many rows": _("This sheet has more than 5,000 rows. Is it a plan?"),
        "macros": _("This workbook holds macros. Save it as .xlsx without them and try again."),
    }.get(code, _("This workbook is damaged. Open it in Excel, save it again, and try once more."))


def _plain(text: str) -> str:
    """A heading as it is compared: no capitals, accents, line breaks or signs."""
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w ]", " ", kept.replace("\n", " ")).split())


@cache
def _headings() -> dict[str, tuple[str, ...]]:
    return {name: tuple(_plain(word) for word in words) for name, words in HEADINGS.items()}


def _column(text: str) -> str | None:
    """Which column a heading names, if any."""
    plain = _plain(text)
    for name, words in _headings().items():
        if any(plain == word or (len(word) > 2 and plain.startswith(word)) for word in words):
            return name
    return None


def find_columns(texts: list[str]) -> dict[str, int] | None:
    """The columns by name, if this row holds the headings of a plan."""
    columns: dict[str, int] = {}
    for index, text in enumerate(texts):
        name = _column(text) if text else None
        if name and name not in columns:
            columns[name] = index
    return columns if {"milestone", "text"} <= columns.keys() else None


def _read_sheet(title: str, rows: list, parsed: Parsed) -> None:
    headed = ((n, find_columns(texts)) for n, (_number, texts) in enumerate(rows[:HEADING_ROWS]))
    start, columns = next(((n, found) for n, found in headed if found), (0, None))
    if columns is None:
        return
    unknown = [text for i, text in enumerate(rows[start][1]) if text and i not in columns.values()]
    if unknown:
        parsed.notes.append(
            _("%(sheet)s: left out the columns %(columns)s.")
            % {"sheet": title, "columns": ", ".join(" ".join(u.split()) for u in unknown[:12])}
        )
    milestone = ""
    for number, texts in rows[start + 1 :]:
        row = {name: texts[i] if i < len(texts) else "" for name, i in columns.items()}
        milestone = row.get("milestone") or milestone
        where = {"sheet": title, "row": number}
        if not row["text"]:
            _odd_row(row, where, parsed)
            continue
        cells = _cells(row, where, parsed)
        parsed.lines.append(Line(title, number, " ".join(milestone.split()), cells))


def _odd_row(row: dict[str, str], where: dict, parsed: Parsed) -> None:
    """A row without an activity: a milestone alone is fine, anything else cannot be read."""
    if any(text for name, text in row.items() if name != "milestone"):
        parsed.problems.append(
            _("%(sheet)s, row %(row)d: there is something here, but no activity.") % where
        )


def _cells(row: dict[str, str], where: dict, parsed: Parsed) -> dict[str, str]:
    cells = {"text": row["text"], "comments": row.get("comments", "")}
    for name in ("responsible", "accountable"):
        names, prose = _names(row.get(name, ""))
        cells[name] = "; ".join(names[:1] if name == "accountable" else names)
        prose += names[1:] if name == "accountable" else []
        if prose:
            cells["comments"] += f"\n{name[0].upper()}: " + "; ".join(prose)
            parsed.notes.append(
                _("%(sheet)s, row %(row)d: a part of %(column)s went to the comments.")
                % (where | {"column": name[0].upper()})
            )
    words = " ".join(row.get("timeframe", "").split())
    day = read_day(words)
    cells |= {"due_on": day.isoformat()} if day else {"timeframe_note": words}
    if row.get("is_done"):
        cells["status"] = Activity.Status.DONE
    return {name: text.strip() for name, text in cells.items() if text.strip()}


def _names(text: str) -> tuple[list[str], list[str]]:
    """People or bodies named in a cell, and what is too long to be a name."""
    pieces = [" ".join(piece.split()) for piece in re.split(r"[;\n,،؛]", text)]
    names = [piece for piece in pieces if piece and len(piece) <= LONGEST_NAME]
    return names, [piece for piece in pieces if len(piece) > LONGEST_NAME]


@cache
def _months() -> dict[str, int]:
    return {
        _plain(name): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }


def read_day(words: str) -> date | None:
    """The date that `words` are, if they are one and only one; None otherwise.

    12/11/2027 could be either month, so it is None; 30/09/2027 is not.
    """
    try:
        if found := ISO.match(words):
            return date(*map(int, found.groups()))
        if found := NUMBERS.match(words):
            first, second, year = map(int, found.groups())
            day, month = (first, second) if second <= 12 else (second, first)
            return date(year, month, day) if day > 12 or day == month else None
        if (found := MONTH_FIRST.match(words)) and (named := _months().get(_plain(found[1]))):
            return date(int(found[3]), named, int(found[2]))
        if (found := DAY_FIRST.match(words)) and (named := _months().get(_plain(found[2]))):
            return date(int(found[3]), named, int(found[1]))
    except ValueError:
        return None
    return None


def _grouped(lines: list[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Lines that follow each other under the same milestone."""
    group: list[Line] = []
    for line in lines:
        if group and (line.milestone, line.sheet) != (group[0].milestone, group[0].sheet):
            yield group[0].milestone, group
            group = []
        group.append(line)
    if group:
        yield group[0].milestone, group


@transaction.atomic
def apply(parsed: Parsed, team: Team, *, by: User | None, now: datetime) -> Imported:
    """Add what was read to the team's plan, all of it or nothing.

    Raises Invalid naming the row when a cell cannot hold what the workbook says.
    """
    plan = plan_of(team)
    milestones = 0
    for title, lines in _grouped(parsed.lines):
        milestone = create_row(
            plan, table="milestone", edit_id=uuid4(), initial={"title": title}, by=by, now=now
        )
        milestones += 1
        for line in lines:
            try:
                create_row(
                    milestone,
                    table="activity",
                    edit_id=uuid4(),
                    initial=line.cells,
                    by=by,
                    now=now,
                )
            except Invalid as error:
                raise Invalid(
                    _("%(sheet)s, row %(row)d: %(why)s"),
                    params={
                        "sheet": line.sheet,
                        "row": line.number,
                        "why": " ".join(error.messages),
                    },
                ) from error
    return Imported(milestones, len(parsed.lines))
