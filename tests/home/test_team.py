"""A team's own page: the week, the plan, the people, the year."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionplans.models import ActionPlan, Activity, Baseline, DailySheet, Milestone, SheetRow
from cohorts.models import Cohort, Membership, Team
from followups.models import CheckIn
from tests.factories import NOON, make_cohort, make_member, make_outsider, make_team, make_user
from tests.home.test_home import TUESDAY, make_check_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.MFA_REQUIRED = False


def page_of(client, team: Team, now: datetime = TUESDAY) -> str:
    with time_machine.travel(now, tick=False):
        answer = client.get(f"/teams/{team.pk}/")
    assert answer.status_code == 200
    page = " ".join(answer.content.decode().split())
    return page.replace("> ", ">").replace(" <", "<")


def fill(team: Team, rows: int = 2, activities: int = 2) -> ActionPlan:
    sheet = DailySheet.objects.create(team=team, day=team.cohort.starts_on, handed_in_at=NOON)
    for n in range(rows):
        SheetRow.objects.create(sheet=sheet, action=f"Action {n}")
    SheetRow.objects.create(sheet=sheet, action="Gone", removed_at=NOON)
    plan = ActionPlan.objects.create(team=team)
    milestone = Milestone.objects.create(plan=plan, title="Payroll")
    Milestone.objects.create(plan=plan, title="Gone", removed_at=NOON)
    person = make_outsider(team)
    for n in range(activities):
        activity = Activity.objects.create(milestone=milestone, text=f"{n}", accountable=person)
        activity.responsible.add(person)
    return plan


def test_the_week_shows_how_far_each_sheet_is(sign_in) -> None:
    team = make_team()
    fill(team)
    DailySheet.objects.create(team=team, day=NOON.date().replace(day=2), takeaways="Begun.")
    page = page_of(sign_in(make_member(team)), team)
    days = page.split('id="week"')[1].split("</section>")[0].split("<li>")[1:]
    assert len(days) == 5
    assert "2 rows" in days[0]
    assert "handed in" in days[0]
    assert "begun" in days[1]
    assert "not begun" not in days[1]
    assert 'aria-current="date"' in days[1]
    assert "not begun" in days[2]


def test_the_plan_is_summed_up_in_live_rows_and_its_gaps_in_words(sign_in) -> None:
    team = make_team()
    plan = fill(team)
    milestone = plan.milestones.live().get()
    Activity.objects.create(milestone=milestone, text="Nobody's")
    Activity.objects.create(milestone=milestone, text="Removed", removed_at=NOON)
    page = page_of(sign_in(make_member(team)), team)
    assert "<dt>milestone</dt><dd>1</dd>" in page
    assert "<dt>activities</dt><dd>3</dd>" in page
    assert "Nobody is accountable (A) for 1 activity." in page
    assert "Nobody is responsible (R) for 1 activity." in page
    assert "Not signed off yet." in page


def test_a_signed_plan_leads_to_its_baseline(sign_in) -> None:
    team = make_team()
    plan = fill(team)
    Baseline.objects.create(plan=plan, signed_at=NOON, content={})
    page = page_of(sign_in(make_member(team)), team)
    assert "Signed off on 1 June 2026." in page


def test_an_empty_plan_says_how_to_begin_to_those_who_may_write(sign_in) -> None:
    team = make_team(coach=make_user())
    assert "begin with a first milestone" in page_of(sign_in(make_member(team)), team)
    assert "begin with a first milestone" not in page_of(sign_in(team.coach), team)


def test_people_are_named_and_who_has_not_come_yet(sign_in) -> None:
    team = make_team()
    lead = make_member(team, make_user("Comfort"), role=Membership.Role.LEAD)
    make_member(team, make_user("Emmanuel"), joined_at=None)
    make_outsider(team, "Samuel", organisation="Teachers' union")
    page = page_of(sign_in(lead), team)
    people = page.split('id="people"')[1]
    assert people.index("Comfort") < people.index("Emmanuel")
    assert "invited on 1 Jun" in people
    assert "Samuel" in people
    assert "Teachers&#x27; union" in people


def test_the_open_check_in_stands_on_top_and_past_ones_below(sign_in) -> None:
    team = make_team(make_cohort(state=Cohort.State.FOLLOW_UP))
    lead = make_member(team, make_user("Comfort"))
    past = make_check_in(team, CheckIn.State.SUBMITTED, number=1, submitted_by=lead)
    now = make_check_in(team, number=2, opens_on=NOON.date().replace(month=7, day=17))
    make_check_in(
        team, CheckIn.State.SCHEDULED, number=3, opens_on=NOON.date().replace(month=8, day=14)
    )
    page = page_of(sign_in(lead), team, datetime(2026, 7, 20, 12, tzinfo=UTC))
    assert page.index(f"/check-ins/{now.pk}/") < page.index(f"/check-ins/{past.pk}/")
    assert "Check-in 2 is open. Please answer it by Sunday 26 July" in page
    assert "answered on 1 June 2026 ·<bdi>Comfort</bdi>" in page
    assert "Check-in 3 opens on 14 August 2026." in page


def test_staff_read_the_same_page_with_something_to_read_as_its_button(sign_in) -> None:
    team = make_team(coach=make_user())
    make_member(team)
    page = page_of(sign_in(team.coach), team)
    assert "Read today&#x27;s sheet" in page
    assert "Open today&#x27;s sheet" not in page


def test_who_is_not_part_of_it_finds_nothing(sign_in) -> None:
    team = make_team()
    assert sign_in(make_member(make_team())).get(f"/teams/{team.pk}/").status_code == 404


def test_the_page_asks_as_little_with_thirty_of_everything_as_with_three(sign_in) -> None:
    def queries(n: int) -> int:
        team = make_team(make_cohort(state=Cohort.State.FOLLOW_UP))
        fill(team, rows=n, activities=n)
        for number in range(1, n + 1):
            member = make_member(team)
            make_outsider(team)
            state = CheckIn.State.SUBMITTED if number > 1 else CheckIn.State.OPEN
            make_check_in(team, state, number=number, submitted_by=member)
        client = sign_in(member)
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            page_of(client, team)
        return len(captured)

    assert queries(3) == queries(30)


def test_what_is_due_within_a_week_stands_on_the_team_s_page(sign_in) -> None:
    team = make_team()
    member = make_member(team)
    fill(team)
    Activity.objects.filter(text="0").update(text="Soon enough", due_on="2026-06-09")
    Activity.objects.filter(text="1").update(text="Not so soon", due_on="2026-06-10")
    page = page_of(sign_in(member), team)
    assert "Soon enough" in page
    assert "Not so soon" not in page
