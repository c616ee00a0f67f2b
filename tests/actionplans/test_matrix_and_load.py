"""Who is what to each activity, and who bears how much."""

from datetime import date

from django.test import Client

from actionplans import load, matrix, plans
from actionplans.models import Activity
from cohorts.models import Program, Team
from tests.actionplans.planning import make_activity, make_milestone, url


def test_the_matrix_has_a_letter_where_a_person_and_an_activity_meet(
    team: Team, client: Client, amara
) -> None:
    milestone = make_milestone(team)
    make_activity(
        milestone,
        responsible="Amara Kollie; Mama Njeri",
        accountable="Amara Kollie",
        consulted="The union",
        informed="Hon. Weah",
    )
    make_activity(milestone, "Dropped by all", responsible="Nobody Else", status="dropped")
    found = matrix.of(plans.groups(team))
    assert [person.name for person in found.people] == [
        "Amara Kollie",
        "Hon. Weah",
        "Mama Njeri",
        "The union",
    ]
    [(_title, [row])] = found.groups
    assert [letters for _person, letters in row.letters] == ["A R", "I", "R", "C"]
    page = client.get(url(team, "matrix/")).content.decode()
    assert "not in the team" in page
    assert "Dropped by all" not in page


def test_without_anybody_the_pages_say_what_to_do(team: Team, client: Client) -> None:
    make_activity(make_milestone(team))
    assert "Nobody is named yet" in client.get(url(team, "matrix/")).content.decode()
    assert "Nobody bears anything yet" in client.get(url(team, "load/")).content.decode()


def test_the_load_counts_lines_by_person_and_month(team: Team, client: Client) -> None:
    milestone = make_milestone(team)
    dates = {"starts_on": "2026-06-20", "due_on": "2026-08-02"}
    make_activity(milestone, responsible="Mama Njeri", accountable="Mama Njeri", **dates)
    make_activity(milestone, responsible="Mama Njeri", due_on="2026-08-30")
    make_activity(milestone, responsible="Mama Njeri", due_on="2026-08-30", status="done")
    found = load.of(plans.groups(team), Program(most_at_once=1))
    [njeri] = found.bearers
    assert (njeri.responsible, njeri.accountable, njeri.lines, njeri.share) == (2, 1, 2, 100)
    assert found.months == [date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert njeri.months == [(1, False), (1, False), (2, True)]
    assert njeri.is_overloaded
    # In a plan of few lines, one person on all of them is no finding.
    assert not njeri.is_heavy
    assert "too much?" not in client.get(url(team, "load/")).content.decode()


def test_too_much_of_the_whole_is_pointed_out_by_the_program_s_share(
    team: Team, client: Client
) -> None:
    milestone = make_milestone(team)
    for n in range(6):
        bearer = "Mama Njeri" if n < 3 else f"Someone {n}"
        make_activity(milestone, responsible=bearer, due_on=f"2026-{6 + n:02}-15")
    assert "too much?" not in client.get(url(team, "load/")).content.decode()
    Program.objects.update(most_share=49)
    assert "too much?" in client.get(url(team, "load/")).content.decode()


def test_a_date_that_is_far_away_makes_no_endless_table() -> None:
    activity = Activity(starts_on=date(2000, 1, 1), due_on=date(2099, 12, 1))
    assert len(load.months_of(activity)) == load.MOST_MONTHS
    assert load.months_of(Activity()) == []
