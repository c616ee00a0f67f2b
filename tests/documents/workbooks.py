"""Small workbooks in the shapes in which teams keep their plans, and the command run on them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from actionplans.models import Activity, Edit, Milestone
from cohorts.models import Person, Team
from documents import bringing_in, matching, reading, sources
from documents.matching import Entry
from documents.papers import Paper
from documents.plan_paper import PlanPaper
from tests.factories import NOON

HEADINGS = ["Milestone", "Activities", "R", "A", "Timeframe", "Comments\nResources"]
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def save(path: Path, rows: Iterable[Iterable[Any]], **sheet: Any) -> Path:
    """A workbook whose one sheet, "Plan", holds `rows`; `merge` names areas to merge."""
    workbook = Workbook()
    page = workbook.active
    assert page is not None
    page.title = sheet.get("title", "Plan")
    for row in rows:
        page.append(list(row))
    for area in sheet.get("merge", ()):
        page.merge_cells(area)
    workbook.save(path)
    return path


def run(path: Path, team: Team, **options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("import_plan", str(path), team=team.pk, stdout=out, **options)
    return out.getvalue()


def refused(path: Path, team: Team, **options: Any) -> str:
    """The sentences with which the command refuses; nothing at all may have come in."""
    with pytest.raises(CommandError) as caught:
        run(path, team, **options)
    assert str(caught.value).startswith("Nothing was imported.\n")
    assert nothing_there()
    return str(caught.value).removeprefix("Nothing was imported.\n")


def look(path: Path, team: Team, paper: Paper | None = None) -> list[Entry]:
    """What bringing the file in would do."""
    paper, source = paper or PlanPaper.of(team), sources.of_file(path.name, path.read_bytes())
    reading.refuse_without_headings(source, paper)
    return matching.entries(paper, reading.read(source.tables, paper).lines)


def bring_in(entries: list[Entry], team: Team, paper: Paper | None = None, **chosen: Any) -> None:
    """Write it, unless a row has a problem."""
    bringing_in.refuse_problems(entries)
    told = {"by": None, "now": NOON, "key": uuid4()} | chosen
    bringing_in.bring_in(paper or PlanPaper.of(team), entries, **told)


def nothing_there() -> bool:
    return not any(model.objects.exists() for model in (Activity, Milestone, Person, Edit))


def plan(team: Team) -> dict[str, list[str]]:
    """The activities' texts by milestone."""
    found: dict[str, list[str]] = {}
    for activity in Activity.objects.filter(milestone__plan__team=team).order_by("pk"):
        found.setdefault(activity.milestone.title, []).append(activity.text)
    return found


def only_activity() -> dict[str, Any]:
    activity = Activity.objects.get()
    return {
        "milestone": activity.milestone.title,
        "text": activity.text,
        "r": sorted(person.name for person in activity.responsible.all()),
        "a": activity.accountable and activity.accountable.name,
        "due": activity.due_on,
        "words": activity.timeframe_note,
        "comments": activity.comments,
        "status": activity.status,
    }


def repack(path: Path, replaced: dict[str, str | bytes]) -> Path:
    """The same workbook with some of its parts replaced, or added."""
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, content in (parts | replaced).items():
            after.writestr(name, content)
    return path


def with_sheet_xml(path: Path, rows_xml: str) -> Path:
    """A workbook whose sheet is this XML: what no spreadsheet program would write."""
    save(path, [HEADINGS])
    sheet = f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows_xml}</sheetData></worksheet>'
    return repack(path, {"xl/worksheets/sheet1.xml": sheet})
