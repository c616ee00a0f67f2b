"""What a page says once, says at the right time, and offers as the one thing to do."""

from datetime import timedelta

import pytest
from django.test import Client

from actionplans.models import ActionPlan, Milestone
from cohorts.models import Cohort, Membership, Team
from followups.models import CheckIn
from tests.factories import NOON, make_cohort, make_member, make_program, make_team, make_user
from tests.home.test_home import make_check_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.MFA_REQUIRED = False


@pytest.fixture
def lead(client: Client):
    person = make_user()
    client.force_login(person)
    return person


def look(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def team_of(lead, state: str = Cohort.State.RUNNING, **fields) -> Team:
    return make_team(make_cohort(make_program(lead), state=state), **fields)


def test_a_country_is_not_said_twice_where_the_team_bears_its_name(client, lead) -> None:
    team = team_of(lead, name="Liberia", country="Liberia")
    assert look(client, f"/teams/{team.pk}/").count("<bdi>Liberia</bdi>") == 2  # crumb, title
    assert look(client, f"/cohorts/{team.cohort_id}/board/").count("<bdi>Liberia</bdi>") == 1


def test_a_country_is_said_where_the_team_is_called_otherwise(client, lead) -> None:
    team = team_of(lead, name="Payroll", country="Liberia")
    assert "<bdi>Liberia</bdi>" in look(client, f"/teams/{team.pk}/")
    assert "<bdi>Liberia</bdi>" in look(client, f"/cohorts/{team.cohort_id}/board/")


@pytest.mark.parametrize(
    ("state", "heading"),
    [(Cohort.State.DRAFT, "Before the first day"), (Cohort.State.RUNNING, "Still missing")],
)
def test_what_is_missing_stands_under_a_heading_of_its_time(client, lead, state, heading) -> None:
    page = look(client, team_of(lead, state).cohort.get_absolute_url())
    shown = [word for word in ("Before the first day", "Still missing") if word in page]
    assert shown == [heading]


def test_the_marks_of_a_year_are_explained_once_each(client, lead) -> None:
    team = team_of(lead, Cohort.State.FOLLOW_UP, name="Ghana")
    for number in (1, 2):
        opens = NOON.date() - timedelta(days=90 * number)
        make_check_in(team, CheckIn.State.MISSED, number=number, opens_on=opens)
    page = look(client, f"/cohorts/{team.cohort_id}/follow-up/")
    assert page.count("#s-missed") >= 3  # two rounds and the legend
    legend = page.split('<ul class="legend')[1].split("</ul>")[0]
    assert legend.count("<li>") == 1
    assert "missed" in legend


@pytest.mark.parametrize(("state", "offered"), [("draft", 0), ("running", 1)])
def test_closing_the_week_is_offered_only_while_it_runs(client, lead, state, offered) -> None:
    page = look(client, f"/cohorts/{team_of(lead, state).cohort_id}/follow-up/")
    assert page.count('class="btn primary" href="/cohorts/') == offered


def primaries(page: str) -> list[str]:
    """What the primary buttons say."""
    found = page.split('class="btn primary"')[1:]
    return [
        part.split("</a>")[0].split("</button>")[0].rpartition(">")[2].strip() for part in found
    ]


def test_an_empty_plan_asks_for_its_first_milestone_and_a_plan_for_its_signature(client) -> None:
    team = make_team(make_cohort(state=Cohort.State.RUNNING))
    client.force_login(make_member(team, role=Membership.Role.LEAD))
    assert primaries(look(client, f"/teams/{team.pk}/plan/")) == ["Add a milestone"]
    plan, _ = ActionPlan.objects.get_or_create(team=team)
    Milestone.objects.create(plan=plan, title="Payroll")
    assert primaries(look(client, f"/teams/{team.pk}/plan/")) == ["Sign off"]
