"""What no view can answer is still told in the reader's words."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_an_address_too_long_to_lead_to_the_sign_in_gets_a_page_of_ours():
    answer = Client().get(
        reverse("operations") + "?words=" + "ن" * 1000, headers={"Accept-Language": "fr"}
    )
    assert answer.status_code == 400
    assert "Nous n’avons pas pu lire cela" in answer.text
    assert 'href="/"' in answer.text


def test_a_form_larger_than_we_take_says_what_to_do(sign_in):
    client = sign_in(make_user("Amara"))
    answer = client.post(reverse("profile"), {"name": "a" * 3_000_000})
    assert answer.status_code == 400
    assert "Send it in smaller parts" in answer.text
