"""Name, language and clock."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_one_changes_name_language_and_zone(sign_in) -> None:
    user = make_user()
    fields = {"name": "آمارة كولي", "language": "ar", "time_zone": "Africa/Monrovia"}
    answer = sign_in(user).post(reverse("profile"), fields, follow=True)
    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == tuple(fields.values())
    assert 'dir="rtl"' in answer.content.decode()


def test_a_wrong_zone_gets_a_sentence_and_keeps_what_was_typed(sign_in) -> None:
    client = sign_in(make_user("Amara"))
    fields = {"name": "Amara K.", "language": "fr", "time_zone": "Mars/Olympus"}
    answer = client.post(reverse("profile"), fields)
    assert answer.status_code == 422
    assert "Mars/Olympus" in answer.content.decode()
    assert "Amara K." in answer.content.decode()


def test_the_browser_tells_the_zone_once(sign_in) -> None:
    user = make_user()
    client = sign_in(user)
    page = client.get(reverse("profile"))
    assert b"guess-time-zone" in page.content
    client.post(reverse("guess_time_zone"), {"time_zone": "Asia/Hanoi_is_none"})
    client.post(reverse("guess_time_zone"), {"time_zone": "Asia/Ho_Chi_Minh"})
    client.post(reverse("guess_time_zone"), {"time_zone": "Europe/Oslo"})
    user.refresh_from_db()
    assert user.time_zone == "Asia/Ho_Chi_Minh"
    assert b"guess-time-zone" not in client.get(reverse("profile")).content


@pytest.mark.parametrize(
    ("told", "kept"), [("Asia/Saigon", "Asia/Ho_Chi_Minh"), ("Asia/Calcutta", "Asia/Kolkata")]
)
def test_a_zone_that_the_browser_calls_by_its_old_name_is_kept_by_its_new_one(
    sign_in, told: str, kept: str
) -> None:
    user = make_user(time_zone="")
    sign_in(user).post(reverse("guess_time_zone"), {"time_zone": told})
    user.refresh_from_db()
    assert user.time_zone == kept


def test_the_footers_language_is_kept_with_the_person(sign_in) -> None:
    user = make_user()
    sign_in(user).post(reverse("set_language"), {"language": "pt", "next": "/"})
    user.refresh_from_db()
    assert user.language == "pt"


def test_an_address_is_unique_whatever_its_capitals() -> None:
    make_user(email="Amara@Example.org")
    with pytest.raises(IntegrityError):
        User.objects.create_user("amara@example.ORG")


def test_the_database_refuses_capitals_in_an_address() -> None:
    with pytest.raises(IntegrityError):
        User.objects.create(email="Amara@example.org")


def test_a_zone_must_exist() -> None:
    user = make_user()
    user.time_zone = "Mars/Olympus"
    with pytest.raises(ValidationError):
        user.full_clean()
