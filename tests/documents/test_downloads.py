"""Plans and sheets as files: the template's columns and title, safe, and in both directions."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import docx
import pytest
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import User
from actionplans import baseline, sheets
from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone, make_row, write
from tests.factories import MONDAY, NOON, make_outsider, make_session, make_user

PLAN = ["Milestone", "Activities", "R", "A", "Timeframe", "Comments, resources"]
SHEET = [
    "Session name",
    "Milestone, theme",
    "Actions to make progress on B",
    "By whom",
    "By when",
]
# What spreadsheets take for formulas, and what hides before them.
RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "'=1+1", "''@x"]


@pytest.fixture
def planned(team: Team) -> Team:
    """A plan of two milestones; one activity has everything."""
    make_outsider(team, "Comfort Weah")
    first = make_milestone(team)
    make_activity(
        first,
        responsible="Ellen Tweh; Mama Njeri",
        accountable="Ellen Tweh",
        starts_on="2026-07-01",
        due_on="2026-09-30",
        timeframe_note="in the capital",
        comments="Two cars\nOne driver",
    )
    make_activity(first, "Publish the list", due_on="2026-12-01")
    make_milestone(team, "Nobody has begun this")
    return team


def fetch(client: Client, team: Team, rest: str) -> bytes:
    answer = client.get(f"/teams/{team.pk}/{rest}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename")
    return answer.content


def cells(content: bytes) -> list[list[object]]:
    """The visible texts of a workbook's first sheet."""
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in page.iter_rows(values_only=True)]


def table(content: bytes) -> list[list[str]]:
    """The texts of a document's table."""
    rows = docx.Document(io.BytesIO(content)).tables[0].rows
    return [[cell.text for cell in row.cells] for row in rows]


def pages(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_plan_as_workbook_has_the_templates_title_and_columns(planned, client) -> None:
    rows = cells(fetch(client, planned, "plan.xlsx"))
    assert rows[0][0] == "Action plan"
    assert planned.name in str(rows[1][0])
    assert rows[3][:6] == PLAN
    assert rows[4][:6] == [
        "A payroll everyone trusts",
        "Count every civil servant",
        "Ellen Tweh; Mama Njeri",
        "Ellen Tweh",
        "2026-07-01 – 2026-09-30 · in the capital",
        "Two cars\nOne driver",
    ]
    assert str(rows[5][4]).startswith("2026-12-01")
    assert rows[6][0] == "Nobody has begun this"


def test_a_workbook_prints_on_a4_and_offers_people_and_milestones(planned, client) -> None:
    page = load_workbook(io.BytesIO(fetch(client, planned, "plan.xlsx"))).worksheets[0]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == "$4:$4"
    assert page.column_dimensions["G"].hidden
    assert not page.sheet_view.rightToLeft
    offered = {str(rule.sqref)[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    assert offered.keys() == {"A", "C", "D"}
    lists = load_workbook(io.BytesIO(fetch(client, planned, "plan.xlsx")))["Lists"]
    assert lists.sheet_state == "hidden"
    assert "Comfort Weah" in [cell.value for cell in lists["A"]]


def test_a_sheet_as_workbook_offers_sessions_kinds_and_people(team, client) -> None:
    session = make_session(team.cohort, title="Mapping the actors")
    make_row(
        team,
        session=str(session.pk),
        milestone_kind="challenge",
        milestone="Nobody pays",
        action_kind="stakeholders",
        action="Meet the bank",
        by_whom="Ama; Ben",
        by_when="2026-06-30",
    )
    content = fetch(client, team, f"sheets/{MONDAY}.xlsx")
    rows = cells(content)
    assert (rows[0][0], rows[3][:5]) == ("Daily activity", SHEET)
    assert rows[4][:4] == [
        "Mapping the actors",
        "a challenge we have identified\nNobody pays",
        "engage with stakeholders\nMeet the bank",
        "Ama; Ben",
    ]
    assert str(rows[4][4]).startswith("2026-06-30")
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Daily activity", "Lists", "Discussion"]
    offered = {value for row in book["Lists"].iter_rows(values_only=True) for value in row}
    assert {"Mapping the actors", "a challenge we have identified", "more information"} <= offered


def test_what_looks_like_a_formula_or_a_link_is_a_text_in_a_workbook(team, client) -> None:
    milestone = make_milestone(team, "=HYPERLINK(1)")
    for text in [*RISKY, "https://evil.example"]:
        make_activity(milestone, text)
    content = fetch(client, team, "plan.xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets_xml = b"".join(parts.read(n) for n in parts.namelist() if "worksheets/sheet" in n)
    assert b"<f>" not in sheets_xml
    assert b"<hyperlink" not in sheets_xml
    assert {row[1] for row in cells(content)} >= {*RISKY, "https://evil.example"}


def test_csv_guards_every_text_that_a_spreadsheet_would_run(team, client) -> None:
    milestone = make_milestone(team)
    for text in [*RISKY, "plain", "'quoted'"]:
        make_activity(milestone, text)
    content = fetch(client, team, "plan.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == PLAN
    assert [row[1] for row in rows[1:]] == [*(f"'{text}" for text in RISKY), "plain", "'quoted'"]


def test_a_plan_as_document_has_every_row_and_repeats_its_headings(planned, client) -> None:
    content = fetch(client, planned, "plan.docx")
    rows = table(content)
    assert rows[0] == PLAN
    assert rows[1][4] == "1 Jul 2026 – 30 Sep 2026 · in the capital"
    assert [row[0] for row in rows[1:]] == [
        "A payroll everyone trusts",
        "",
        "Nobody has begun this",
    ]
    document = docx.Document(io.BytesIO(content))
    assert document.paragraphs[0].text == "Action plan"
    assert "w:tblHeader" in document.tables[0].rows[0]._tr.xml
    assert "w:bidiVisual" not in document.element.xml


def test_a_sheet_as_document_and_pdf_holds_the_discussion(team, client, amara: User) -> None:
    make_row(team, action="Meet the bank")
    sheet = sheets.begin(team, MONDAY)
    type(sheet).objects.filter(pk=sheet.pk).update(takeaways="We were wrong")
    document = docx.Document(io.BytesIO(fetch(client, team, f"sheets/{MONDAY}.docx")))
    told = [paragraph.text for paragraph in document.paragraphs]
    assert told[0] == "Daily activity"
    assert "Monday 1 June 2026" in told[1]
    assert "We were wrong" in told
    text = pages(fetch(client, team, f"sheets/{MONDAY}.pdf"))
    assert "Meet the bank" in text
    assert "We were wrong" in text


def test_a_plan_as_pdf_has_every_row(planned, client) -> None:
    text = pages(fetch(client, planned, "plan.pdf"))
    for words in ("Action plan", "Count every civil servant", "Publish the list", "One driver"):
        assert words in text


def test_in_arabic_every_file_reads_from_right_to_left(planned, client, amara) -> None:
    User.objects.filter(pk=amara.pk).update(language="ar")
    book = load_workbook(io.BytesIO(fetch(client, planned, "plan.xlsx")))
    assert book.worksheets[0].sheet_view.rightToLeft
    assert book.worksheets[0]["A1"].value == "خطة العمل"
    xml = docx.Document(io.BytesIO(fetch(client, planned, "plan.docx"))).element.xml
    assert "w:bidiVisual" in xml
    assert "w:bidi " in xml
    assert "<w:rtl" in xml


def test_a_file_is_named_by_team_and_day_and_holds_no_path(planned, client) -> None:
    Team.objects.filter(pk=planned.pk).update(name='../Côte "d\'Ivoire"\r\nX')
    named = client.get(f"/teams/{planned.pk}/plan.csv")["Content-Disposition"]
    assert "action-plan-c%C3%B4te-divoire-x-" in named
    assert "/" not in named
    named = client.get(f"/teams/{planned.pk}/sheets/{MONDAY}.csv")["Content-Disposition"]
    assert f"-{MONDAY}.csv" in named


def test_the_signed_plan_as_pdf_stays_as_it_was(planned, client, amara) -> None:
    baseline.sign_off(planned, by=amara, now=NOON)
    activity = planned.plan.milestones.first().activities.first()
    write(planned, activity, amara, text="Something else")
    text = pages(fetch(client, planned, "plan/baseline.pdf"))
    assert "Count every civil servant" in text
    assert "Signed off on 1 June 2026, 12:00 by Amara Kollie." in text


def test_staff_read_files_and_strangers_do_not(planned, sign_in) -> None:
    coach = make_user()
    Team.objects.filter(pk=planned.pk).update(coach=coach)
    assert fetch(sign_in(coach), planned, "plan.csv")
    stranger = sign_in(make_user())
    assert stranger.get(f"/teams/{planned.pk}/plan.csv").status_code == 404


@pytest.mark.parametrize("rest", ["plan.exe", "sheets/2026-06-01.html", "sheets/2027-01-01.csv"])
def test_another_format_or_day_is_absent(team, client, rest) -> None:
    assert client.get(f"/teams/{team.pk}/{rest}").status_code == 404


def test_a_day_alone_is_a_date_cell(team, client) -> None:
    make_activity(make_milestone(team), due_on="2027-03-31")
    page = load_workbook(io.BytesIO(fetch(client, team, "plan.xlsx"))).worksheets[0]
    assert page["E5"].is_date
    assert page["E5"].value.date() == date(2027, 3, 31)
