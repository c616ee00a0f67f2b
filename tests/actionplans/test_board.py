"""The week board: teams and days at a glance, for the projector."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from actionplans import cells
from actionplans.models import Activity, DailySheet, SheetRow
from cohorts.models import Cohort, Team
from tests.actionplans.planning import SCRIPT, make_activity, make_milestone, make_row
from tests.factories import MONDAY, NOON, make_cohort, make_member, make_team, make_user

pytestmark = pytest.mark.django_db
TILE = re.compile(
    r'data-state="(?P<state>[\w-]+)"\s+href="(?P<url>[^"]+)">.*?</svg>(?P<words>.*?)</a>', re.S
)


@pytest.fixture
def cohort() -> Cohort:
    return make_cohort()


@pytest.fixture
def facilitator(cohort: Cohort) -> User:
    person = make_user()
    cohort.facilitators.add(person)
    return person


@pytest.fixture
def client(facilitator: User, sign_in) -> Client:
    return sign_in(facilitator)


def url(cohort: Cohort) -> str:
    return reverse("board", args=[cohort.pk])


def tiles(client: Client, cohort: Cohort) -> dict[str, tuple[str, str]]:
    """State and words of each tile, by the address of its sheet."""
    page = client.get(url(cohort)).content.decode()
    return {
        found["url"]: (found["state"], " ".join(re.sub(r"<[^>]+>", " ", found["words"]).split()))
        for found in TILE.finditer(page)
    }


def sheet(team: Team, day: object = MONDAY) -> str:
    return reverse("sheet", args=[team.pk, day])


def test_every_team_has_a_tile_for_each_day_and_before_anything_is_written_it_is_empty(
    client, cohort
) -> None:
    teams = [make_team(cohort), make_team(cohort)]
    found = tiles(client, cohort)
    assert set(found) == {sheet(team, day) for team in teams for day in cohort.days}
    assert set(found.values()) == {("empty", "empty")}


def test_a_begun_sheet_counts_its_actions_and_those_without_who_or_when(client, cohort) -> None:
    team = make_team(cohort)
    make_row(team, action="Meet them", by_whom="Ada", by_when="2026-07-01")
    make_row(team, action="Without who", by_when="2026-07-01")
    make_row(team, action_kind="information", by_whom="Ada")
    make_row(team, milestone="No action yet")
    assert tiles(client, cohort)[sheet(team)] == ("begun", "3 actions 2 without who or when begun")


def test_a_team_is_told_which_activities_of_its_plan_lack_r_a_or_a_date(client, cohort) -> None:
    team, bare = make_team(cohort, name="Liberia"), make_team(cohort, name="Kenya")
    whole = {"responsible": "Ada; Ben", "accountable": "Ada", "due_on": "2026-09-01"}
    milestone = make_milestone(team)
    make_activity(milestone, **whole)
    for missing in whole:
        make_activity(milestone, **whole | {missing: ""})
    make_activity(milestone, status="dropped")
    gone = make_activity(milestone)
    Activity.objects.filter(pk=gone.pk).update(removed_at=NOON)
    page = " ".join(re.sub(r"<[^>]+>", " ", client.get(url(cohort)).content.decode()).split())
    assert "Liberia Plan: 4 activities , 3 without R, A or date" in page
    assert f"{bare.name} Liberia Plan: 0 activities empty" in page


def test_the_takeaways_that_came_last_come_first(client, cohort) -> None:
    sheets = [
        DailySheet.objects.create(team=make_team(cohort, name=name), day=day)
        for name, day in (("Early", MONDAY), ("Late", MONDAY + timedelta(days=1)))
    ]
    member = make_user()
    for sheet, hour in zip(sheets, (2, 1), strict=True):
        cells.save_cell(
            sheet.team,
            table="sheet",
            row_id=sheet.pk,
            field="takeaways",
            value=f"{sheet.team.name} words",
            seen="",
            edit_id=uuid4(),
            by=member,
            now=NOON + timedelta(hours=hour),
        )
    page = client.get(url(cohort)).content.decode()
    assert page.index("Early words") < page.index("Late words")


def test_a_tile_opens_the_sheet_to_read_and_to_comment_for_facilitator_and_coach(
    facilitator, cohort, sign_in
) -> None:
    team = make_team(cohort, coach=make_user())
    make_row(team, action="Meet them")
    for person in (facilitator, team.coach):
        browser = sign_in(person)
        [address, *_others] = tiles(browser, cohort)
        page = browser.get(address).content.decode()
        assert "Meet them" in page
        assert "data-cells-url" not in page
        beside = reverse("comments", args=[team.pk, "sheet", MONDAY.isoformat()])
        assert f'data-there="{beside}"' in page
        browser.post(beside, {"form_id": str(uuid4()), "text": f"Seen by {person}"})
        assert f"Seen by {person}" in browser.get(beside).content.decode()


def test_a_row_that_was_removed_does_not_count(client, cohort) -> None:
    team = make_team(cohort)
    make_row(team, action="Stays", by_whom="Ada", by_when="2026-07-01")
    gone = make_row(team, action="Goes")
    SheetRow.objects.filter(pk=gone.pk).update(removed_at=NOON)
    assert tiles(client, cohort)[sheet(team)] == ("begun", "1 action begun")


def test_two_people_on_a_row_are_one_row(client, cohort) -> None:
    team = make_team(cohort)
    make_row(team, action="Meet", by_whom="Ada; Ben; Cleo", by_when="2026-07-01")
    assert tiles(client, cohort)[sheet(team)] == ("begun", "1 action begun")


def test_a_sheet_with_takeaways_alone_has_begun_and_they_are_shown(client, cohort) -> None:
    team = make_team(cohort, name="Liberia")
    DailySheet.objects.create(team=team, day=MONDAY, takeaways="Count <first>, accuse nobody.")
    assert tiles(client, cohort)[sheet(team)] == ("begun", "0 actions begun")
    assert "Count &lt;first&gt;, accuse nobody." in client.get(url(cohort)).content.decode()


def test_a_sheet_that_was_handed_in_says_so(client, cohort, sign_in) -> None:
    team = make_team(cohort)
    make_row(team, action="Meet", by_whom="Ada", by_when="2026-07-01")
    sign_in(make_member(team)).post(reverse("sheet_hand_in", args=[team.pk, MONDAY]))
    assert tiles(client, cohort)[sheet(team)] == ("handed-in", "1 action handed in")


def test_a_board_without_teams_says_what_to_do(client, cohort) -> None:
    assert "No teams yet. Add the first" in client.get(url(cohort)).content.decode()


def test_teams_of_other_cohorts_are_not_on_it(client, cohort) -> None:
    other = make_team(name="Elsewhere")
    DailySheet.objects.create(team=other, day=MONDAY, takeaways="Secret words")
    page = client.get(url(cohort)).content.decode()
    assert "Elsewhere" not in page
    assert "Secret words" not in page


def test_today_is_the_venues_today(facilitator, cohort, sign_in) -> None:
    make_team(cohort)
    with time_machine.travel("2026-06-03 02:00+00:00", tick=False):
        page = sign_in(facilitator).get(url(cohort)).content.decode()
    assert page[page.index('aria-current="date"') :].split(">")[1].startswith("Tue 2")


def test_it_keeps_itself_up_to_date_and_costs_little_while_nothing_happens(client, cohort) -> None:
    team = make_team(cohort)
    first = client.get(url(cohort), **SCRIPT)
    assert "<html" not in first.content.decode()
    again = SCRIPT["headers"] | {"If-None-Match": first["ETag"]}
    assert client.get(url(cohort), headers=again).status_code == 304
    make_row(team, action="News")
    after = client.get(url(cohort), headers=again)
    assert after.status_code == 200
    again["If-None-Match"] = after["ETag"]
    assert client.get(url(cohort), headers=again).status_code == 304
    make_activity(make_milestone(team))
    assert client.get(url(cohort), headers=again).status_code == 200
    assert "<b>1</b> action" in " ".join(after.content.decode().split())


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_projector_may_have_another_light(client, cohort, theme) -> None:
    page = client.get(f"{url(cohort)}?theme={theme}").content.decode()
    assert f'data-theme="{theme}"' in page
    assert 'data-theme="x' not in client.get(f"{url(cohort)}?theme=x").content.decode()


def test_a_coach_sees_the_teams_they_coach_and_nothing_of_the_others(cohort, sign_in) -> None:
    coach = make_user("Ingrid")
    own, other = make_team(cohort, name="Liberia", coach=coach), make_team(cohort, name="Kenya")
    for team in (own, other):
        words = f"{team.name} spoke"
        DailySheet.objects.create(team=team, day=MONDAY, takeaways=words)
    page = sign_in(coach).get(url(cohort)).content.decode()
    assert "Liberia spoke" in page
    assert "Kenya" not in page
