"""Adding a team with its people, and changing its words and its coach."""

import threading
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cohorts.models import Membership, Person, Team
from outbox.models import Message
from tests.cohorts.setting_up import membership, post_setup, post_team
from tests.factories import make_cohort, make_team, make_user

pytestmark = pytest.mark.django_db


def invited() -> list[str]:
    return sorted(Message.objects.filter(kind="invitation").values_list("address", flat=True))


def test_a_team_comes_with_challenge_lead_members_and_coach(client, cohort) -> None:
    answer = post_team(client, cohort)
    assert answer.url == cohort.get_absolute_url()
    team = Team.objects.get()
    assert (team.cohort, team.name, team.challenge) == (
        cohort,
        "Liberia",
        "Civil servants are paid on time.",
    )
    assert (team.language, team.time_zone) == ("en", "Africa/Monrovia")
    assert team.coach == User.objects.get(email="coach@example.org")
    roles = {m.user.email: m.role for m in team.memberships.select_related("user")}
    assert roles == {
        "comfort@example.org": "lead",
        "emmanuel@example.org": "member",
        "fatu@example.org": "member",
    }
    assert User.objects.get(email="comfort@example.org").name == "Comfort Toe"
    assert invited() == ["comfort@example.org", "emmanuel@example.org", "fatu@example.org"]
    assert "Liberia is there; 3 people are invited." in client.get(answer.url).content.decode()


def test_the_same_form_posted_twice_makes_one_team_and_invites_once(client, cohort) -> None:
    form_id = str(uuid4())
    for _ in range(2):
        assert post_team(client, cohort, form_id=form_id).url == cohort.get_absolute_url()
    assert Team.objects.count() == 1
    assert len(invited()) == 3


def test_a_team_may_come_without_people_and_coach(client, cohort) -> None:
    answer = post_team(client, cohort, lead="", members="", coach_email="")
    team = Team.objects.get()
    assert team.coach is None
    assert not team.memberships.exists()
    assert "Liberia is there; 0 people are invited." in client.get(answer.url).content.decode()
    page = client.get(reverse("team_setup", args=[cohort.pk, team.pk])).content.decode()
    assert "Nobody yet. Invite the team's people below." in page.replace("&#x27;", "'")


def test_who_stands_as_lead_and_as_member_is_one_person_and_the_lead(client, cohort) -> None:
    answer = post_team(
        client,
        cohort,
        lead="Comfort@Example.org",
        members="Comfort Toe <comfort@example.org>\ncomfort@example.org\nCOMFORT@example.org",
    )
    assert "1 person is invited." in client.get(answer.url).content.decode()
    assert membership("comfort@example.org").role == Membership.Role.LEAD
    assert invited() == ["comfort@example.org"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"challenge": ""}, "This field is required."),
        ({"name": "x" * 301}, "at most 300 characters"),
        ({"country": "x" * 101}, "at most 100 characters"),
        ({"challenge": "x" * 2001}, "at most 2000 characters"),
        ({"language": "xx"}, "Select a valid choice"),
        ({"time_zone": "Monrovia"}, "is not a time zone we know"),
        ({"coach_email": "coach"}, "Enter a valid email address."),
        ({"lead": "Comfort Toe"}, "there is no e-mail address."),
        ({"lead": "a@example.org, b@example.org"}, "there is more than one address."),
        ({"members": "fatu@example.org\nEmmanuel\nx@"}, "Line 2, “\u2068Emmanuel\u2069”"),
        ({"members": f"{'x' * 300}@example.org"}, "we cannot read the e-mail address."),
        ({"members": "🌍@example.org"}, "we cannot read the e-mail address."),
    ],
)
def test_a_mistake_gets_a_sentence_keeps_everything_typed_and_invites_nobody(
    client, cohort, typed, sentence
) -> None:
    answer = post_team(client, cohort, **{"sector": "<Civil> service"} | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "&lt;Civil&gt; service" in page
    assert all(line in page for text in typed.values() for line in text.splitlines())
    assert "emmanuel@example.org" in page or "members" in typed
    assert not Team.objects.exists()
    assert not Message.objects.exists()
    assert not User.objects.filter(email="coach@example.org").exists()


def test_a_name_that_the_cohort_has_already_is_refused_whatever_its_capitals(
    client, cohort
) -> None:
    make_team(cohort, name="Liberia")
    answer = post_team(client, cohort, name="LIBERIA")
    assert answer.status_code == 422
    assert "This cohort has a team named “LIBERIA” already." in answer.content.decode()


def test_another_cohort_may_have_a_team_of_the_same_name(client, cohort) -> None:
    make_team(make_cohort(cohort.program), name="Liberia")
    assert post_team(client, cohort).status_code == 302


def test_a_name_of_three_hundred_letters_from_right_to_left_with_an_emoji_is_kept(
    client, cohort
) -> None:
    name = "ل" * 299 + "🌍"
    post_team(client, cohort, name=name)
    assert Team.objects.get().name == name
    assert f"<bdi>{name}</bdi>" in client.get(cohort.get_absolute_url()).content.decode()


def test_words_and_coach_of_a_team_can_be_changed(client, cohort) -> None:
    post_team(client, cohort)
    team = Team.objects.get()
    answer = post_setup(client, team, "edit", **words(team, name="Libéria", coach_email=""))
    assert "Saved." in client.get(answer.url).content.decode()
    team.refresh_from_db()
    assert (team.name, team.coach, team.country) == ("Libéria", None, "Liberia")
    assert team.memberships.count() == 3


def words(team: Team, **typed: str) -> dict[str, str]:
    return {
        "form_id": str(uuid4()),
        "name": team.name,
        "country": team.country,
        "challenge": team.challenge,
        "sector": team.sector,
        "language": team.language,
        "time_zone": team.time_zone,
        "coach_email": team.coach.email if team.coach else "",
    } | typed


def test_saving_a_team_as_it_is_keeps_it_as_it_is(client, cohort) -> None:
    post_team(client, cohort)
    team = Team.objects.get()
    before = Team.objects.values().get()
    assert post_setup(client, team, "edit", **words(team)).status_code == 302
    assert Team.objects.values().get() == before


def test_a_mistake_in_a_change_keeps_what_was_typed_and_what_is_saved(client, cohort) -> None:
    team = make_team(cohort, name="Liberia")
    answer = post_setup(
        client, team, "edit", **words(team, name="Libéria", time_zone="Monrovia", sector="Pay")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Libéria"' in page
    assert 'value="Pay"' in page
    assert "“Monrovia” is not a time zone we know." in page
    # The head still names the team as it is.
    assert "<h1><bdi>Liberia</bdi></h1>" in page
    team.refresh_from_db()
    assert team.name == "Liberia"


def test_a_coach_is_one_account_whatever_the_capitals_and_may_coach_two_teams(
    client, cohort
) -> None:
    known = make_user("Ingrid Solheim", email="coach@example.org")
    post_team(client, cohort)
    post_team(
        client,
        cohort,
        name="Ghana",
        lead="",
        members="",
        coach_email=" \u200fCoach@Example.ORG\u200e ",
    )
    assert known.coached_teams.count() == 2
    assert User.objects.filter(email__startswith="coach").count() == 1


def test_an_outsider_whom_the_team_named_becomes_the_member_of_that_name(client, cohort) -> None:
    team = make_team(cohort)
    Person.objects.create(team=team, name="Fatu Dukuly", organisation="Ministry of Health")
    post_setup(client, team, "invite", members="fatu dukuly <fatu@example.org>")
    person = Person.objects.get(team=team)
    assert person.user is not None
    assert person.user.email == "fatu@example.org"
    assert person.organisation == "Ministry of Health"


@pytest.mark.django_db(transaction=True)
def test_two_forms_with_one_name_at_once_make_one_team_and_a_sentence(cohort, client) -> None:
    gate, answers = threading.Barrier(2), []

    def post() -> None:
        browser = Client()
        browser.cookies = client.cookies
        gate.wait(10)
        try:
            answers.append(post_team(browser, cohort))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert "has a team named" in refused.content.decode()
    assert Team.objects.count() == 1
