"""Bringing a plan or a sheet in by its page: look first, then write, and lose nothing."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from actionplans import cells
from actionplans.ledger import replay, snapshot
from actionplans.models import Activity, Edit, Milestone, SheetRow
from cohorts.models import Cohort, Team
from documents import bringing_in, drafts
from documents.models import ImportDraft
from documents.plan_paper import PlanPaper
from tests.actionplans.planning import make_activity, make_milestone, make_row, write
from tests.factories import MONDAY, NOON, make_member, make_session, make_team, make_user

FIRST, MILESTONE, TEXT, R, A, TIMEFRAME, COMMENTS, KEY = 5, 1, 2, 3, 4, 5, 6, 7


@pytest.fixture
def activity(team: Team) -> Activity:
    return make_activity(
        make_milestone(team), responsible="Ben", accountable="Ada", comments="Two cars"
    )


class Book:
    """A workbook that someone downloads, fills in, and brings again."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.book = load_workbook(io.BytesIO(client.get(f"{address}.xlsx").content))
        self.page: Any = self.book.worksheets[0]

    def put(self, row: int, column: int, text: str | None) -> None:
        self.page.cell(FIRST + row, column).value = text

    def bring(self) -> str:
        """The address of the preview."""
        content = io.BytesIO()
        self.book.save(content)
        return bring(self.client, self.address, content.getvalue())


def plan_address(team: Team) -> str:
    return f"/teams/{team.pk}/plan"


def bring(client: Client, address: str, content: bytes, name: str = "plan.xlsx") -> str:
    answer = client.post(f"{address}/import/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def paste(client: Client, team: Team, *rows: str) -> str:
    answer = client.post(f"{plan_address(team)}/import/", {"pasted": "\n".join(rows)})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def page(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def counts(client: Client, address: str) -> dict[str, int]:
    found = re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page(client, address))
    return {name: int(n) for name, n in found if n != "0"}


def press(client: Client, address: str, **chosen: str) -> str:
    return client.post(address, {"do": "write"} | chosen, follow=True).content.decode()


def choice(client: Client, address: str, which: str) -> dict[str, str]:
    """What the form sends when one takes the `which` text ("here" or "file")."""
    name, value = re.findall(rf'name="(choice-\d+)" value="({which}-\w+)"', page(client, address))[
        0
    ]
    return {name: value}


def test_a_workbook_that_was_filled_in_comes_in_after_a_look(team, client, activity) -> None:
    book = Book(client, plan_address(team))
    book.put(0, COMMENTS, "Three cars")
    book.put(0, TIMEFRAME, "2026-07-01 – 2026-09-30")
    book.put(1, MILESTONE, "A payroll everyone trusts")
    book.put(1, TEXT, "Publish the list")
    book.put(1, A, "Ada")
    preview = book.bring()
    assert counts(client, preview) == {"new": 1, "changed": 1}
    assert "<del><bdi>Two cars</bdi></del> <ins><bdi>Three cars</bdi></ins>" in page(
        client, preview
    )
    assert Activity.objects.count() == 1
    assert "2 rows are brought in." in press(client, preview)
    activity.refresh_from_db()
    assert (activity.comments, str(activity.due_on)) == ("Three cars", "2026-09-30")
    added = Activity.objects.exclude(pk=activity.pk).get()
    assert (added.text, added.milestone) == ("Publish the list", activity.milestone)
    assert snapshot(team) == replay(team)
    assert Edit.objects.filter(field="comments", value="Three cars").get().actor.name == (
        "Amara Kollie"
    )


def test_pressing_twice_is_once_and_the_same_file_again_changes_nothing(
    team, client, activity
) -> None:
    book = Book(client, plan_address(team))
    book.put(1, TEXT, "Publish the list")
    preview = book.bring()
    press(client, preview)
    before = snapshot(team)
    assert "brought in already" in press(client, preview)
    assert counts(client, book.bring()) == {"unchanged": 2}
    assert snapshot(team) == before


def test_writing_the_same_draft_twice_writes_once(team, client, amara) -> None:
    paste(client, team, "Milestone\tActivities", "M\ta")
    draft, paper = ImportDraft.objects.get(), PlanPaper.of(team)
    entries = drafts.look(draft, paper).entries
    for _time in range(2):
        bringing_in.bring_in(paper, entries, by=amara, now=NOON, key=draft.key)
    assert (Milestone.objects.count(), Activity.objects.count()) == (1, 1)


def test_what_changed_here_meanwhile_stays_where_the_file_did_not_touch_it(
    team, client, activity, amara
) -> None:
    book = Book(client, plan_address(team))
    write(team, activity, amara, comments="Five cars", text="Count everybody")
    book.put(0, TIMEFRAME, "2026-09-30")
    preview = book.bring()
    assert counts(client, preview) == {"changed": 1}
    press(client, preview)
    activity.refresh_from_db()
    assert (activity.comments, activity.text) == ("Five cars", "Count everybody")
    assert str(activity.due_on) == "2026-09-30"


@pytest.mark.parametrize(("which", "kept"), [("here", "Five cars"), ("file", "Three cars")])
def test_where_both_changed_one_chooses(team, client, activity, amara, which, kept) -> None:
    book = Book(client, plan_address(team))
    book.put(0, COMMENTS, "Three cars")
    write(team, activity, amara, comments="Five cars")
    preview = book.bring()
    assert counts(client, preview) == {"changed here too": 1}
    assert all(text in page(client, preview) for text in ("Three cars", "Five cars"))
    press(client, preview, **choice(client, preview, which))
    activity.refresh_from_db()
    assert activity.comments == kept
    assert snapshot(team) == replay(team)


def test_what_changes_between_the_look_and_the_press_is_not_overwritten(
    team, client, activity, amara
) -> None:
    book = Book(client, plan_address(team))
    book.put(0, COMMENTS, "Three cars")
    preview = book.bring()
    assert counts(client, preview) == {"changed": 1}
    write(team, activity, amara, comments="Five cars")
    assert "1 row of the file was left out." in press(client, preview)
    activity.refresh_from_db()
    assert activity.comments == "Five cars"


def test_a_choice_does_not_hold_for_a_text_that_came_after_it(
    team, client, activity, amara
) -> None:
    book = Book(client, plan_address(team))
    book.put(0, COMMENTS, "Three cars")
    write(team, activity, amara, comments="Five cars")
    preview = book.bring()
    chosen = choice(client, preview, "file")
    write(team, activity, amara, comments="Six cars")
    press(client, preview, **chosen)
    activity.refresh_from_db()
    assert activity.comments == "Six cars"


def test_a_row_that_was_removed_here_comes_back_only_if_one_says_so(
    team, client, activity, amara
) -> None:
    book = Book(client, plan_address(team))
    untouched = Book(client, plan_address(team))
    book.put(0, COMMENTS, "Three cars")
    told = {"table": "activity", "row_id": activity.pk, "by": amara, "now": NOON}
    cells.remove_row(team, **told, edit_id=activity.milestone.plan.team.form_id)
    assert counts(client, untouched.bring()) == {"unchanged": 1}
    preview = book.bring()
    assert "removed here meanwhile" in page(client, preview)
    press(client, preview, **choice(client, preview, "file"))
    activity.refresh_from_db()
    assert (activity.removed_at, activity.comments) == (None, "Three cars")


def test_an_activity_goes_under_another_milestone_of_the_list(team, client, activity) -> None:
    other = make_milestone(team, "Paid on the 25th")
    book = Book(client, plan_address(team))
    make_activity(activity.milestone, "So that not all rows say it")
    book.put(0, MILESTONE, "Paid on the 25th")
    press(client, book.bring())
    activity.refresh_from_db()
    assert activity.milestone == other


def test_a_milestone_called_otherwise_in_all_its_rows_is_renamed(team, client, activity) -> None:
    make_activity(activity.milestone, "Second")
    book = Book(client, plan_address(team))
    for row in range(2):
        book.put(row, MILESTONE, "A payroll nobody doubts")
    press(client, book.bring())
    assert Milestone.objects.get().title == "A payroll nobody doubts"
    assert set(Activity.objects.values_list("milestone", flat=True)) == {activity.milestone_id}


def test_a_copied_row_is_a_new_one(team, client, activity) -> None:
    book = Book(client, plan_address(team))
    for column in range(1, 8):
        book.put(1, column, book.page.cell(FIRST, column).value)
    book.put(1, TEXT, "Count the teachers")
    preview = book.bring()
    assert counts(client, preview) == {"new": 1, "unchanged": 1}


def test_an_emptied_row_is_not_removed_and_it_is_said_so(team, client, activity) -> None:
    book = Book(client, plan_address(team))
    book.put(0, TEXT, None)
    preview = book.bring()
    assert counts(client, preview) == {"with a problem": 1}
    assert "remove it on the page" in page(client, preview)


def test_another_teams_file_names_no_rows_of_ours(team, client, activity, amara) -> None:
    other = make_team(team.cohort)
    make_member(other, amara)
    make_activity(make_milestone(other), "Theirs")
    preview = Book(client, plan_address(other))
    preview.address = plan_address(team)
    assert counts(client, preview.bring()) == {"new": 1}


def test_a_file_of_another_installation_names_no_rows_of_ours(team, client, activity) -> None:
    book = Book(client, plan_address(team))
    book.put(-1, KEY, f"coalitions:{uuid4()}")
    book.put(0, TEXT, "Count something else")
    assert counts(client, book.bring()) == {"new": 1}


def test_a_pasted_table_shows_what_is_in_the_plan_already(team, client, activity) -> None:
    rows = [
        "Milestone\tActivities\tR\tA\tComments",
        "a payroll  everyone trusts\tCount every civil servant\tBen\tAda\tTwo cars",
        "\tPublish the list\tBen\tAda\t",
    ]
    preview = paste(client, team, *rows)
    assert counts(client, preview) == {"new": 1, "unchanged": 1}
    press(client, preview)
    assert Milestone.objects.count() == 1
    assert counts(client, paste(client, team, *rows)) == {"unchanged": 2}


def test_without_a_key_an_empty_cell_says_nothing_and_another_text_asks(
    team, client, activity
) -> None:
    head = "Milestone\tActivities\tComments\tTimeframe"
    row = "A payroll everyone trusts\tCount every civil servant"
    assert counts(client, paste(client, team, head, f"{row}\t\t")) == {"unchanged": 1}
    assert counts(client, paste(client, team, head, f"{row}\t\t2026-12-01")) == {"changed": 1}
    assert counts(client, paste(client, team, head, f"{row}\tInk\t")) == {"changed here too": 1}


def test_columns_that_nobody_could_guess_are_said_by_hand(team, client) -> None:
    preview = paste(client, team, "Ziel\tWas\tWer", "Vertrauen\tFragen\tBen")
    assert "We cannot tell which column is what" in page(client, preview)
    columns = {"column-0-0": "milestone", "column-0-1": "text", "column-0-2": "accountable"}
    client.post(preview, {"do": "columns"} | columns)
    assert counts(client, preview) == {"new": 2}
    press(client, preview)
    assert Activity.objects.get(text="Fragen").accountable.name == "Ben"


def test_a_row_with_a_problem_is_left_out_with_its_reason(team, client) -> None:
    preview = paste(client, team, "Milestone\tActivities\tTimeframe", "M\ta\t1999-01-01", "M\tb\t")
    assert counts(client, preview) == {"new": 1, "with a problem": 1}
    assert "Is the year right?" in page(client, preview)
    told = press(client, preview)
    assert "1 row is brought in." in told
    assert "1 row of the file was left out." in told
    assert [one.text for one in Activity.objects.all()] == ["b"]


def test_one_guard_is_taken_from_a_csv_and_nothing_runs(team, client) -> None:
    for text in ("=1+1", "'=1+1", "@x"):
        make_activity(make_milestone(team, text), text)
    content = client.get(f"{plan_address(team)}.csv").content
    assert counts(client, bring(client, plan_address(team), content, "plan.csv")) == {
        "unchanged": 3
    }


def test_a_daily_sheet_comes_back_with_kinds_sessions_and_people(team, client) -> None:
    session = make_session(team.cohort, title="Mapping the actors")
    row = make_row(team, action="Meet the bank", milestone_kind="challenge")
    address = f"/teams/{team.pk}/sheets/{MONDAY}"
    book = Book(client, address)
    book.put(0, 1, "Mapping the actors")
    book.put(0, 3, "engage with stakeholders: Meet the bank")
    book.put(0, 4, "Ama; Ben")
    book.put(1, 2, "une question de la présentation")
    book.put(1, 3, "Ask Ada")
    book.put(1, 5, "30 June 2026")
    preview = book.bring()
    assert counts(client, preview) == {"new": 1, "changed": 1}
    press(client, preview)
    row.refresh_from_db()
    assert (row.session, row.action_kind, row.action) == (session, "stakeholders", "Meet the bank")
    assert [one.name for one in row.by_whom.order_by("name")] == ["Ama", "Ben"]
    added = SheetRow.objects.exclude(pk=row.pk).get()
    assert (added.action, str(added.by_when)) == ("Ask Ada", "2026-06-30")
    assert counts(client, Book(client, address).bring()) == {"unchanged": 2}


def test_a_session_that_is_not_in_the_agenda_is_told(team, client) -> None:
    answer = client.post(
        f"/teams/{team.pk}/sheets/{MONDAY}/import/", {"pasted": "Session\tAction\nYoga\tStretch"}
    )
    assert "No session of this day is called Yoga" in page(client, answer.url)


def test_staff_and_strangers_bring_nothing_in(team, client, sign_in, activity) -> None:
    preview = paste(client, team, "Milestone\tActivities", "M\ta")
    coach = make_user()
    Team.objects.filter(pk=team.pk).update(coach=coach)
    for address in (f"{plan_address(team)}/import/", preview):
        assert sign_in(coach).get(address).status_code == 404
        assert sign_in(coach).post(address, {"do": "write"}).status_code == 404
    assert Activity.objects.count() == 1


def test_a_draft_of_another_team_is_absent(team, client) -> None:
    preview = paste(client, team, "Milestone\tActivities", "M\ta")
    other = make_team(team.cohort)
    make_member(other, User.objects.get(name="Amara Kollie"))
    assert client.get(preview.replace(f"/{team.pk}/", f"/{other.pk}/")).status_code == 404


def test_in_a_closed_cohort_nothing_comes_in(team, client) -> None:
    preview = paste(client, team, "Milestone\tActivities", "M\ta")
    Cohort.objects.update(state=Cohort.State.CLOSED)
    assert "closed" in press(client, preview)
    assert not Activity.objects.exists()


def test_drafts_are_forgotten_after_a_week(team, client) -> None:
    paste(client, team, "Milestone\tActivities", "M\ta")
    ImportDraft.objects.update(made_at=NOON)
    paste(client, team, "Milestone\tActivities", "M\tb")
    assert ImportDraft.objects.count() == 1


def test_nothing_at_all_and_a_file_that_is_none_are_refused_kindly(team, client) -> None:
    address = f"{plan_address(team)}/import/"
    answer = client.post(address, {"pasted": " "})
    assert answer.status_code == 422
    assert "Choose a file or paste a table." in answer.content.decode()
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 nothing")
    answer = client.post(address, {"file": file})
    assert answer.status_code == 422
    assert "not an Excel workbook" in answer.content.decode()
