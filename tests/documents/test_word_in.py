"""Plans that teams keep in Word, and documents that are made to do harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest

from actionplans.models import Activity
from documents import matching
from tests.documents.workbooks import HEADINGS, look, plan, refused, repack, run

pytestmark = pytest.mark.django_db
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DAMAGED = "This file is damaged."
TOO_BIG = "This file is too big, or unpacks to too much."


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    return tmp_path / "plan.docx"


def save(path: Path, *rows: list[str]) -> Path:
    """A letter with a table of the rows."""
    document = docx.Document()
    document.add_paragraph("Dear colleagues, here is our plan.")
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(path))
    return path


def with_body(path: Path, body: str, before: str = "") -> Path:
    """A document with this XML for its body."""
    save(path, HEADINGS)
    xml = f'{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    return repack(path, {"word/document.xml": xml})


def row(*texts: str) -> str:
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in texts)
    return f"<w:tr>{cells}</w:tr>"


def test_the_table_of_a_letter_is_a_plan(paper, team) -> None:
    save(paper, HEADINGS, ["Trust", "Meet\nand eat", "Ben", "Ada", "31 mars 2027", "Ink"])
    run(paper, team)
    assert plan(team) == {"Trust": ["Meet\nand eat"]}
    assert str(Activity.objects.get().due_on) == "2027-03-31"
    assert {entry.state for entry in look(paper, team)} == {matching.UNCHANGED}


def test_a_milestone_merged_over_rows_holds_all_of_them(paper, team) -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for cell, text in zip(
        table._cells, ["Milestone", "Activities", "M", "a", "", "b"], strict=True
    ):
        cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.save(str(paper))
    run(paper, team)
    assert plan(team) == {"M": ["a", "b"]}


def test_text_that_was_deleted_is_not_there_and_what_was_added_is(paper, team) -> None:
    changed = (
        "<w:tr><w:tc><w:p><w:r><w:t>M</w:t></w:r></w:p></w:tc><w:tc><w:p>"
        '<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins w:id="1"><w:r><w:t>new</w:t>'
        "</w:r></w:ins><w:r><w:instrText>INCLUDETEXT /etc/passwd</w:instrText></w:r></w:p></w:tc>"
        "</w:tr>"
    )
    with_body(paper, f"<w:tbl>{row('Milestone', 'Activities')}{changed}</w:tbl>")
    run(paper, team)
    assert plan(team) == {"M": ["new"]}


@pytest.mark.parametrize("entity", ['"ha"', 'SYSTEM "file:///etc/hostname"'])
def test_entities_are_refused(paper, team, entity) -> None:
    body = f"<w:tbl>{row('Milestone', 'Activities')}{row('M', '&amp;e;')}</w:tbl>"
    with_body(paper, body.replace("&amp;e;", "&e;"), f"<!DOCTYPE x [<!ENTITY e {entity}>]>")
    assert refused(paper, team).startswith(DAMAGED)


def test_macros_are_refused(paper, team) -> None:
    save(paper, HEADINGS, ["M", "a", "", "", "", ""])
    repack(paper, {"word/vbaProject.bin": b"Sub AutoOpen()"})
    assert refused(paper, team).startswith("This file holds macros.")


def test_a_bomb_and_ever_so_many_rows_are_refused(paper, team) -> None:
    save(paper, HEADINGS)
    repack(paper, {"word/media/picture.png": b"\0" * 150_000_000})
    assert refused(paper, team).startswith(TOO_BIG)
    with_body(paper, f"<w:tbl>{row('Milestone', 'Activities')}{row('M', 'a') * 6_000}</w:tbl>")
    assert refused(paper, team).startswith(TOO_BIG)


def test_a_document_without_a_plan_and_a_damaged_one_are_refused(paper, team) -> None:
    save(paper, ["Name", "Colour"])
    assert "headings like Milestone" in refused(paper, team)
    with_body(paper, "<w:tbl>")
    assert refused(paper, team).startswith(DAMAGED)
    paper.write_bytes(paper.read_bytes()[:900])
    assert "nor a Word document" in refused(paper, team)


def test_an_archive_that_only_says_it_is_a_document_is_refused(paper, team) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "no xml")
    paper.write_bytes(content.getvalue())
    assert refused(paper, team).startswith(DAMAGED)
