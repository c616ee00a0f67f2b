"""Blank daily sheets: the paper template's columns, a page for each team and day."""

import pytest
import time_machine
from django.test import Client

from actionplans import sheet_kinds
from cohorts.models import Cohort
from tests.factories import NOON, make_cohort, make_program, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    cohort = make_cohort(make_program(make_user()))
    make_team(cohort, name="Liberia")
    make_team(cohort, name="الأردن", language="ar")
    return cohort


@pytest.fixture
def desk(cohort, sign_in, settings) -> Client:
    settings.MFA_REQUIRED = False
    return sign_in(cohort.program.leads.get())


def look(desk: Client, cohort: Cohort, day: str = "") -> str:
    with time_machine.travel(NOON, tick=False):
        answer = desk.get(f"/cohorts/{cohort.pk}/blank-sheets/?day={day}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_team_has_a_page_with_exactly_the_templates_columns(desk, cohort) -> None:
    page = look(desk, cohort)
    sheet = page.split('<section class="blank-sheet"')[1]
    heads = [part.split("<")[0].strip() for part in sheet.split('<th scope="col">')[1:]]
    assert heads == ["Session name", "Milestone, theme", "Actions", "By whom", "By when"]
    assert "Key takeaways" in sheet
    assert "Key action items" in sheet
    for column, kinds in sheet_kinds.SEEDS.items():
        for code in kinds:
            assert sheet_kinds.label(cohort.program, column, code) in sheet
    assert page.count('<section class="blank-sheet"') == 2


def test_a_page_carries_team_day_and_the_way_to_the_same_sheet_on_screen(desk, cohort) -> None:
    team = cohort.teams.get(name="Liberia")
    sheet = look(desk, cohort, "2026-06-03").split('<section class="blank-sheet"')[1]
    assert "Liberia" in sheet
    assert "Wednesday 3 June 2026" in sheet
    assert f"http://testserver/teams/{team.pk}/sheets/2026-06-03/" in sheet
    drawn = sheet[sheet.index("<svg") : sheet.index("</svg>")]
    assert "style=" not in drawn


def test_an_arabic_teams_page_is_arabic_and_runs_from_right_to_left(desk, cohort) -> None:
    arabic = look(desk, cohort).split('<section class="blank-sheet"')[2]
    assert 'lang="ar"' in arabic
    assert 'dir="rtl"' in arabic
    assert "Monday" not in arabic


def test_the_whole_week_is_a_page_for_each_team_and_day(desk, cohort) -> None:
    assert look(desk, cohort, "all").count('<section class="blank-sheet"') == 10


@pytest.mark.parametrize("day", ["2027-01-01", "tomorrow"])
def test_a_day_of_another_week_is_not_found(desk, cohort, day) -> None:
    assert desk.get(f"/cohorts/{cohort.pk}/blank-sheets/?day={day}").status_code == 404
