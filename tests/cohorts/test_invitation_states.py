"""How far invitations have come, and what a facilitator does about each."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from coalitions import clock
from cohorts.models import Membership, Person, Team
from outbox import verdicts
from outbox.models import Message, Suppression
from tests.cohorts.setting_up import (
    come_in,
    invite,
    link_to,
    mails_to,
    membership,
    words_of,
)
from tests.factories import make_cohort, make_member, make_team, make_user

pytestmark = pytest.mark.django_db
AMARA, RIGHT = "amara@example.org", "amara.kollie@example.org"


@pytest.fixture
def team(cohort) -> Team:
    return make_team(cohort, name="Liberia", language="fr")


@pytest.fixture
def invited(client, team) -> Membership:
    invite(client, team, f"Amara Kollie <{AMARA}>")
    return membership(AMARA)


def pages(client: Client, team: Team) -> list[str]:
    """The team's page and the cohort's."""
    urls = [
        reverse("team_setup", args=[team.cohort_id, team.pk]),
        reverse("invitations", args=[team.cohort_id]),
    ]
    return [" ".join(client.get(url).content.decode().split()) for url in urls]


def post_all(client: Client, team: Team, do: str, **typed: object):
    return client.post(reverse("invitations", args=[team.cohort_id]), {"do": do} | typed)


def ended(state: str, **fields: object) -> None:
    """The mail to Amara ended so."""
    Message.objects.filter(address=AMARA).update(state=state, **fields)


@pytest.mark.parametrize(
    ("state", "fields", "sentence"),
    [
        ("queued", {}, "waits to be sent"),
        ("claimed", {"claim": uuid4()}, "waits to be sent"),
        ("sent", {}, ">sent"),
        (
            "failed",
            {"reason": "refused for good", "error": "5.1.1 No such user"},
            "There is no such mailbox. Correct the address. <bdi>(5.1.1 No such user)</bdi>",
        ),
        ("failed", {"smtp_code": 554, "error": "spam"}, "refused it each time. <bdi>(spam)</bdi>"),
        ("suppressed", {}, "Mail to this address was refused before."),
        ("dead", {}, "No mail server took it in time."),
        ("expired", {}, "No mail server took it in time."),
        ("cancelled", {}, "not sent yet"),
    ],
)
def test_both_pages_say_what_became_of_the_mail(
    client, team, invited, state, fields, sentence
) -> None:
    ended(state, **fields)
    for page in pages(client, team):
        assert sentence in page


def test_who_was_brought_in_without_a_mail_is_shown_as_not_invited_yet(client, team) -> None:
    make_member(team, joined_at=None)
    for page in pages(client, team):
        assert "not sent yet" in page


def test_a_link_that_was_opened_and_someone_who_joined_are_seen(client, team, invited) -> None:
    ended("sent", sent_at=clock.now())
    link = link_to(AMARA)
    Client().get(link)
    for page in pages(client, team):
        assert "link opened" in page
    come_in(Client(), link)
    for page in pages(client, team):
        assert ">joined" in page
        assert "Send again" not in page.replace("Send again to all", "")


def test_a_facilitator_who_looks_at_the_link_does_not_open_it_for_the_guest(
    client, invited
) -> None:
    client.get(link_to(AMARA))
    assert membership(AMARA).opened_at is None


def test_a_link_that_ran_out_is_named(client, team, invited) -> None:
    ended("sent", sent_at=clock.now() - timedelta(days=30), expires_at=clock.now())
    for page in pages(client, team):
        assert "link has run out" in page


def test_the_mail_speaks_the_persons_language(client, team, invited) -> None:
    make_user("Ana", email="ana@example.org", language="es")
    invite(client, team, "ana@example.org")
    assert membership(AMARA).user.language == "fr"
    assert "juin" in words_of(mails_to(AMARA)[0])
    assert "junio" in words_of(mails_to("ana@example.org")[0])


def test_all_who_have_not_joined_are_invited_again_once(client, team) -> None:
    for n in range(3):
        invite(client, team, f"person-{n}@example.org")
    make_member(team)
    Message.objects.update(state="sent")
    Message.objects.filter(address="person-2@example.org").update(
        state="failed", reason="refused for good"
    )
    once = str(uuid4())
    answer = post_all(client, team, "resend_all", once=once)
    page = client.get(answer.url).content.decode()
    assert "2 invitations go out again." in page
    assert "1 address was refused before: correct it first." in page
    assert Message.objects.filter(state="queued").count() == 2
    # Pressed twice it is once; and what waits to be sent is not doubled.
    post_all(client, team, "resend_all", once=once)
    post_all(client, team, "resend_all", once=str(uuid4()))
    assert Message.objects.filter(kind="invitation").count() == 5


def test_invited_again_by_hand_even_a_refused_address_is_tried(client, team, invited) -> None:
    ended("failed", reason="refused for good")
    Suppression.objects.create(address=AMARA, reason="no such user", since=clock.now())
    post_all(client, team, "resend", membership=invited.pk)
    assert not verdicts.suppressed_among([AMARA])
    assert Message.objects.filter(address=AMARA, state="queued").count() == 1


def test_taken_back_the_link_and_the_place_end_and_the_name_stays(client, team, invited) -> None:
    link = link_to(AMARA)
    answer = post_all(client, team, "remove", membership=invited.pk)
    assert "is taken back" in client.get(answer.url).content.decode()
    assert Client().get(link).status_code == 410
    assert not Membership.objects.exists()
    assert Person.objects.filter(team=team, name="Amara Kollie").exists()


def test_nobody_of_another_cohort_can_be_meant(client, program, team) -> None:
    other = make_team(make_cohort())
    stranger = make_member(other, joined_at=None).memberships.get()
    for do in ("resend", "remove"):
        assert post_all(client, team, do, membership=stranger.pk).status_code == 404
    assert post_all(client, team, "remove", membership="x").status_code == 404
    url = reverse("invitation_address", args=[team.cohort_id, stranger.pk])
    assert client.post(url, {"email": RIGHT}).status_code == 404


# Correcting an address ---------------------------------------------------------------------------


def correct(client: Client, place: Membership, email: str):
    url = reverse("invitation_address", args=[place.team.cohort_id, place.pk])
    return client.post(url, {"email": email})


def test_a_wrong_address_is_corrected_and_the_right_one_invited(client, team, invited) -> None:
    old = link_to(AMARA)
    page = client.get(reverse("team_setup", args=[team.cohort_id, team.pk])).content.decode()
    assert reverse("invitation_address", args=[team.cohort_id, invited.pk]) in page
    answer = correct(client, invited, f" {RIGHT.upper()} ")
    assert RIGHT in client.get(answer.url).content.decode()
    place = Membership.objects.select_related("user").get()
    assert (place.pk, place.user.email, place.user.name) == (invited.pk, RIGHT, "Amara Kollie")
    assert (place.user.language, place.joined_at, place.opened_at) == ("fr", None, None)
    assert Person.objects.get(team=team).user == place.user
    assert "Kollie" not in Client().get(old).content.decode()
    assert Client().get(old).status_code == 410
    wrong = Message.objects.get(address=AMARA)
    assert (wrong.state, wrong.reason) == ("cancelled", "the address was corrected")
    assert "/i/" in words_of(mails_to(RIGHT)[0])
    come_in(Client(), link_to(RIGHT))
    assert membership(RIGHT).joined_at
    # The wrong address may be somebody else's: it is an account without this team.
    assert not Membership.objects.filter(user__email=AMARA).exists()


def test_corrected_there_and_back_the_first_link_stays_closed(client, team, invited) -> None:
    first = link_to(AMARA)
    correct(client, invited, RIGHT)
    correct(client, membership(RIGHT), AMARA)
    assert Client().get(first).status_code == 410
    assert Client().get(link_to(AMARA)).status_code == 200


def test_a_person_without_a_name_is_called_by_the_right_address(client, team) -> None:
    invite(client, team, AMARA)
    correct(client, membership(AMARA), RIGHT)
    assert Person.objects.get(team=team).name == RIGHT


def test_the_right_address_of_someone_known_is_their_account(client, team, invited) -> None:
    known = make_user("Amara K.", email=RIGHT, language="es")
    correct(client, invited, RIGHT)
    assert membership(RIGHT).user == known
    assert User.objects.get(email=RIGHT).name == "Amara K."
    assert Message.objects.get(address=RIGHT).language == "es"


def test_the_name_that_the_right_account_has_in_the_team_already_stays_theirs(
    client, team, invited
) -> None:
    known = make_member(team, make_user("Amara K.", email=RIGHT))
    Membership.objects.filter(user=known).delete()
    assert correct(client, invited, RIGHT).status_code == 302
    assert Person.objects.get(team=team, user=known).name == "Amara K."
    assert Person.objects.get(team=team, name="Amara Kollie").user is None


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "This field is required."),
        ("nonsense", "Enter a valid email address."),
        (AMARA, "This is the address that the invitation went to."),
        ("there@example.org", "is in the team already."),
    ],
)
def test_a_correction_that_cannot_be_gets_a_sentence_and_changes_nothing(
    client, team, invited, email, sentence
) -> None:
    make_member(team, make_user(email="there@example.org"))
    answer = correct(client, invited, email)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert membership(AMARA).pk == invited.pk
    assert Message.objects.filter(kind="invitation").count() == 1


def test_who_has_joined_keeps_their_address(client, team, invited) -> None:
    come_in(Client(), link_to(AMARA))
    answer = correct(client, invited, RIGHT)
    assert answer.status_code == 422
    assert "This person has joined" in answer.content.decode()
    assert membership(AMARA).pk == invited.pk
    assert not User.objects.filter(email=RIGHT).exists()


def test_the_cohorts_page_leads_there_and_says_what_to_do_when_nobody_is_invited(
    client, cohort
) -> None:
    url = reverse("invitations", args=[cohort.pk])
    assert "Nobody is invited yet" in client.get(url).content.decode()
    invite(client, make_team(cohort), AMARA)
    assert url in client.get(cohort.get_absolute_url()).content.decode()
