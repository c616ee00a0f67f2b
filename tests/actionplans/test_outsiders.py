"""Asking whether those outside the team know what they answer for."""

import pytest
from django.test import Client

from accounts.models import User
from actionplans.models import Acceptance, Activity
from cohorts.models import Cohort, Person, Team
from tests.actionplans.planning import make_activity, make_milestone, url
from tests.factories import make_outsider, make_team, make_user


@pytest.fixture
def activity(team: Team) -> Activity:
    return make_activity(make_milestone(team), accountable="Hon. Weah", responsible="Mama Njeri")


def told(person: Person, **sent: object) -> dict[str, object]:
    return {"person": person.pk, f"p{person.pk}-contact": person.contact} | sent


def test_the_team_notes_how_to_reach_them_and_that_they_know(
    team: Team, client: Client, amara: User, activity: Activity
) -> None:
    plan = client.get(url(team)).content.decode()
    weah = Person.objects.get(name="Hon. Weah")
    njeri = Person.objects.get(name="Mama Njeri")
    for outsider in (weah, njeri):
        assert f"{url(team, 'outsiders/')}#person-{outsider.pk}" in plan
    assert "<bdi>Mama Njeri</bdi>: not in the team" in plan
    page = client.get(url(team, "outsiders/")).content.decode()
    assert "Hon. Weah" in page
    assert "Mama Njeri" in page
    assert "Nobody has said yet that they know." in page
    sent = told(weah, asked=activity.pk, known=activity.pk)
    sent[f"p{weah.pk}-contact"] = "weah@example.org"
    page = client.post(url(team, "outsiders/"), sent, follow=True).content.decode()
    assert "They know, said <bdi>Amara Kollie</bdi>" in page
    assert 'value="weah@example.org"' in page
    assert "Do they know?" not in client.get(url(team)).content.decode()
    assert "not in the team; knows" in client.get(url(team)).content.decode()


def test_taking_the_tick_away_asks_again_and_noting_twice_is_once(
    team: Team, client: Client, activity: Activity
) -> None:
    weah = Person.objects.get(name="Hon. Weah")
    sent = told(weah, asked=activity.pk, known=activity.pk)
    for _press in range(2):
        client.post(url(team, "outsiders/"), sent)
    assert Acceptance.objects.count() == 1
    client.post(url(team, "outsiders/"), told(weah, asked=activity.pk))
    assert not Acceptance.objects.exists()


def test_nobody_says_it_of_what_the_person_does_not_answer_for(
    team: Team, client: Client, activity: Activity
) -> None:
    njeri = Person.objects.get(name="Mama Njeri")
    client.post(url(team, "outsiders/"), told(njeri, asked=activity.pk, known=activity.pk))
    assert not Acceptance.objects.exists()


def test_staff_read_it_and_write_nothing(team: Team, sign_in, activity: Activity) -> None:
    coach = make_user()
    Team.objects.update(coach=coach)
    client = sign_in(coach)
    page = client.get(url(team, "outsiders/")).content.decode()
    assert "Hon. Weah" in page
    assert "Note it" not in page
    weah = Person.objects.get(name="Hon. Weah")
    answer = client.post(url(team, "outsiders/"), told(weah, asked=activity.pk, known=activity.pk))
    assert answer.status_code == 404


def test_a_member_a_foreign_person_and_a_closed_cohort_are_refused(
    team: Team, client: Client, amara: User, activity: Activity
) -> None:
    for person in (Person.objects.get(user=amara), make_outsider(make_team(team.cohort))):
        assert client.post(url(team, "outsiders/"), told(person)).status_code == 404
    Cohort.objects.update(state="closed")
    weah = Person.objects.get(name="Hon. Weah")
    sent = told(weah, asked=activity.pk, known=activity.pk)
    page = client.post(url(team, "outsiders/"), sent, follow=True).content.decode()
    assert "nothing can be changed any more" in page
    assert not Acceptance.objects.exists()


def test_c_and_i_are_kept_like_r_and_show_only_where_someone_is_named(
    team: Team, client: Client, activity: Activity
) -> None:
    page = client.get(url(team)).content.decode()
    assert "consulted before: <bdi>" not in " ".join(page.split())
    page = client.get(url(team, f"activities/{activity.pk}/")).content.decode()
    assert 'name="consulted"' in page
    sent = {"consulted": "The union", "seen-consulted": "", "informed": "", "seen-informed": ""}
    sent["edit-consulted"] = "a6f1a1b2-0000-4000-8000-000000000001"
    client.post(url(team, f"activities/{activity.pk}/"), sent)
    assert [p.name for p in activity.consulted.all()] == ["The union"]
    page = client.get(url(team)).content.decode()
    assert "C – consulted before: <bdi>The union</bdi>" in " ".join(page.split())
    assert "informed after: <bdi>" not in page
