"""Files that are damaged, or made to do harm: a sentence, and nothing half-imported."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionplans.invalid import Invalid
from actionplans.models import Activity, Milestone
from coalitions import workbook_reader, workbooks
from coalitions.workbooks import RefusedError
from documents import sources
from tests.documents.workbooks import (
    HEADINGS,
    bring_in,
    look,
    nothing_there,
    plan,
    refused,
    repack,
    run,
    save,
    with_sheet_xml,
)
from tests.factories import make_team

pytestmark = pytest.mark.django_db
TOO_BIG = "This file is too big, or unpacks to too much."
DAMAGED = "This file is damaged."
NO_WORKBOOK = "This is not an Excel workbook (.xlsx), nor a Word document"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "plan.xlsx"


@pytest.mark.parametrize("content", [b"", b"Milestone,Activities\nM,a\n", b"PK\x03\x04 no more"])
def test_a_file_that_is_no_workbook(book, team, content) -> None:
    book.write_bytes(content)
    assert refused(book, team).startswith(NO_WORKBOOK)


def test_another_archive_with_the_name_of_a_workbook(book, team) -> None:
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("letter.txt", "Dear minister")
    assert refused(book, team).startswith(NO_WORKBOOK)


def test_a_workbook_that_was_cut_off(book, team) -> None:
    save(book, [HEADINGS, ["M", "a"]])
    book.write_bytes(book.read_bytes()[:2000])
    assert refused(book, team).startswith(NO_WORKBOOK)


def test_a_workbook_with_a_sheet_that_is_no_xml(book, team) -> None:
    save(book, [HEADINGS, ["M", "a"]])
    repack(book, {"xl/worksheets/sheet1.xml": "<worksheet"})
    assert refused(book, team).startswith(DAMAGED)


def test_a_zip_bomb(book, team) -> None:
    save(book, [HEADINGS, ["M", "a"]])
    repack(book, {"xl/media/picture.png": b"\0" * 150_000_000})
    assert book.stat().st_size < 1_000_000
    assert refused(book, team).startswith(TOO_BIG)


def test_a_file_of_more_than_ten_megabytes(book, team) -> None:
    with book.open("wb") as content:
        content.truncate(11_000_000)
    assert refused(book, team).startswith(TOO_BIG)


def test_a_billion_laughs(book, team) -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    save(book, [HEADINGS, ["M", "a"]])
    repack(
        book,
        {
            "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><!DOCTYPE worksheet [{entities}]>'
            "<worksheet><sheetData><row><c t='inlineStr'><is><t>&a11;</t></is></c></row>"
            "</sheetData></worksheet>"
        },
    )
    assert refused(book, team).startswith(DAMAGED)


def test_an_entity_that_would_read_a_file_of_ours(book, team, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    save(book, [HEADINGS, ["M", "a"]])
    repack(
        book,
        {
            "xl/worksheets/sheet1.xml": f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>'
            "<worksheet><sheetData><row><c t='inlineStr'><is><t>&s;</t></is></c></row>"
            "</sheetData></worksheet>"
        },
    )
    assert "canary" not in refused(book, team)


def test_a_workbook_with_macros(book, team) -> None:
    save(book, [HEADINGS, ["M", "a"]])
    repack(book, {"xl/vbaProject.bin": b"Sub AutoOpen()"})
    assert refused(book, team).startswith("This file holds macros.")


def test_sixty_thousand_rows(book, team) -> None:
    row = '<row><c t="inlineStr"><is><t>{}</t></is></c></row>'
    with_sheet_xml(book, "".join(row.format(n * 7919 % 65_521) for n in range(60_000)))
    assert refused(book, team) == "Plan has more than 5,000 rows. Is it the right sheet?"


@pytest.mark.parametrize("row", ['<row r="{0}"/>', '<row r="{0}"><c r="A{0}" s="0"/></row>'])
def test_a_million_rows_that_are_empty_or_only_painted(book, team, row) -> None:
    with_sheet_xml(book, "".join(row.format(n) for n in range(1, 1_000_001)))
    assert refused(book, team).startswith(TOO_BIG)


def test_a_plan_above_thousands_of_painted_rows_comes_in(book, team) -> None:
    painted: list[list[Any]] = [[None] for _ in range(997)]
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada"], *painted, ["N", "b", "Ben", "Ada"]])
    run(book, team)
    assert plan(team) == {"M": ["a"], "N": ["b"]}


def test_one_long_text_in_ever_so_many_cells(book, team) -> None:
    long = "x" * 32_000
    save(book, [[long] * 10 for _ in range(40)])
    assert book.stat().st_size < 1_000_000
    assert refused(book, team).startswith(TOO_BIG)


def test_a_cell_merged_over_everything(book, team) -> None:
    save(book, [HEADINGS, ["M" * 30_000, "a"]], merge=["A2:A4000"])
    assert refused(book, team).startswith(TOO_BIG)


def test_a_sheet_without_headings_says_which_are_wanted(book, team) -> None:
    save(book, [["Name", "Colour"], ["Ada", "blue"]])
    assert "headings like Milestone, Activities, R, A, Timeframe" in refused(book, team)
    save(book, [])
    assert "headings like Milestone" in refused(book, team)


def test_headings_without_anything_below(book, team) -> None:
    save(book, [HEADINGS, [], [None]])
    assert refused(book, team) == "There are headings, but no activity below them."


def test_control_characters_and_formulas_as_text_are_only_text(book, team) -> None:
    cells = "".join(
        f'<c t="inlineStr"><is><t>{text}</t></is></c>'
        for text in ("M", '=HYPERLINK("http://evil.example")', "&lt;script&gt;", "Ada")
    )
    heads = "".join(f'<c t="inlineStr"><is><t>{head}</t></is></c>' for head in HEADINGS)
    with_sheet_xml(book, f"<row>{heads}</row><row>{cells}</row>")
    run(book, team)
    assert plan(team) == {"M": ['=HYPERLINK("http://evil.example")']}


def test_a_failure_in_the_last_row_leaves_nothing_of_the_first(book, team) -> None:
    entries = look(save(book, [HEADINGS, ["M", "a", "Ben", "Ada"], [None, "b"]]), team)
    entries[-1].fields["due_on"] = "never"
    with pytest.raises(Invalid, match="Plan, row 3"):
        bring_in(entries, team)
    assert nothing_there()


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.sampled_from([*HEADINGS, "Étape", "Actividad", "M", "a", "x", "Ada; Ben", "31/31/2027"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(CELLS, max_size=8), max_size=12))
def test_whatever_a_sheet_holds_it_comes_in_whole_or_not_at_all(book, rows, monkeypatch) -> None:
    # The reader itself, without a process for each example.
    monkeypatch.setattr(workbooks, "read", workbook_reader.read)
    with_headings = [HEADINGS, *rows]
    try:
        save(book, with_headings)
    except ValueError:
        # The maker of workbooks itself writes no date before 1900 and no such text.
        return
    team = make_team()
    try:
        entries = look(book, team)
        bring_in(entries, team)
    except (RefusedError, Invalid):
        assert not Milestone.objects.filter(plan__team=team).exists()
    else:
        came = Activity.objects.filter(milestone__plan__team=team)
        assert came.count() == sum(bool(entry.fields.get("text")) for entry in entries)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 10**6), noise=st.binary(max_size=60), gone=st.integers(0, 60))
def test_whatever_bytes_a_file_has_reading_it_refuses_or_reads(book, place, noise, gone) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada"]])
    whole = book.read_bytes()
    start = place % len(whole)
    book.write_bytes(whole[:start] + noise + whole[start + gone :])
    with suppress(RefusedError):
        sources.of_path(book)
