"""LibreOffice opens what we write, and every row is there; what it saves comes in again."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from django.utils import translation
from pypdf import PdfReader

from actionplans.ledger import snapshot
from cohorts.models import Team
from documents.formats import FORMATS
from documents.plan_paper import PlanPaper
from documents.sheet_paper import SheetPaper
from tests.actionplans.planning import make_activity, make_milestone, make_row
from tests.documents.workbooks import HEADINGS, look, run, save
from tests.factories import MONDAY, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ROWS = [[f"Stage {n // 4}", f"Step {n} = done", "Ben", "Ada", None, "Ink"] for n in range(40)]


def convert(folder: Path, kind: str, *files: Path) -> None:
    """Let LibreOffice save all the files as `kind` into the folder, in one go."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=180)


def written(folder: Path, name: str, paper: PlanPaper | SheetPaper, ending: str) -> Path:
    path = folder / f"{name}.{ending}"
    path.write_bytes(FORMATS[ending][0](paper))
    return path


def pdf_text(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_libreoffice_opens_every_file_with_every_row_and_no_formula(
    team: Team, tmp_path: Path
) -> None:
    run(save(tmp_path / "in.xlsx", [HEADINGS, *ROWS]), team)
    make_activity(make_milestone(team, "نبني الثقة"), '=HYPERLINK("http://evil.example")')
    session = make_session(team.cohort, title="Mapping")
    for n in range(12):
        make_row(team, session=str(session.pk), action=f"Act {n}", milestone_kind="challenge")
    before = snapshot(team)
    with translation.override("ar"):
        arabic = written(tmp_path, "arabic", PlanPaper.of(team), "docx")
    documents = [
        arabic,
        written(tmp_path, "plan", PlanPaper.of(team), "docx"),
        written(tmp_path, "day", SheetPaper.of(team, MONDAY), "docx"),
    ]
    book = written(tmp_path, "book", PlanPaper.of(team), "xlsx")
    written(tmp_path, "own", PlanPaper.of(team), "pdf")
    convert(tmp_path, "pdf", *documents, book)
    wanted = {f"Step {n} = done" for n in range(40)}
    for name in ("plan", "arabic", "book", "own"):
        text = " ".join(pdf_text((tmp_path / f"{name}.pdf").read_bytes()).split())
        assert {step for step in wanted if step not in text} == set(), name
        assert "HYPERLINK" in text
    text = pdf_text((tmp_path / "day.pdf").read_bytes())
    assert all(f"Act {n}" in text for n in range(12))

    saved = tmp_path / "saved"
    saved.mkdir()
    convert(saved, "xlsx", book)
    entries = look(saved / "book.xlsx", team)
    assert len(entries) == 41
    assert [(e.state, e.changes) for e in entries] == [("unchanged", [])] * 41
    assert snapshot(team) == before
