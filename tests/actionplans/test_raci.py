"""What is said about a plan's R and A."""

from datetime import date, timedelta

import pytest

from actionplans import plans, raci
from actionplans.models import Acceptance, Activity, Milestone
from cohorts.models import Cohort, Person, Program, Team
from tests.actionplans.planning import make_activity, make_milestone, url
from tests.factories import (
    MONDAY,
    NOON,
    make_member,
    make_outsider,
    make_team,
    make_user,
)

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
        ({"responsible": "A; B; C; D; E"}, "5 people are responsible. Who of them begins?"),
        ({"due_on": ""}, "There is no date by which it is done."),
        ({"starts_on": "2026-07-02"}, "It is due before it begins."),
        ({"due_on": "2026-05-31"}, "It is due before the week began"),
        ({"starts_on": "2026-06-08", "due_on": "2027-06-07"}, "It is due after the year"),
        ({"text": "Training"}, "It says too little to tell, later, whether it was done."),
        ({"text": ""}, "It does not say what is done."),
        ({"due_on": "2026-07-06"}, "Nothing of it happens in the first 30 days."),
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
        {"starts_on": "2026-07-05", "due_on": "2027-06-06"},
        {"due_on": "2027-01-01", "status": "done"},
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


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("Création d'une unité de la paie", True),
        ("Fortalecimiento de las capacidades", True),
        ("Capacity building", True),
        ("Implement the new payroll", False),
        ("Count every civil servant", False),
        ("عد كل موظفي الدولة", False),
    ],
)
def test_a_topic_without_a_date_is_too_vague_to_check(team: Team, text: str, vague: bool) -> None:
    make_activity(make_milestone(team), **(GOOD | {"text": text, "due_on": ""}))
    assert any("names a topic" in sentence for sentence in said(team)) == vague
    Activity.objects.update(due_on=MONDAY)
    assert said(team) == []


def test_an_a_outside_the_team_is_asked_about_until_they_know_and_can_be_reached(
    team: Team,
) -> None:
    activity = make_activity(make_milestone(team), **(GOOD | {"accountable": "Hon. Weah"}))
    know, reach = said(team)
    assert know == "Hon. Weah is accountable, but not in the team. Do they know?"
    assert reach == "Hon. Weah is accountable, and nobody noted how to reach them."
    weah = Person.objects.get(name="Hon. Weah")
    Person.objects.filter(pk=weah.pk).update(contact="+231 77 000 000")
    assert said(team) == [know]
    Acceptance.objects.create(activity=activity, person=weah, said_at=NOON)
    assert said(team) == []
    # The next minister has to be asked again.
    Activity.objects.update(accountable=make_outsider(team, "Hon. Boakai", contact="x"))
    assert said(team) == ["Hon. Boakai is accountable, but not in the team. Do they know?"]


def test_a_program_sets_what_is_too_much(team: Team, sign_in, settings) -> None:
    settings.MFA_REQUIRED = False
    lead = make_user()
    team.cohort.program.leads.add(lead)
    client, door = sign_in(lead), f"/programs/{team.cohort.program_id}/thresholds/"
    assert door in client.get(f"/programs/{team.cohort.program_id}/").content.decode()
    told = {"most_responsible": 2, "most_share": 20, "most_at_once": 5, "first_days": 7}
    refused = client.post(door, told | {"most_share": 101})
    assert refused.status_code == 422
    assert "100" in refused.content.decode()
    assert client.post(door, told).status_code == 302
    team = Team.objects.get(pk=team.pk)
    milestone = make_milestone(team)
    for n in range(6):
        make_activity(milestone, **(GOOD | {"responsible": f"A{n}; B{n}; C{n}"}))
    assert said(team) == [
        "Amara Kollie bears 6 of 6 activities. What if they are ill?",
        "Nothing of it happens in the first 7 days.",
        "3 people are responsible. Who of them begins?",
    ]


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
    cohort = Cohort(starts_on=MONDAY, ends_on=date(2026, 6, 5), program=Program())
    milestone = Milestone(title="Paid")
    assert raci.problems([(milestone, [])], cohort).count == 1
    assert not raci.all_on_one([Activity()] * 3, cohort.program)
