"""A check-in mail's link: reading it changes nothing, and it opens one thing for one person."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import signing
from django.test import Client

from accounts.models import User
from cohorts import invitations
from cohorts.models import Membership
from followups import mails, rights
from followups.models import Answer, CheckIn
from outbox import links
from outbox.models import LinkToken
from tests.factories import make_member, make_team
from tests.followups.conftest import DAY, World, day
from tests.followups.pages import Browser, Form, text_of
from tests.installation import ROOT

MINUTE = timedelta(minutes=1)


def everything() -> str:
    """A digest of every row there is."""
    rows = [
        repr(list(model._base_manager.order_by("pk").values_list()))
        for model in apps.get_models(include_auto_created=True)
    ]
    return hashlib.sha256("".join(rows).encode()).hexdigest()


@pytest.fixture
def phone(opened: World) -> Browser:
    return Browser(opened.clock)


def test_a_link_leads_to_a_clean_address_and_leaves_no_trace_elsewhere(opened, phone):
    link = opened.link()
    answer = phone.get(link)
    assert (answer.status_code, answer["Location"]) == (303, "/c/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    page = phone.get("/c/")
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    token = link.rsplit("/", 1)[1]
    assert token not in page.content.decode()
    assert token not in str(answer.cookies)
    assert "Liberia" in text_of(page)
    assert "Amara Kollie" in text_of(page)


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_a_link_changes_no_row_however_often_a_scanner_does_it(opened, method):
    link, before = opened.link(), everything()
    for _ in range(3):
        scanner = Browser(opened.clock)
        for path in (link, "/c/", link, "/c/"):
            assert getattr(scanner, method)(path).status_code in {200, 303}
    assert everything() == before
    phone = Browser(opened.clock + DAY)
    assert phone.answer(phone.follow(link), did="We met.").status_code == 303


def test_a_link_is_not_something_to_post_to(opened, phone):
    before = everything()
    lenient = Browser(opened.clock, Client())
    for browser, status in ((phone, 403), (lenient, 405)):
        answer = browser.post(opened.link(), {"did": "A scanner presses buttons."})
        assert answer.status_code == status
    assert everything() == before


def test_nothing_is_sent_by_pressing_buttons_before_the_reader_ticks_the_box(opened, phone):
    page = phone.follow(opened.link())
    phone.write(page, did="We met.")
    last = phone.get("/c/")
    pressed = phone.send(last, "send")
    assert (pressed.status_code, "Tick the box" in text_of(pressed)) == (422, True)
    assert not Answer.objects.exists()
    assert phone.send_off(last).status_code == 303


def test_the_cookie_lasts_half_an_hour_and_is_the_browsers_alone(opened, phone):
    cookie = phone.get(opened.link()).cookies["check-in"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        1800,
        True,
        "Lax",
        "/",
    )
    phone.wait(29 * MINUTE)
    assert phone.get("/c/").status_code == 200
    # A browser that keeps cookies for longer than it was told.
    kept = phone.client.cookies["check-in"].value
    phone.wait(2 * MINUTE)
    phone.client.cookies["check-in"] = kept
    late = phone.get("/c/")
    assert late.status_code == 410
    assert "half an hour" in text_of(late)
    assert phone.follow(opened.link()).status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host():
    program = """
import django; django.setup()
from followups.link_pages import _to_clean_address
from followups.rights import Right
print(_to_clean_address(Right(1, 2, 3), '/c/').cookies.output())
"""
    env = os.environ | {"BASE_URL": "https://coalitions.example"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    assert done.stdout.startswith("Set-Cookie: __Host-check-in=")
    assert "Secure" in done.stdout
    assert "Path=/;" in done.stdout
    assert "Domain" not in done.stdout


def test_without_a_link_there_is_nothing_to_open(db):
    page = Client().get("/c/")
    assert page.status_code == 410
    assert "Sign in" in text_of(page)


def test_an_altered_link_says_what_to_do(opened, phone):
    link = opened.link()
    other = link[:-1] + ("A" if link[-1] != "A" else "B")
    for wrong in (other, link[:-1], f"{link}x", "/c/" + "é" * 22):
        page = phone.get(wrong)
        assert page.status_code == 404
        assert "copy the whole of it" in text_of(page)
    assert "check-in" not in phone.client.cookies


def altered(text: str) -> str:
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def of_another_person(right: str) -> str:
    """The right of a page, signed by someone who does not know the key."""
    return signing.dumps([1, 1, None], key="another key", salt=rights.IN_PAGE)


@pytest.mark.parametrize("alter", [altered, of_another_person, lambda right: ""])
def test_a_page_with_an_altered_right_keeps_nothing_and_gives_the_words_back(
    opened, phone, alter: Any
):
    page = phone.follow(opened.link())
    fields = Form(page.content.decode()).fields
    answer = phone.post(
        "/c/", fields | {"right": alter(fields["right"]), "did": "We met the mayor."}
    )
    assert answer.status_code == 404
    assert "We met the mayor." in text_of(answer)
    assert not Answer.objects.exists()


def test_the_right_of_the_cookie_is_no_right_of_a_page(opened, phone):
    phone.follow(opened.link())
    cookie = phone.client.cookies["check-in"].value
    assert phone.post("/c/", {"right": cookie, "did": "x"}).status_code == 404


def test_a_link_lives_for_two_weeks_after_its_round_closed(opened):
    link = opened.link()
    # Closes on Monday 13 July, in the evening of Monrovia.
    assert Browser(day(24) + 14 * DAY).follow(link).status_code == 200
    page = Browser(day(24) + 15 * DAY).follow(link)
    assert page.status_code == 410
    assert "more than two weeks ago" in text_of(page)


def remove(world: World) -> None:
    invitations.remove(Membership.objects.get(user=world.amara), now=world.clock)


def disable(world: World) -> None:
    User.objects.filter(pk=world.amara.pk).update(is_active=False)


def revoke(world: World) -> None:
    assert links.revoke(mails.PURPOSE, person=world.amara, now=world.clock)


@pytest.mark.parametrize("end", [remove, disable, revoke])
def test_with_membership_account_or_link_its_right_ends_and_the_words_come_back(
    opened, phone, end: Any
):
    page = phone.follow(opened.link())
    end(opened)
    for path in (opened.link(), "/c/"):
        closed = phone.get(path)
        assert closed.status_code == 410
        assert "no longer in the team" in text_of(closed)
    answer = phone.send(page, did="We met.")
    assert answer.status_code == 410
    assert "We met." in text_of(answer)
    assert not Answer.objects.exists()
    assert opened.check_in().state == CheckIn.State.OPEN


def test_a_link_opens_its_own_teams_check_in_whatever_else_is_signed_in(opened, phone, sign_in):
    other = make_team(opened.cohort, name="Kenya")
    phone.sign_in(make_member(other))
    page = phone.follow(opened.link())
    assert "Liberia" in text_of(page)
    assert "Kenya" not in text_of(page)


def test_the_page_of_a_link_opens_the_check_in_and_never_the_account(opened, phone):
    page = phone.follow(opened.link())
    assert "_auth_user_id" not in phone.client.session
    for path in (f"/teams/{opened.team.pk}/", opened.cohort.get_absolute_url(), "/me/reminders/"):
        assert path not in [part.split('"')[0] for part in page.content.decode().split('href="')]
        assert phone.get(path).status_code == 302


def test_a_link_of_another_purpose_opens_no_check_in(opened, phone):
    stop = opened.link(path="u")
    assert phone.get(stop.replace("/u/", "/c/")).status_code == 404
    assert phone.get(opened.link().replace("/c/", "/u/")).status_code == 404


def test_each_reader_and_round_has_a_link_of_its_own(opened):
    assert opened.link(opened.amara) != opened.link(opened.boima)
    assert LinkToken.objects.filter(purpose=mails.PURPOSE).count() == 2
