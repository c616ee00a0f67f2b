"""What is said about a plan's R and A."""

from datetime import date, timedelta

import pytest

from actionplans import plans, raci
from actionplans.models import Activity, Milestone
from cohorts.models import Cohort, Team
from tests.actionplans.planning import make_activity, make_milestone, url
from tests.factories import MONDAY, make_member, make_team, make_user

GOOD = {"responsible": "Amara Kollie", "accountable": "Amara Kollie", "due_on": "2026-07-01"}


@pytest.fixture
def team(db: None) -> Team:
    team = make_team()
    make_member(team, make_user("Amara Kollie"))
    return team


def said(team: Team) -> list[str]:
    """Every sentence, in the order of the plan."""
    groups = [(group.milestone, group.activities) for group in plans.groups(team)]
    found = raci.problems(groups, team.cohort)
    return [remark.sentence for remark in found.summary]


def test_a_plan_with_one_a_and_an_r_and_a_date_has_no_problem(team: Team) -> None:
    make_activity(make_milestone(team), **GOOD)
    assert said(team) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"accountable": ""}, "Nobody is accountable."),
        ({"responsible": ""}, "Nobody is responsible."),
        ({"accountable": "Hon. Weah"}, "Hon. Weah is accountable, but not in the team."),
        ({"responsible": "A; B; C; D; E"}, "5 people are responsible. Who of them begins?"),
        ({"due_on": ""}, "There is no date by which it is done."),
        ({"starts_on": "2026-07-02"}, "It is due before it begins."),
        ({"due_on": "2026-05-31"}, "It is due before the week began"),
        ({"due_on": "2027-06-07"}, "It is due after the year"),
        ({"text": "Training"}, "It says too little to tell, later, whether it was done."),
        ({"text": ""}, "It does not say what is done."),
    ],
)
def test_each_problem_is_said_in_a_sentence(
    team: Team, wrong: dict[str, str], sentence: str
) -> None:
    make_activity(make_milestone(team), **(GOOD | wrong))
    [found] = said(team)
    assert found.startswith(sentence)


@pytest.mark.parametrize(
    "fine",
    [
        {"responsible": "A; B; C; D"},
        {"due_on": "2026-06-01"},
        {"due_on": "2027-06-06"},
        {"starts_on": "2026-07-01"},
        {"due_on": "", "timeframe_note": "Every quarter"},
        {"text": "Ten signs."},
        {"status": "dropped", "accountable": ""},
        {"status": "done", "due_on": "2026-05-01"},
    ],
)
def test_what_is_just_right_is_not_remarked_on(team: Team, fine: dict[str, str]) -> None:
    make_activity(make_milestone(team), **(GOOD | fine))
    assert said(team) == []


def test_a_milestone_without_an_activity_or_a_name_is_remarked_on(team: Team) -> None:
    make_milestone(team, "")
    assert said(team) == [
        "This milestone has no name yet.",
        "This milestone has no activity yet.",
    ]


@pytest.mark.parametrize(("lines", "of", "warned"), [(3, 6, False), (4, 6, True), (5, 5, False)])
def test_one_person_on_most_lines_is_a_warning(
    team: Team, lines: int, of: int, warned: bool
) -> None:
    milestone = make_milestone(team)
    for n in range(of):
        bearer = {"responsible": "Mama Njeri"} if n < lines else {"responsible": f"Someone {n}"}
        make_activity(milestone, **(GOOD | bearer | {"accountable": ""}))
    heavy = f"Mama Njeri bears {lines} of {of} activities. What if they are ill?"
    assert (heavy in said(team)) == warned


def test_the_summary_says_a_sentence_once_and_names_the_first_rows(team: Team, sign_in) -> None:
    milestone = make_milestone(team)
    rows = [
        make_activity(milestone, f"Activity number {n}", **(GOOD | {"accountable": ""}))
        for n in range(5)
    ]
    page = sign_in(make_member(team)).get(url(team)).content.decode()
    assert "5 things to look at" in page
    assert "and 2 more" in page
    assert f'href="#activity-{rows[2].pk}"' in page
    assert f'href="#activity-{rows[3].pk}"' not in page
    assert page.count("Nobody is accountable.") == 6


def test_problems_need_no_query(team: Team, django_assert_num_queries) -> None:
    milestone = make_milestone(team)
    make_activity(milestone, **GOOD)
    groups = [(group.milestone, group.activities) for group in plans.groups(team)]
    with django_assert_num_queries(0):
        raci.problems(groups, team.cohort)


def test_the_longest_follow_up_is_within_the_year(team: Team) -> None:
    assert timedelta(weeks=48) < raci.YEAR
    cohort = Cohort(starts_on=MONDAY, ends_on=date(2026, 6, 5))
    milestone = Milestone(title="Paid")
    assert raci.problems([(milestone, [])], cohort).count == 1
    assert not raci.all_on_one([Activity()] * 3)
