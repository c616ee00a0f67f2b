"""A team's own workbook becomes its plan, by the command."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError
from openpyxl import Workbook

from actionplans.models import Activity
from cohorts.models import Person, Team
from tests.documents.workbooks import (
    HEADINGS,
    nothing_there,
    only_activity,
    plan,
    refused,
    run,
    save,
)
from tests.factories import make_member, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "plan.xlsx"


def test_the_templates_own_columns_become_milestones_and_activities(book, team) -> None:
    save(
        book,
        [
            HEADINGS,
            ["One payroll", "Compare the lists", "Emmanuel", "Comfort", "2027-03-31", "Two weeks"],
            [None, "Clear the ghosts", "Emmanuel; Fatu", "Comfort", None, None],
            ["Pay on the 25th", "Publish a calendar", "Fatu", "Fatu", date(2027, 4, 25), None],
        ],
    )
    assert "Imported 3 new and 0 changed activities" in run(book, team)
    assert plan(team) == {
        "One payroll": ["Compare the lists", "Clear the ghosts"],
        "Pay on the 25th": ["Publish a calendar"],
    }
    first = Activity.objects.get(text="Compare the lists")
    assert first.due_on == date(2027, 3, 31)
    assert first.comments == "Two weeks"
    assert first.accountable is not None
    assert first.accountable.name == "Comfort"
    second = Activity.objects.get(text="Clear the ghosts")
    assert sorted(p.name for p in second.responsible.all()) == ["Emmanuel", "Fatu"]
    assert Person.objects.filter(team=team).count() == 3


def test_titles_above_and_columns_in_any_order_do_no_harm(book, team) -> None:
    save(
        book,
        [
            ["Action plan of Liberia"],
            [],
            ["Timeframe", "No.", "A", "Activities", "R", "Milestone"],
            [],
            ["by summer", 1, "Ada", "Meet", "Ben", "Trust"],
        ],
        merge=["A1:F1"],
    )
    told = run(book, team)
    assert "Plan: left out the columns No." in told
    assert only_activity() == {
        "milestone": "Trust",
        "text": "Meet",
        "r": ["Ben"],
        "a": "Ada",
        "due": None,
        "words": "by summer",
        "comments": "",
        "status": "not_started",
    }


@pytest.mark.parametrize(
    "headings",
    [
        ["Milestone", "Activities", "R (responsible)", "A - Accountable", "By when", "Resources"],
        ["Étape", "Activités", "Responsable", "Redevable", "Échéance", "Commentaires"],
        ["Etapa", "Actividades", "Responsable(s)", "Rinde cuentas", "Plazo", "Observaciones"],
        ["Marco", "Atividades", "Responsável", "Presta contas", "Prazo", "Comentários"],
        ["المرحلة", "الأنشطة", "المسؤول", "المساءل", "الإطار الزمني", "ملاحظات"],
        ["MILESTONE ", "ACTIVITY", "r", "a", "Time\nframe", "Comments / Resources"],
    ],
)
def test_headings_are_understood_in_five_languages(book, team, headings) -> None:
    save(book, [headings, ["M", "Do it", "Ben", "Ada", "31/12/2027", "Ink"]])
    run(book, team)
    found = only_activity()
    assert (found["milestone"], found["text"], found["r"], found["a"]) == (
        "M",
        "Do it",
        ["Ben"],
        "Ada",
    )
    assert (found["due"], found["comments"]) == (date(2027, 12, 31), "Ink")


def test_a_milestone_merged_over_rows_holds_all_of_them(book, team) -> None:
    save(
        book,
        [HEADINGS, ["First", "a", "Ben", "Ada"], [None, "b"], ["Second", "c"]],
        merge=["A2:A3", "C2:C3"],
    )
    run(book, team)
    assert plan(team) == {"First": ["a", "b"], "Second": ["c"]}
    shared = Activity.objects.get(text="b")
    assert [p.name for p in shared.responsible.all()] == ["Ben"]
    assert shared.accountable is None


def test_a_milestone_merged_over_the_whole_width_is_no_activity(book, team) -> None:
    save(
        book,
        [HEADINGS, ["First milestone"], [None, "a"], ["Second milestone"], [None, "b"]],
        merge=["A2:F2", "A4:F4"],
    )
    run(book, team)
    assert plan(team) == {"First milestone": ["a"], "Second milestone": ["b"]}
    assert not Person.objects.exists()


def test_headings_repeated_on_each_page_are_no_activity(book, team) -> None:
    save(book, [HEADINGS, ["M", "a"], HEADINGS, [None, "b"]])
    run(book, team)
    assert plan(team) == {"M": ["a", "b"]}


def test_comments_and_resources_in_two_columns_both_come_in(book, team) -> None:
    save(book, [["Milestone", "Activities", "Comments", "Resources"], ["M", "a", "Soon", "Ink"]])
    run(book, team)
    assert only_activity()["comments"] == "Soon\nInk"


@pytest.mark.parametrize(
    ("cell", "due"),
    [
        (date(2027, 9, 30), date(2027, 9, 30)),
        (datetime(2027, 9, 30, 17, 30), date(2027, 9, 30)),  # noqa: DTZ001 as a workbook has it
        ("2027-09-30", date(2027, 9, 30)),
        ("30.09.2027", date(2027, 9, 30)),
        ("09/30/2027", date(2027, 9, 30)),
        ("September 30, 2027", date(2027, 9, 30)),
        ("1er septembre 2027", date(2027, 9, 1)),
        ("30 de septiembre de 2027", date(2027, 9, 30)),
        ("30 de setembro de 2027", date(2027, 9, 30)),
        ("30 سبتمبر 2027", date(2027, 9, 30)),
        ("٣٠/٠٩/٢٠٢٧", date(2027, 9, 30)),
        (46660, date(2027, 9, 30)),
    ],
)
def test_a_date_is_read_however_it_is_written(book, team, cell, due) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada", cell]])
    assert "Note" not in run(book, team)
    assert only_activity()["due"] == due
    assert only_activity()["words"] == ""


@pytest.mark.parametrize("words", ["12/11/2027", "31.02.2027", "30/09/27"])
def test_what_could_be_two_days_or_none_stays_as_words_and_is_told(book, team, words) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada", words]])
    assert f"Note: Plan, row 2: we cannot tell which day {words} is" in run(book, team)
    assert (only_activity()["due"], only_activity()["words"]) == (None, words)


def test_a_timeframe_in_prose_is_kept_word_for_word(book, team) -> None:
    words = "1 activity per quarter, any order"
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada", words]])
    assert "Note" not in run(book, team)
    assert only_activity()["words"] == words


def test_two_people_in_a_leave_one_and_the_other_goes_to_the_comments(book, team) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben\nCleo", "Ada; Dan", None, "Ink"]])
    assert "Plan, row 2: a part of A went to the comments" in run(book, team)
    found = only_activity()
    assert (found["r"], found["a"], found["comments"]) == (["Ben", "Cleo"], "Ada", "Ink\nA: Dan")


def test_activities_without_an_a_come_in_and_are_counted(book, team) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben"], [None, "b", "Ben", "Ada"], [None, "c", "Ben"]])
    assert "2 activities name nobody who is accountable (A)." in run(book, team)
    assert Activity.objects.filter(accountable=None).count() == 2


def test_a_member_of_the_team_is_found_by_name_whatever_its_capitals(book, team) -> None:
    amara = make_member(team, make_user("Amara Kollie"))
    save(book, [HEADINGS, ["M", "a", "AMARA  kollie", "Amara Kollie"]])
    run(book, team)
    person = Person.objects.get(team=team)
    assert person.user == amara
    assert list(Activity.objects.get().responsible.all()) == [person]


def test_names_from_right_to_left_and_turning_marks_are_names_like_others(book, team) -> None:
    save(
        book,
        [HEADINGS, ["مرحلة", "نسأل عشرة أشخاص", "سعاد الفاسي؛ Ben", "\u202eسعاد الفاسي\u202c"]],
    )
    run(book, team)
    found = only_activity()
    assert (found["r"], found["a"]) == (["Ben", "سعاد الفاسي"], "سعاد الفاسي")


def test_cells_of_three_hundred_letters_lose_none_of_them(book, team) -> None:
    long = "é" * 299 + "🌍"
    save(book, [HEADINGS, [long, long, long, long, long, long]])
    assert "a part of R went to the comments" in run(book, team)
    found = only_activity()
    assert found["milestone"] == found["text"] == found["words"] == long
    assert found["comments"] == f"{long}\nR: {long}\nA: {long}"


@pytest.mark.parametrize(
    ("mark", "status"), [("x", "done"), (True, "done"), ("no", "not_started"), ("–", "not_started")]
)
def test_a_column_of_ticks_says_what_is_done(book, team, mark, status) -> None:
    save(book, [["Etapa", "Actividad", "Se terminó"], ["M", "a", mark]])
    run(book, team)
    assert only_activity()["status"] == status


def test_a_hidden_sheet_and_one_without_headings_are_left_out_and_told(book, team) -> None:
    workbook = Workbook()
    shown = workbook.active
    assert shown is not None
    shown.append(HEADINGS)
    shown.append(["M", "a", "Ben", "Ada"])
    hidden = workbook.create_sheet("Old")
    hidden.append(HEADINGS)
    hidden.append(["M", "secret"])
    hidden.sheet_state = "hidden"
    workbook.create_sheet("Notes").append(["Remember the milk"])
    workbook.save(book)
    told = run(book, team)
    assert "Old is hidden and was left out." in told
    assert "Notes has no headings of a plan and was left out." in told
    assert plan(team) == {"M": ["a"]}


def test_one_sheet_can_be_chosen_by_its_name(book, team) -> None:
    workbook = Workbook()
    for name in ("2026", "2027"):
        sheet = workbook.create_sheet(name)
        sheet.append(HEADINGS)
        sheet.append(["M", f"Do {name}"])
    workbook.save(book)
    run(book, team, sheet="2027")
    assert plan(team) == {"M": ["Do 2027"]}
    with pytest.raises(CommandError, match="no sheet named “2028”"):
        run(book, team, sheet="2028")


def test_rows_that_cannot_be_read_are_all_told_and_nothing_comes_in(book, team) -> None:
    save(
        book,
        [
            HEADINGS,
            ["M", "a", "Ben", "Ada"],
            [None, None, "Ben"],
            [],
            [None, None, None, None, "2027-01-01"],
        ],
    )
    assert refused(book, team).splitlines() == [
        "Plan, row 3: there is something here, but no activity.",
        "Plan, row 5: there is something here, but no activity.",
    ]


def test_every_cell_that_cannot_stand_in_a_plan_is_told_and_nothing_comes_in(book, team) -> None:
    save(
        book,
        [
            HEADINGS,
            ["M", "fine", "Ben", "Ada"],
            [None, "too early", None, None, "1999-12-31"],
            [None, "x" * 20_000],
            ["N" * 20_000, "below it"],
            ["O", "crowd", "; ".join(f"Person {n}" for n in range(60))],
        ],
    )
    found = refused(book, team).splitlines()
    assert found[0].startswith("Plan, row 3: Is the year right?")
    assert found[1].startswith("Plan, row 4: This text is too long")
    assert found[2].startswith("Plan, row 5: This text is too long")
    assert found[3].startswith("Plan, row 6: These are too many people")
    assert len(found) == 4


def test_a_formula_without_its_result_is_told(book, team) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada"], [None, '=CONCATENATE("Do ","it")']])
    assert "Plan, row 3: the file does not hold the result of a formula." in refused(book, team)


def test_a_try_says_what_would_happen_and_changes_nothing(book, team) -> None:
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada"]])
    assert "Would import 1 new and 0 changed activities" in run(book, team, dry_run=True)
    assert nothing_there()
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada", "1999-12-31"]])
    assert "Is the year right?" in refused(book, team, dry_run=True)


def test_a_plan_that_is_there_already_grows_at_its_end(book, team) -> None:
    for name in ("One", "Two"):
        save(book, [HEADINGS, [name, f"Do {name}", "Ben", "Ada"]])
        run(book, team)
    assert plan(team) == {"One": ["Do One"], "Two": ["Do Two"]}
    assert Person.objects.filter(team=team).count() == 2


def test_another_team_is_left_alone(book, team) -> None:
    other = make_team()
    save(book, [HEADINGS, ["M", "a", "Ben", "Ada"]])
    run(book, team)
    assert plan(other) == {}


def test_an_absent_team_and_an_absent_file_are_said_so(book, team: Team) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        run(book, team)
    save(book, [HEADINGS, ["M", "a"]])
    Team.objects.filter(pk=team.pk).delete()
    with pytest.raises(CommandError, match="There is no team"):
        run(book, team)
