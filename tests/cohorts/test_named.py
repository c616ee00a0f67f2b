"""Who is newly named coach, facilitator or program lead is told by mail, once."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from cohorts import staff
from cohorts.models import Cohort
from outbox.models import Message
from tests.cohorts.setting_up import (
    letters,
    post_cohort,
    post_setup,
    post_team,
    words_of,
)
from tests.factories import NOON, make_cohort, make_team, make_user

pytestmark = pytest.mark.django_db


def told(address: str) -> list[EmailMessage]:
    return letters(address, *(kind.name for kind in staff.KINDS))


def edit_coach(client, team, address: str):
    words = {
        "form_id": str(team.form_id),
        "name": team.name,
        "country": team.country,
        "challenge": team.challenge,
        "language": "en",
        "time_zone": team.time_zone,
        "coach_email": address,
    }
    answer = post_setup(client, team, "edit", **words)
    assert answer.status_code == 302, answer.content.decode()


def test_the_coach_of_a_new_team_is_told_with_a_link_to_it(client, cohort) -> None:
    post_team(client, cohort)
    team = cohort.teams.get()
    assert team.coach.email == "coach@example.org"
    [mail] = told("coach@example.org")
    assert mail["Subject"] == "You are the coach of Liberia"
    words = words_of(mail)
    assert "Named by Catherine Dubois." in words
    assert team.get_absolute_url() in words


def test_a_coach_is_told_in_their_language_when_they_become_it_and_not_again(
    client, cohort
) -> None:
    team = make_team(cohort)
    make_user(email="ines@example.org", language="es")
    for _ in range(2):
        edit_coach(client, team, "ines@example.org")
    assert Message.objects.get(staff.COACH.owed(NOON)).language == "es"
    edit_coach(client, team, "")
    team.refresh_from_db()
    assert team.coach is None
    # Nobody has handed it over yet, and it is not true any more.
    assert not Message.objects.filter(staff.COACH.owed(NOON)).exists()


def test_nobody_is_told_that_they_named_themselves(client, cohort, catherine) -> None:
    edit_coach(client, make_team(cohort), catherine.email)
    client.post(reverse("cohort_staff", args=[cohort.pk]), {"email": catherine.email})
    assert cohort.facilitators.get() == catherine
    assert not Message.objects.exists()


def test_a_facilitator_is_told_once(client, cohort) -> None:
    url = reverse("cohort_staff", args=[cohort.pk])
    for _ in range(2):
        client.post(url, {"email": "moses@example.org", "name": "Moses"})
    client.post(url, {"remove": "moses@example.org"})
    client.post(url, {"email": "moses@example.org"})
    [mail] = told("moses@example.org")
    assert mail["Subject"] == f"You are a facilitator of {cohort}"
    assert cohort.get_absolute_url() in words_of(mail)


def test_facilitators_who_come_along_to_the_next_offering_are_told(client, program) -> None:
    earlier = make_cohort(program)
    moses = make_user("Moses")
    earlier.facilitators.add(moses)
    post_cohort(client, program, begin_from=f"cohort-{earlier.pk}", with_staff="on")
    cohort = Cohort.objects.latest("pk")
    assert cohort.facilitators.get() == moses
    [mail] = told(moses.email)
    assert cohort.get_absolute_url() in words_of(mail)


def test_a_roster_tells_its_coaches_and_facilitators(client, cohort) -> None:
    lines = [
        "Email\tName\tRole\tTeam",
        "moses@example.org\tMoses\tfacilitator\t",
        "carla@example.org\tCarla\tcoach\tLiberia",
    ]
    answer = client.post(reverse("roster", args=[cohort.pk]), {"pasted": "\n".join(lines)})
    client.post(answer.url, {"do": "write", "invite": "on"})
    assert [len(told(who)) for who in ("moses@example.org", "carla@example.org")] == [1, 1]


def test_a_roster_without_invitations_tells_nobody(client, cohort) -> None:
    lines = ["Email\tName\tRole\tTeam", "moses@example.org\tMoses\tfacilitator\t"]
    answer = client.post(reverse("roster", args=[cohort.pk]), {"pasted": "\n".join(lines)})
    client.post(answer.url, {"do": "write"})
    assert cohort.facilitators.count() == 1
    assert not told("moses@example.org")


def test_the_operator_names_a_program_lead_who_is_told_once(program) -> None:
    for _ in range(2):
        call_command("make_program", program.name, "--lead", "Grace <grace@example.org>")
    [mail] = told("grace@example.org")
    assert mail["Subject"] == "You lead the program Leading with Coalitions"
    assert program.get_absolute_url() in words_of(mail)
    assert "Named by" not in words_of(mail)


def test_a_closed_account_is_not_told(cohort) -> None:
    moses = make_user("Moses")
    staff.name_facilitator(cohort, moses, by=None, now=NOON)
    User.objects.filter(pk=moses.pk).update(is_active=False)
    assert not Message.objects.filter(staff.FACILITATOR.owed(NOON)).exists()
