"""Out as a workbook and in again: nothing changes that nobody changed."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionplans import cells, plans
from actionplans.ledger import replay, snapshot
from actionplans.models import Activity
from coalitions import workbook_reader, workbooks
from cohorts.models import Team
from documents import matching
from documents.formats import FORMATS
from documents.plan_paper import PlanPaper, fields_of
from documents.sheet_paper import SheetPaper
from tests.actionplans.planning import make_activity, make_milestone, make_row
from tests.documents.workbooks import HEADINGS, bring_in, look, run, save
from tests.factories import MONDAY, NOON, make_outsider, make_session, make_team

pytestmark = pytest.mark.django_db
REAL = sorted((configured.BASE_DIR.parent / "shared" / "data").glob("*.xlsx"))
LOOK_ALIKES = {
    "strategy": [
        ["Action plan"],
        [],
        [*HEADINGS[:5], "Comments\nResources"],
        ["Action 1", "Consult", "Agencies; Council", None, "September 30, 2020", "Report"],
        [None, "Publish", "All", None, "1 activity per quarter,\nany order", "Post\nit"],
        ["Action 2", "Meet", None, None, "September 30, 2020 October 31, 2020*", None],
    ],
    "schedule": [
        ["IV PLAN", None, None, None, None, None, "JULIO"],
        ["Etapa", "Actividad", "Responsable", "Se terminó", "Pendiente", "Observaciones", "S 3"],
        ["Etapa I.\n\nTemas", "1. Identificar", "Secretaría", "x", None, None, None],
        [None, "2. Consultar", "Comité", None, "x", "Se espera", None],
        ["Etapa II", "3. Votar", "Juan Pérez, Ana Díaz", None, "x", "x" * 700, None],
    ],
}


def out(paper: Any, path: Path, ending: str = "xlsx") -> Path:
    path = path.with_suffix(f".{ending}")
    path.write_bytes(FORMATS[ending][0](paper))
    return path


def states(entries: list[matching.Entry]) -> set[str]:
    return {entry.state for entry in entries}


def texts(team: Team) -> list[dict[str, str]]:
    """What a plan says, with its milestones' names."""
    activities = Activity.objects.filter(milestone__plan__team=team).order_by("pk")
    return [
        {"title": " ".join(one.milestone.title.split())} | fields_of(one) | {"status": ""}
        for one in activities
    ]


def came_in(path: Path, team: Team) -> None:
    """It comes in, goes out as a workbook, and comes in again unchanged: here and elsewhere."""
    run(path, team)
    before, rows = snapshot(team), Activity.objects.filter(milestone__plan__team=team).count()
    assert rows
    workbook = out(PlanPaper.of(team), path.with_name("out.xlsx"))
    again = look(workbook, team)
    assert len(again) == rows
    assert states(again) == {matching.UNCHANGED}
    bring_in(again, team)
    # Not only its own file: the first one, too, is all there already.
    assert states(look(path, team)) == {matching.UNCHANGED}
    assert snapshot(team) == before == replay(team)
    other = make_team()
    run(workbook, other)
    assert texts(other) == texts(team)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_plan_like_real_ones_goes_out_and_comes_in_unchanged(name, tmp_path, team) -> None:
    came_in(save(tmp_path / "plan.xlsx", LOOK_ALIKES[name]), team)


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_a_real_plan_goes_out_and_comes_in_unchanged(path, tmp_path, team) -> None:
    copy = tmp_path / "plan.xlsx"
    copy.write_bytes(path.read_bytes())
    came_in(copy, team)


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("ending", ["xlsx", "docx", "csv"])
def test_a_file_of_one_language_comes_in_unchanged_in_another(
    ending, language, tmp_path, team
) -> None:
    session = make_session(team.cohort, title="الجلسة الأولى")
    make_outsider(team, "Kamara, J.")
    milestone = make_milestone(team, "Trust")
    make_activity(milestone, "Both", starts_on="2026-07-01", due_on="2026-09-30")
    make_activity(milestone, "From", starts_on="2026-02-01", timeframe_note="or later")
    make_activity(milestone, "Due", due_on="2026-08-15", responsible="Kamara, J.; Ben")
    make_activity(make_milestone(team, "نثق"), "=1+1", timeframe_note="12/11/2027")
    make_row(
        team,
        session=str(session.pk),
        milestone_kind="question",
        milestone="Why: so?",
        action_kind="capacity",
        by_whom="Ben",
        by_when="2026-08-15",
    )
    with translation.override(language):
        files = [
            out(PlanPaper.of(team), tmp_path / "plan", ending),
            out(SheetPaper.of(team, MONDAY), tmp_path / "sheet", ending),
        ]
    for file, paper in zip(files, [PlanPaper.of(team), SheetPaper.of(team, MONDAY)], strict=True):
        entries = look(file, team, paper)
        assert len(entries) == len(paper.lines)
        assert [(e.state, e.changes, e.clashes) for e in entries] == [("unchanged", [], [])] * len(
            entries
        )


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ODD = st.sampled_from(
    [
        "=1+1",
        "'=x",
        "-",
        "_x0041_",
        "a\n\nb",
        "سلام\nHello",
        "🌍👩‍🔬",
        "2027-01-01",
        "x; y",
        "–",
        "A",
    ]
)
TEXTS = st.one_of(WORDS, ODD)
DAYS = st.one_of(st.just(""), st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(str))
ACTIVITIES = st.fixed_dictionaries(
    {
        "text": TEXTS,
        "responsible": TEXTS,
        "accountable": TEXTS.map(lambda text: re.sub(r"[;,،؛\s]", "", text)),
        "starts_on": DAYS,
        "due_on": DAYS,
        "timeframe_note": TEXTS,
        "comments": TEXTS,
    }
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.tuples(TEXTS, st.lists(ACTIVITIES, max_size=3)), min_size=1, max_size=3))
def test_whatever_a_plan_says_its_workbook_comes_in_without_a_change(
    plan, tmp_path, monkeypatch
) -> None:
    # The reader itself, without a process for each example.
    monkeypatch.setattr(workbooks, "read", workbook_reader.read)
    team = make_team()
    for title, activities in plan:
        milestone = cells.create_row(
            plans.plan_of(team),
            table="milestone",
            edit_id=uuid4(),
            initial={"title": title},
            by=None,
            now=NOON,
        )
        for fields in activities:
            make_activity(milestone, **fields)
    entries = look(out(PlanPaper.of(team), tmp_path / "plan"), team)
    assert [(e.changes, e.clashes) for e in entries] == [([], [])] * len(entries)
    assert states(entries) <= {matching.UNCHANGED, matching.PROBLEM}
