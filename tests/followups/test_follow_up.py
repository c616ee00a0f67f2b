"""The follow-up page: where each reform stands, those first that need someone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans.models import ActionPlan, Activity, Milestone
from cohorts.models import Team
from followups import planner
from followups.models import Answer, CheckIn, SupportRequest
from tests.factories import NOON, make_cohort, make_member, make_team, make_user
from tests.followups.conftest import DAY, OPENS, WEEK_ENDED, World, day, utc
from tests.followups.pages import Browser, text_of

# Of round 3, which opens on 14 August.
LATER = utc(OPENS) + timedelta(weeks=8)


def page_for(reader: User, world: World, now: datetime) -> HttpResponse:
    browser = Browser(now)
    browser.sign_in(reader)
    page = browser.get(f"/cohorts/{world.cohort.pk}/follow-up/")
    assert page.status_code == 200
    return page


def years(page: HttpResponse) -> dict[str, Any]:
    """The lines of the page by team, in its order."""
    return {year.team.name: year for year in page.context["years"]}  # type: ignore[attr-defined]


def answered(check_in: CheckIn, at: datetime, by: User, **said: Any) -> Answer:
    CheckIn.objects.filter(pk=check_in.pk).update(
        state="submitted", submitted_at=at, submitted_by=by, next_at=None, next_step="none"
    )
    return Answer.objects.create(
        check_in=check_in, submission_id=uuid4(), person=by, at=at, by_link=True, **said
    )


def state(check_in: CheckIn, state: str) -> None:
    waits = state in {"open", "scheduled"}
    CheckIn.objects.filter(pk=check_in.pk).update(
        state=state, next_step="nudge" if waits else "none", next_at=LATER if waits else None
    )


def activities(team: Team, **numbers: int) -> None:
    plan = ActionPlan.objects.create(team=team)
    milestone = Milestone.objects.create(plan=plan, title="Salaries arrive")
    for status, number in numbers.items():
        for _ in range(number):
            Activity.objects.create(milestone=milestone, text=status, status=status)
    Activity.objects.create(milestone=milestone, text="Gone", status="stuck", removed_at=NOON)
    gone = Milestone.objects.create(plan=plan, title="Gone", removed_at=NOON)
    Activity.objects.create(milestone=gone, text="Of what is gone", status="stuck")


@pytest.fixture
def lead(world: World) -> User:
    lead = make_user("Lea Lead")
    world.cohort.program.leads.add(lead)
    return lead


def test_a_teams_line_says_when_it_answered_how_often_in_time_and_how_its_plan_stands(year, lead):
    activities(year.team, done=3, on_track=2, stuck=1, dropped=1, not_started=4)
    answered(year.check_in(1), day(9), year.amara)
    late = answered(year.check_in(2), day(28 + 12), year.boima)
    state(year.check_in(3), "missed")
    for text in ("A lawyer", "A car"):
        SupportRequest.objects.create(team=year.team, answer=late, text=text)
    SupportRequest.objects.create(
        team=year.team, answer=late, text="Old", state="helped", due_on=NOON, next_on=None
    )
    page = page_for(lead, year, LATER + 30 * DAY)
    line = years(page)["Liberia"]
    assert (line.on_time, line.asked) == (1, 3)
    assert line.last == year.check_in(2)
    assert dict(line.counts) == {
        "done": 3,
        "on_track": 2,
        "stuck": 1,
        "dropped": 1,
        "not_started": 4,
    }
    assert sum(part["width"] for part in line.segments) == pytest.approx(100)
    words = text_of(page)
    for part in ("3 done", "2 on track", "1 stuck", "1 dropped", "4 not started"):
        assert part in words
    for part in ("1 of 3", "29 Jul 2026", "Boima", "A lawyer", "A car", "Carla Coach"):
        assert part in words
    assert "Old" not in words
    assert [dot.word for dot in line.dots][:4] == [
        "answered on time",
        "answered late",
        "missed",
        "to come",
    ]


def test_the_last_hour_of_the_due_day_is_on_time_by_the_teams_own_clock(year, lead):
    User.objects.filter(pk=year.amara.pk).update(time_zone="Pacific/Apia")
    Team.objects.filter(pk=year.team.pk).update(time_zone="Pacific/Apia")
    # Due on Sunday 28 June: in Apia (UTC+13) it is Monday from 11:00 UTC.
    for number, hour in ((1, 10), (2, 11)):
        moment = utc(year.check_in(number).round.due_on, hour, 30)
        answered(year.check_in(number), moment, year.amara)
    line = years(page_for(lead, year, LATER))["Liberia"]
    assert (line.on_time, line.asked) == (1, 2)


def test_a_round_counts_against_a_team_only_once_it_is_over_or_late(year, lead):
    state(year.check_in(1), "open")
    assert years(page_for(lead, year, day(9)))["Liberia"].asked == 0
    assert years(page_for(lead, year, day(10)))["Liberia"].asked == 1
    state(year.check_in(1), "excused")
    assert years(page_for(lead, year, day(10)))["Liberia"].asked == 0


def test_the_teams_that_need_someone_stand_first(world, lead):
    for name in ("Stuck", "Asks for help", "And silent", "Coach told", "Well", "All is well"):
        make_member(make_team(world.cohort, name=name, coach=world.coach))
    teams = {team.name: team for team in world.cohort.teams.all()}
    planner.close_week(world.cohort, by=None, now=world.clock)
    for name, team in teams.items():
        if name in {"And silent", "Coach told"}:
            state(world.check_in(team=team), "open")
        else:
            answered(world.check_in(team=team), day(2), world.amara)
    CheckIn.objects.filter(pk=world.check_in(team=teams["Coach told"]).pk).update(
        next_step="closes"
    )
    activities(teams["Stuck"], stuck=1, done=4)
    wish = Answer.objects.get(check_in__team=teams["Asks for help"])
    SupportRequest.objects.create(team=teams["Asks for help"], answer=wish, text="A lawyer")
    page = page_for(lead, world, day(20))
    assert list(years(page)) == [
        "Coach told",
        "And silent",
        "Stuck",
        "Asks for help",
        "All is well",
        "Liberia",
        "Well",
    ]
    words = text_of(page)
    assert "5 of 7 teams answered round 1. 1 is stuck with something." in words
    assert words.index("Coach told") < words.index("And silent") < words.index("All is well")
    assert "no answer, coach told" in words
    assert "late since 28 Jun" in words


def test_a_coach_sees_the_teams_they_coach_and_no_other(year):
    other = make_team(year.cohort, name="Kenya", coach=make_user())
    make_member(other)
    CheckIn.objects.create(team=other, round=year.check_in().round, next_at=day(0))
    wish = answered(year.check_in(team=other), day(1), make_member(other))
    SupportRequest.objects.create(team=other, answer=wish, text="A secret wish")
    page = page_for(year.coach, year, day(5))
    assert list(years(page)) == ["Liberia"]
    assert "Kenya" not in text_of(page)
    assert "A secret wish" not in text_of(page)
    assert "0 of 1 team answered round 1." in text_of(page)


def test_members_and_strangers_do_not_see_it(year):
    for person in (year.amara, year.boima, make_user()):
        browser = Browser(day(5))
        browser.sign_in(person)
        assert browser.get(f"/cohorts/{year.cohort.pk}/follow-up/").status_code == 404


def test_before_the_year_the_page_says_what_to_do(world, lead):
    page = page_for(lead, world, world.clock)
    assert "The year has not begun" in text_of(page)
    assert f"/cohorts/{world.cohort.pk}/close-week/" in page.content.decode()
    # A coach cannot close the week.
    page = page_for(world.coach, world, world.clock)
    assert f"/cohorts/{world.cohort.pk}/close-week/" not in page.content.decode()


def test_before_the_first_round_the_headline_says_so(year, lead):
    assert "The first round has not opened yet." in text_of(page_for(lead, year, day(-1)))
    assert "0 of 1 team answered round 1." in text_of(page_for(lead, year, day(0)))


def statements(browser: Browser, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return [query["sql"] for query in queries]


def test_the_page_takes_the_same_statements_with_three_and_thirty_teams(db, sink):
    lead, numbers = make_user(), {}
    for count in (3, 30):
        cohort = make_cohort(ends_on=WEEK_ENDED)
        cohort.program.leads.add(lead)
        for n in range(count):
            team = make_team(cohort, name=f"Team {n}", coach=make_user())
            make_member(team)
            activities(team, stuck=2, done=2)
        planner.close_week(cohort, by=None, now=utc(WEEK_ENDED, 20))
        for check_in in CheckIn.objects.filter(team__cohort=cohort, round__number=1):
            wish = answered(check_in, day(1), lead)
            SupportRequest.objects.create(team=check_in.team, answer=wish, text="A lawyer")
        browser = Browser(day(5))
        browser.sign_in(lead)
        numbers[count] = statements(browser, f"/cohorts/{cohort.pk}/follow-up/")
    assert len(numbers[3]) == len(numbers[30]), "\n".join(numbers[30])
    assert len(numbers[30]) <= 12


def test_the_check_in_takes_the_same_statements_with_three_and_thirty_activities(opened):
    numbers = []
    for count in (3, 27):
        for n in range(count):
            opened.activity(f"Activity {count} {n}", status="stuck")
            Answer.objects.create(
                check_in=opened.check_in(),
                submission_id=f"{count:016}{n:016}",
                person=opened.boima,
                by_link=True,
                at=opened.clock,
                did="We met.",
            )
        phone, laptop = Browser(opened.clock), Browser(opened.clock)
        phone.follow(opened.link())
        laptop.sign_in(opened.amara)
        address = f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/"
        numbers.append((len(statements(phone, "/c/")), len(statements(laptop, address))))
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) <= 14
