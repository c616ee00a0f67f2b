"""What a browser may keep: only on one's own device, under one's own key."""

from __future__ import annotations

import base64

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from coalitions import clock
from tests.factories import MONDAY, make_cohort, make_member, make_team, make_user

pytestmark = pytest.mark.django_db
KEY, SHARED = reverse("device_key"), reverse("shared_device")


def key_of(client: Client) -> dict:
    return client.get(KEY).json()


def mark_as(client: Client, shared: str, **more: str):
    return client.post(SHARED, {"shared": shared} | more)


def test_each_person_has_a_key_that_is_the_same_after_every_sign_in(sign_in) -> None:
    amara, moses = make_user(), make_user()
    first, again, other = (key_of(sign_in(user)) for user in (amara, amara, moses))
    assert first == again
    assert first["key"] != other["key"]
    assert first["person"] != other["person"]
    assert len(base64.b64decode(first["key"])) == 32


def test_the_key_is_on_no_page_and_in_no_cache(sign_in) -> None:
    client = sign_in(make_user())
    answer = client.get(KEY)
    assert "no-store" in answer["Cache-Control"]
    assert answer.json()["key"] not in client.get(reverse("home")).content.decode()


def test_pages_say_whose_they_are_and_signed_out_that_they_are_nobodys(sign_in) -> None:
    client = sign_in(make_user())
    assert f'data-person="{key_of(client)["person"]}"' in client.get("/me/").content.decode()
    assert 'data-person=""' in Client().get("/").content.decode()


def test_a_shared_device_gets_no_key_and_keeps_no_page(sign_in) -> None:
    user = make_user()
    today = clock.now().date()
    team = make_team(make_cohort(starts_on=today, ends_on=today, time_zone="UTC"))
    make_member(team, user)
    client = sign_in(user)
    sheet, plan = f"/teams/{team.pk}/sheets/{today}/", f"/teams/{team.pk}/plan/"
    for page in (sheet, plan):
        assert client.get(page)["X-Keep-Offline"] == key_of(client)["person"]
    mark_as(client, "yes")
    assert client.get(KEY).status_code == 422
    for page in (sheet, plan):
        answer = client.get(page)
        assert "X-Keep-Offline" not in answer
        assert 'data-shared="yes"' in answer.content.decode()
    mark_as(client, "no")
    assert client.get(KEY).status_code == 200


def test_only_todays_sheet_and_the_plan_of_the_own_team_may_be_kept(sign_in) -> None:
    user = make_user()
    team = make_team(make_cohort(), coach=make_user())
    make_member(team, user)
    client = sign_in(user)
    assert "X-Keep-Offline" not in client.get(f"/teams/{team.pk}/sheets/{MONDAY}/")
    assert "X-Keep-Offline" not in client.get(f"/teams/{team.pk}/")
    assert "X-Keep-Offline" not in sign_in(team.coach).get(f"/teams/{team.pk}/plan/")


def test_the_device_stays_shared_whoever_signs_out_and_in(sign_in) -> None:
    client = sign_in(make_user())
    cookie = mark_as(client, "yes").cookies["shared"]
    assert (cookie["max-age"], cookie["httponly"]) == (60 * 60 * 24 * 365, True)
    client.post(reverse("account_logout"))
    assert "marked as shared" in client.get(reverse("account_login")).content.decode()


def test_marking_leads_back_to_where_one_was_and_nowhere_else() -> None:
    client = Client()
    login = reverse("account_login")
    assert mark_as(client, "yes", next=login).url == login
    assert mark_as(client, "yes", next="https://evil.example/").url == reverse("home")


def test_the_worker_names_files_by_names_that_change_with_them() -> None:
    answer = Client().get("/sw.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
    script = answer.content.decode()
    assert script.startswith('import { serve } from "/static/js/worker.')
    assert "/static/js/grid.js" not in script


def test_the_page_for_no_line_says_nothing_about_anybody(sign_in) -> None:
    user: User = make_user("Amara Kollie")
    page = sign_in(user).get("/offline/").content.decode()
    assert "There is no line" in page
    for word in ("Amara", user.email, "csrf", "data-person"):
        assert word not in page
