"""Who steers programs signs in with a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from tests.accounts.test_sign_in import CONFIRM, ask, code_for
from tests.factories import make_member, make_program, make_team, make_user

pytestmark = pytest.mark.django_db
SET_UP = reverse("mfa_activate_totp")


def present_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


@pytest.mark.parametrize("page", ["home", "profile", "mfa_index"])
def test_a_program_lead_is_led_to_set_it_up(sign_in, page: str) -> None:
    lead = make_user()
    make_program(lead)
    assert sign_in(lead).get(reverse(page)).url == SET_UP


def test_an_administrator_is_led_to_set_it_up(sign_in) -> None:
    assert sign_in(make_user(is_admin=True)).get(reverse("home")).url == SET_UP


def test_members_need_none(sign_in) -> None:
    member = make_member(make_team())
    assert sign_in(member).get(reverse("profile")).status_code == 200


def test_it_can_be_switched_off_for_a_demo(sign_in, settings) -> None:
    settings.MFA_REQUIRED = False
    assert sign_in(make_user(is_admin=True)).get(reverse("profile")).status_code == 200


def test_one_sets_it_up_and_signs_in_with_it_and_with_a_recovery_code() -> None:
    lead, client = make_user(email="lead@example.org"), Client()
    make_program(lead)
    ask(client, "lead@example.org")
    client.post(CONFIRM, {"code": code_for("lead@example.org")})
    page = client.get(SET_UP)
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    client.post(SET_UP, {"code": present_code(secret)})
    assert client.get(reverse("profile")).status_code == 200

    assert Authenticator.objects.filter(user=lead, type=Authenticator.Type.TOTP).exists()
    codes = Authenticator.objects.get(user=lead, type="recovery_codes").wrap().get_unused_codes()
    again = Client()
    ask(again, "lead@example.org")
    answer = again.post(CONFIRM, {"code": code_for("lead@example.org")})
    assert answer.url == reverse("mfa_authenticate")
    assert again.get(reverse("profile")).status_code == 302
    again.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert again.get(reverse("profile")).status_code == 200


def test_what_pages_ask_for_by_themselves_does_not_change_the_secret_one_is_typing(sign_in) -> None:
    lead = make_user(time_zone="")
    make_program(lead)
    client = sign_in(lead)
    secret = client.get(SET_UP).context["form"].secret
    guess = client.post(reverse("guess_time_zone"), {"time_zone": "Africa/Nairobi"}, follow=True)
    assert guess.status_code == 204
    by_script = {"X-Requested-With": "fetch"}
    assert client.get(reverse("profile"), headers=by_script, follow=True).status_code == 401
    client.post(SET_UP, {"code": present_code(secret)})
    assert client.get(reverse("profile")).status_code == 200
