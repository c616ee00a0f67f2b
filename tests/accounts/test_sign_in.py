"""Signing in by a code, from the page to the mail and back."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from outbox.models import Message
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db

LOGIN, CONFIRM = reverse("account_login"), reverse("account_confirm_login_code")


def ask(client: Client, address: str, **fields: str):
    return client.post(LOGIN, {"login": address} | fields)


def code_for(address: str) -> str:
    mail = Message.objects.filter(address=address).latest("pk")
    return re.search(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{2,4})\s*$", mail.context["text"], re.M)[1]


def test_a_code_from_the_mail_lets_one_in(client: Client) -> None:
    user = make_user(email="amara@example.org")
    assert ask(client, "amara@example.org").url.startswith(CONFIRM)
    answer = client.post(CONFIRM, {"code": code_for("amara@example.org")})
    assert answer.url == reverse("home")
    assert client.get(reverse("profile")).status_code == 200
    assert client.session["_auth_user_id"] == str(user.pk)


def test_capitals_in_the_address_do_not_matter(client: Client) -> None:
    make_user(email="amara@example.org")
    ask(client, "Amara@Example.ORG")
    assert client.post(CONFIRM, {"code": code_for("amara@example.org")}).status_code == 302


def test_one_lands_where_one_wanted_to_go(client: Client) -> None:
    make_user(email="amara@example.org")
    target = reverse("profile")
    ask(client, "amara@example.org", next=target)
    answer = client.post(CONFIRM, {"code": code_for("amara@example.org"), "next": target})
    assert answer.url == target


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(client: Client, target: str) -> None:
    make_user(email="amara@example.org")
    ask(client, "amara@example.org", next=target)
    answer = client.post(CONFIRM, {"code": code_for("amara@example.org"), "next": target})
    assert answer.url == reverse("home")


def test_a_wrong_code_gets_a_sentence_and_three_of_them_a_new_start(client: Client) -> None:
    make_user(email="amara@example.org")
    ask(client, "amara@example.org")
    right = code_for("amara@example.org")
    answer = client.post(CONFIRM, {"code": "WRONG1"})
    assert b"After three wrong codes" in answer.content
    client.post(CONFIRM, {"code": "WRONG2"})
    assert client.post(CONFIRM, {"code": "WRONG3"}).status_code == 302
    client.post(CONFIRM, {"code": right})
    assert "_auth_user_id" not in client.session


def test_a_code_is_good_for_fifteen_minutes(client: Client) -> None:
    make_user(email="amara@example.org")
    with time_machine.travel("2026-06-01 12:00+00:00", tick=False) as clock:
        ask(client, "amara@example.org")
        code = code_for("amara@example.org")
        clock.move_to("2026-06-01 12:16+00:00")
        client.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in client.session


def test_another_code_can_be_asked_for(client: Client) -> None:
    make_user(email="amara@example.org")
    ask(client, "amara@example.org")
    client.post(CONFIRM, {"action": "resend"})
    assert Message.objects.filter(address="amara@example.org").count() == 2
    assert client.post(CONFIRM, {"code": code_for("amara@example.org")}).status_code == 302


def test_an_unknown_address_sees_the_same_page_and_gets_a_mail_that_says_so(
    client: Client,
) -> None:
    make_user(email="amara@example.org")
    known, unknown = ask(client, "amara@example.org"), ask(Client(), "nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    mail = Message.objects.get(address="nobody@example.org")
    assert "no account" in mail.context["text"]
    assert not User.objects.filter(email="nobody@example.org").exists()


def test_the_session_changes_its_key_when_one_signs_in(client: Client) -> None:
    make_user(email="amara@example.org")
    ask(client, "amara@example.org")
    before = client.session.session_key
    client.post(CONFIRM, {"code": code_for("amara@example.org")})
    assert client.session.session_key != before


def test_too_many_codes_are_refused(client: Client) -> None:
    make_user(email="amara@example.org")
    for _ in range(20):
        ask(Client(), "amara@example.org")
    assert Message.objects.filter(address="amara@example.org").count() < 20


def test_a_closed_account_is_out_at_the_next_request(sign_in) -> None:
    user = make_user()
    client = sign_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(reverse("profile")).status_code == 302


def test_signing_out_takes_a_post_and_lets_the_browser_forget(sign_in) -> None:
    client = sign_in(make_user())
    client.get(reverse("account_logout"))
    assert client.get(reverse("profile")).status_code == 200
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache"'
    assert client.get(reverse("profile")).status_code == 302


def test_arriving_marks_ones_memberships_as_joined(client: Client) -> None:
    from tests.factories import make_team

    user = make_user(email="amara@example.org")
    make_member(make_team(), user, joined_at=None)
    ask(client, "amara@example.org")
    client.post(CONFIRM, {"code": code_for("amara@example.org")})
    assert user.memberships.get().joined_at is not None
