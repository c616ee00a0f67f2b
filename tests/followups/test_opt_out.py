"""Stopping the reminders: from the mail program's button, from the page, from one's profile."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from followups import reminders
from followups.models import Preference
from outbox.models import LinkToken, Message
from tests.factories import make_team
from tests.followups.conftest import DAY, HOUR, World, day
from tests.followups.pages import Browser, text_of


def raw(world: World) -> bytes:
    return next(taken.raw for taken in world.sink.taken if taken.to == world.amara.email)


def header_lines(mail: bytes) -> dict[str, bytes]:
    """The header as it went over the wire, line by line; a folded line has no name of its own."""
    head = mail.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0]
    return {line.split(b":")[0].decode().lower(): line for line in head.split(b"\n")}


@pytest.mark.parametrize(
    "base", ["http://testserver", "https://coalitions.ministry-of-finance.example.org:8443"]
)
def test_the_headers_of_one_click_stand_unfolded_and_unencoded_in_the_bytes(
    year, settings, base: str
):
    settings.BASE_URL = base
    year.live_until(day(0))
    lines = header_lines(raw(year))
    address = re.escape(base.encode()) + rb"/u/[\w-]{22}"
    assert re.fullmatch(rb"List-Unsubscribe: <" + address + rb">", lines["list-unsubscribe"])
    assert lines["list-unsubscribe-post"] == b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def test_the_mail_programs_button_stops_them_with_one_post_and_no_cookie(opened):
    address = header_lines(raw(opened))["list-unsubscribe"].decode().split("<")[1].strip(">")
    program = Browser(opened.clock, Client(enforce_csrf_checks=True))
    path = address.removeprefix("http://testserver")
    answer = program.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert not reminders.are_wanted(opened.amara)
    opened.live_until(day(5))
    assert len(opened.letters(opened.amara)) == 1
    assert len(opened.letters(opened.boima)) == 2


def test_reading_the_address_stops_nothing_and_shows_a_button(opened):
    browser = Browser(opened.clock)
    for read in (browser.get, browser.head):
        assert read(opened.link(path="u")).status_code == 200
    assert not Preference.objects.exists()
    page = browser.get(opened.link(path="u"))
    assert "Stop the reminders?" in text_of(page)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    done = browser.post(opened.link(path="u"), {})
    assert "gets no more check-in mails" in text_of(done)
    assert "gets no more check-in mails" in text_of(browser.get(opened.link(path="u")))


def test_who_is_in_no_team_is_not_told_of_its_lead(year):
    year.live_until(day(16))
    browser = Browser(year.clock)
    told = text_of(browser.get(year.link(year.coach, path="u")))
    assert "We would no longer tell" in told
    browser.sign_in(year.coach)
    told += text_of(browser.get("/me/reminders/"))
    assert "lead of your team" not in told
    browser.sign_in(year.boima)
    assert "lead of your team is told" in text_of(browser.get("/me/reminders/"))


def test_pressing_twice_is_pressing_once(opened):
    browser = Browser(opened.clock)
    for _ in range(3):
        assert browser.post(opened.link(path="u"), {}).status_code == 200
    assert Preference.objects.filter(wants_reminders=False).count() == 1


def test_the_mails_that_wait_are_taken_back_in_the_same_breath(opened):
    opened.clock = day(4) - 26 * HOUR
    opened.live_until(day(4) - 22 * HOUR)
    waiting = Message.objects.filter(person=opened.boima, state="queued")
    assert waiting.count() == 1
    Browser(opened.clock).post(opened.link(opened.boima, path="u"), {})
    assert not waiting.exists()
    theirs = Message.objects.filter(person=opened.amara, state="queued")
    assert set(theirs.values_list("kind", flat=True)) == {"check-in nudge", "check-in reader out"}


def test_the_address_never_expires_and_holds_for_all_of_ones_teams(opened):
    link = LinkToken.objects.get(purpose="opt-out", person=opened.amara)
    assert link.expires_at is None
    make_team(opened.cohort)
    browser = Browser(opened.clock + 900 * DAY)
    assert browser.post(opened.link(path="u"), {}).status_code == 200


@pytest.mark.parametrize("token", ["x" * 22, "é" * 22, "short"])
def test_an_unknown_address_says_how_to_go_on(db, opened, token):
    browser = Browser(opened.clock)
    for answer in (browser.get(f"/u/{token}"), browser.post(f"/u/{token}", {})):
        assert answer.status_code == 404
        assert "turn the reminders off in your profile" in text_of(answer)


def test_ones_preference_turns_them_off_and_on_again(opened):
    Browser(opened.clock).post(opened.link(path="u"), {})
    laptop = Browser(opened.clock)
    laptop.sign_in(opened.amara)
    page = laptop.get("/me/reminders/")
    assert "You get no reminders." in text_of(page)
    laptop.client.handler.enforce_csrf_checks = False
    assert laptop.post("/me/reminders/", {"wants_reminders": "yes"}).status_code == 302
    assert reminders.are_wanted(opened.amara)
    opened.live_until(day(5))
    assert len(opened.letters(opened.amara)) == 2
    laptop.post("/me/reminders/", {"wants_reminders": "no"})
    assert not reminders.are_wanted(opened.amara)


def test_a_form_that_says_nothing_stops_no_reminders(opened):
    laptop = Browser(opened.clock)
    laptop.sign_in(opened.amara)
    laptop.client.handler.enforce_csrf_checks = False
    for said in ({}, {"wants_reminders": ""}, {"do": "nonsense"}):
        assert laptop.post("/me/reminders/", said).status_code == 422
    assert not Preference.objects.exists()


def test_the_preference_is_ones_own_and_needs_ones_sign_in(opened):
    browser = Browser(opened.clock)
    assert browser.get("/me/reminders/").status_code == 302
    browser.client.handler.enforce_csrf_checks = False
    assert browser.post("/me/reminders/", {"wants_reminders": "no"}).status_code == 302
    assert not Preference.objects.exists()


def test_who_stopped_the_reminders_can_still_answer(opened):
    phone = Browser(opened.clock)
    phone.post(opened.link(path="u"), {})
    page = phone.follow(opened.link(opened.amara))
    assert phone.answer(page, did="We met.").status_code == 303
