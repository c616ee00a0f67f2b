"""What people see first: the landing page, and what is their own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans.models import ActionPlan, Activity, Milestone
from cohorts.models import Cohort, Membership, Person, Team
from followups.models import CheckIn, Round, SupportRequest
from tests.factories import (
    NOON,
    make_cohort,
    make_member,
    make_outsider,
    make_program,
    make_team,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TUESDAY = datetime(2026, 6, 2, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.MFA_REQUIRED = False


def make_check_in(team: Team, state: str = CheckIn.State.OPEN, **fields) -> CheckIn:
    opens = fields.pop("opens_on", date(2026, 6, 19))
    number = fields.pop("number", 1)
    round_, _ = Round.objects.get_or_create(
        cohort=team.cohort,
        number=number,
        defaults={
            "opens_on": opens,
            "due_on": opens + timedelta(days=9),
            "closes_on": opens + timedelta(days=24),
        },
    )
    if state in (CheckIn.State.OPEN, CheckIn.State.SCHEDULED):
        fields |= {"next_at": NOON}
    if state == CheckIn.State.SUBMITTED:
        fields |= {"submitted_at": NOON}
    return CheckIn.objects.create(team=team, round=round_, state=state, **fields)


def make_request(team: Team, holder: User, days: int = 20, **fields: Any) -> SupportRequest:
    """Asked for so many days ago, due two weeks later, and brought to someone."""
    wish = {"team": team, "text": "A lawyer", "raised_at": NOON - days * DAY} | fields
    return SupportRequest.objects.create(holder=holder, **wish)


def test_signed_out_the_landing_page_says_what_it_is_and_has_one_button_to_sign_in() -> None:
    page = Client().get("/").content.decode()
    assert "Some reforms nobody can bring about alone" in page
    assert page.count('href="/accounts/login/"') - page.count('target="_blank"') == 1
    assert page.count("btn primary") == 1


def test_a_member_finds_their_team_with_todays_sheet_as_the_one_big_button(sign_in) -> None:
    team = make_team(name="Liberia")
    member = make_member(team)
    with time_machine.travel(TUESDAY, tick=False):
        page = sign_in(member).get("/").content.decode()
    assert "Liberia" in page
    assert f'href="/teams/{team.pk}/sheets/2026-06-02/"' in page
    assert "Open today&#x27;s sheet" in page
    assert page.count("btn primary") == 1


def test_today_is_the_venues_today_not_the_readers(sign_in) -> None:
    cohort = make_cohort(time_zone="America/New_York")
    team = make_team(cohort)
    member = make_member(team, make_user(time_zone="Asia/Tokyo"))
    with time_machine.travel(datetime(2026, 6, 3, 2, tzinfo=UTC), tick=False):
        page = sign_in(member).get("/").content.decode()
    assert f'href="/teams/{team.pk}/sheets/2026-06-02/"' in page


@pytest.mark.parametrize(
    ("now", "day"),
    [(datetime(2026, 5, 20, 12, tzinfo=UTC), "2026-06-01"), (NOON.replace(day=20), "2026-06-05")],
)
def test_outside_the_week_the_nearest_days_sheet_is_offered_by_its_date(sign_in, now, day) -> None:
    team = make_team()
    member = make_member(team)
    with time_machine.travel(now, tick=False):
        page = sign_in(member).get("/").content.decode()
    assert f'href="/teams/{team.pk}/sheets/{day}/"' in page
    assert "Open the sheet of" in page


def test_in_the_year_after_the_open_check_in_is_the_big_button(sign_in) -> None:
    team = make_team(make_cohort(state=Cohort.State.FOLLOW_UP))
    member = make_member(team)
    check_in = make_check_in(team)
    with time_machine.travel(NOON.replace(day=20), tick=False):
        page = sign_in(member).get("/").content.decode()
    assert f'href="/teams/{team.pk}/check-ins/{check_in.pk}/"' in page
    assert "Please answer it by Sunday 28 June" in page


def test_a_late_check_in_is_said_to_be_late_and_still_answerable(sign_in) -> None:
    team = make_team(make_cohort(state=Cohort.State.FOLLOW_UP))
    member = make_member(team)
    make_check_in(team)
    with time_machine.travel(datetime(2026, 7, 1, 12, tzinfo=UTC), tick=False):
        page = sign_in(member).get("/").content.decode()
    assert "was due on 28 June. It is not too late: it can be answered until 13 July." in page


def test_without_an_open_check_in_the_plan_is_the_big_button(sign_in) -> None:
    team = make_team(make_cohort(state=Cohort.State.FOLLOW_UP))
    make_check_in(team, CheckIn.State.SUBMITTED)
    make_check_in(team, CheckIn.State.SCHEDULED, number=2, opens_on=date(2026, 7, 17))
    page = sign_in(make_member(team)).get("/").content.decode()
    assert f'href="/teams/{team.pk}/plan/"' in page
    assert "/check-ins/" not in page


def test_before_the_week_a_team_reads_the_agenda(sign_in) -> None:
    team = make_team(make_cohort(state=Cohort.State.DRAFT))
    page = sign_in(make_member(team)).get("/").content.decode()
    assert f'href="/cohorts/{team.cohort_id}/agenda/"' in page
    assert "The week begins on Monday 1 June 2026" in page


def test_staff_find_what_they_look_after_and_nothing_else(sign_in) -> None:
    other = make_team(make_cohort(name="Elsewhere"), name="Strangers")
    person = make_user()
    led = make_program(person, name="Led program")
    make_cohort(led, name="Led cohort")
    facilitated = make_cohort(name="Facilitated cohort")
    facilitated.facilitators.add(person)
    make_team(name="Coached team", coach=person)
    page = sign_in(person).get("/").content.decode()
    for name in ("Led program", "Led cohort", "Facilitated cohort", "Coached team"):
        assert name in page
    assert other.name not in page
    assert other.cohort.name not in page


def test_someone_without_a_team_learns_what_to_do(sign_in) -> None:
    page = sign_in(make_user(email="lost@example.org")).get("/").content.decode()
    assert "You are not in a team yet" in page
    assert "lost@example.org" in page


def test_someone_removed_from_a_team_no_longer_finds_it(sign_in) -> None:
    team = make_team(name="Liberia")
    member = make_member(team)
    Membership.objects.all().delete()
    assert "Liberia" not in sign_in(member).get("/").content.decode()


def test_the_page_asks_as_little_with_thirty_of_everything_as_with_three(sign_in) -> None:
    person = make_user()

    def queries(n: int) -> int:
        for _ in range(n):
            cohort = make_cohort(make_program(person), state=Cohort.State.FOLLOW_UP)
            cohort.facilitators.add(person)
            team = make_team(cohort, coach=person)
            make_member(team, person)
            make_check_in(team)
            make_request(team, person)
        client = sign_in(person)
        client.get("/")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    assert queries(3) == queries(27)


def test_what_one_bears_and_is_due_within_a_week_or_late_stands_on_ones_page(sign_in) -> None:
    team, other = make_team(name="Liberia"), make_team(name="Ghana")
    member = make_member(team)
    make_member(other, member)
    mine = Person.objects.get(team=team, user=member)
    for text, fields in {
        "Late as A": {"due_on": date(2026, 5, 30), "accountable": mine},
        "Next week as R": {"due_on": date(2026, 6, 9)},
        "Too far away": {"due_on": date(2026, 6, 10), "accountable": mine},
        "Done": {"due_on": date(2026, 6, 3), "accountable": mine, "status": "done"},
        "Somebody else's": {"due_on": date(2026, 6, 3), "accountable": make_outsider(team)},
    }.items():
        plan = ActionPlan.objects.get_or_create(team=team)[0]
        milestone = Milestone.objects.get_or_create(plan=plan)[0]
        activity = Activity.objects.create(milestone=milestone, text=text, **fields)
        if "as R" in text:
            activity.responsible.add(mine)
    with time_machine.travel(TUESDAY, tick=False):
        page = sign_in(member).get("/").content.decode()
    assert page.index("Late as A") < page.index("Next week as R")
    assert "was due 30 May 2026" in " ".join(page.split())
    for text in ("Too far away", ">Done<", "Somebody else"):
        assert text not in page
    Cohort.objects.update(state="closed")
    assert "Late as A" not in sign_in(member).get("/").content.decode()


# Requests that one holds -------------------------------------------------------------------------


def test_whoever_holds_requests_sees_them_oldest_first_with_their_age(sign_in) -> None:
    team = make_team(name="Liberia")
    holder = make_user()
    team.cohort.facilitators.add(holder)
    young = make_request(team, holder, 3, text="A car")
    old = make_request(team, holder, 20, text="A lawyer")
    with time_machine.travel(NOON, tick=False):
        page = sign_in(holder).get("/").content.decode()
    assert "Requests for help that wait for you" in page
    assert page.index(f"/teams/{team.pk}/support/{old.pk}/") < page.index(
        f"/teams/{team.pk}/support/{young.pk}/"
    )
    words = " ".join(page.split())
    for said in ("open for 20 days", "overdue for 6 days", "open for 3 days", "you see to it"):
        assert said in words
    assert words.count("overdue for") == 1


def test_what_is_over_or_anothers_or_of_a_team_one_left_is_not_on_ones_page(sign_in) -> None:
    team, other, closed = make_team(), make_team(), make_team(make_cohort(state="closed"))
    holder, coach = make_user(), make_user()
    for each in (team, closed):
        each.cohort.facilitators.add(holder)
    make_request(team, holder, text="Helped already", state="helped", next_on=None, due_on=TUESDAY)
    make_request(team, coach, text="Of the coach")
    make_request(other, holder, text="Of a team that was left")
    make_request(closed, holder, text="Of a year that is over")
    page = sign_in(holder).get("/").content.decode()
    for text in ("Helped already", "Of the coach", "Of a team", "Of a year", "wait for you"):
        assert text not in page
