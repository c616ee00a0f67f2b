"""An answer sent from a link can be taken back for 72 hours, by a person who means it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from cohorts.models import Membership
from followups import support
from followups.models import Answer, CheckIn, SupportRequest, Withdrawal
from tests.followups.conftest import DAY, HOUR, World, day
from tests.followups.pages import Browser, text_of


@pytest.fixture
def phone(opened: World) -> Browser:
    return Browser(opened.clock)


@pytest.fixture
def link(opened: World) -> str:
    """The check-in's, of its first mail."""
    return opened.link()


@pytest.fixture
def undo(opened: World, phone: Browser, link: str) -> str:
    """The address in the mail that confirms an answer."""
    activity = opened.activity(status="on_track")
    said = {f"status-{activity.pk}": "done", "did": "We met.", "help": "A lawyer"}
    phone.answer(phone.follow(link), **said)
    opened.live_until(opened.clock + HOUR)
    assert opened.letters(opened.amara)[-1]["Subject"].endswith("check-in 1 was sent")
    return opened.link(path="b")


def take_back(browser: Browser, undo: str) -> None:
    assert "is taken back" in text_of(browser.post(undo, {"choice": "back"}))


def test_taking_back_opens_the_check_in_again_with_all_that_was_written(opened, phone, undo, link):
    phone.wait(2 * HOUR)
    take_back(phone, undo)
    check_in = opened.check_in()
    assert (check_in.state, check_in.next_step, check_in.submitted_at) == ("open", "nudge", None)
    # The answer stays on record, taken back; the plan and the request are as before.
    assert Withdrawal.objects.get().answer == Answer.objects.get()
    assert opened.team.plan.milestones.get().activities.get().status == "on_track"
    assert SupportRequest.objects.get().state == "withdrawn"
    page = text_of(phone.follow(link))
    assert "We met." in page
    assert "taken back" in page
    # The reminders go on.
    opened.live_until(day(5))
    assert "please answer check-in 1" in opened.letters(opened.amara)[-1]["Subject"]
    # And it can be sent again.
    phone.now = opened.clock
    phone.send_off(phone.follow(link))
    assert opened.check_in().state == "submitted"
    assert Answer.objects.standing().count() == 1


def test_reading_the_page_or_pressing_without_a_choice_takes_nothing_back(opened, phone, undo):
    assert "Take the answer back?" in text_of(phone.get(undo))
    assert phone.head(undo).status_code == 200
    assert phone.post(undo, {}).status_code == 422
    assert not Withdrawal.objects.exists()


def test_twice_is_once(opened, phone, undo):
    for _ in range(2):
        take_back(phone, undo)
    assert Withdrawal.objects.count() == 1


def test_after_72_hours_and_out_of_the_team_it_stands(opened, phone, undo):
    late = Browser(opened.clock + 3 * DAY)
    assert late.post(undo, {"choice": "back"}).status_code == 410
    Membership.objects.filter(user=opened.amara).delete()
    assert phone.post(undo, {"choice": "back"}).status_code == 410
    assert not Withdrawal.objects.exists()


def test_a_status_that_someone_changed_since_is_left_alone(opened, phone, undo):
    activity = opened.team.plan.milestones.get().activities.get()
    activity.status = "dropped"
    activity.save(update_fields=["status"])
    take_back(phone, undo)
    activity.refresh_from_db()
    assert activity.status == "dropped"


def test_what_the_answer_that_stands_says_too_is_not_undone(opened, phone, undo, link):
    phone.wait(HOUR)
    phone.answer(phone.follow(link), struggling="The lawyer is far away.")
    assert "We met." in text_of(phone.get(undo))
    take_back(phone, undo)
    assert opened.check_in().state == "submitted"
    assert opened.team.plan.milestones.get().activities.get().status == "done"
    assert SupportRequest.objects.get().state == "open"


def test_help_in_other_words_is_asked_for_once(opened, phone, undo, link):
    phone.wait(HOUR)
    phone.answer(phone.follow(link), help="A lawyer of the ministry")
    asked = SupportRequest.objects.order_by("pk")
    assert [wish.state for wish in asked.all()] == ["withdrawn", "open"]
    # Taken back, the first answer stands again, and with it what it asked for.
    opened.live_until(phone.now + 2 * HOUR)
    phone.wait(2 * HOUR)
    take_back(phone, opened.link(path="b"))
    assert [wish.state for wish in asked.all()] == ["open", "withdrawn"]


def test_help_that_was_opened_again_by_hand_stays_open(opened, phone, undo, link):
    phone.wait(HOUR)
    phone.answer(phone.follow(link), help="A lawyer of the ministry")
    first = SupportRequest.objects.earliest("pk")
    again = support.Move("reopened", "We need both", uuid4())
    support.move(first, again, by=opened.amara, now=phone.now)
    phone.wait(HOUR)
    phone.answer(phone.follow(link), did="We met again.")
    assert {wish.state for wish in SupportRequest.objects.all()} == {"open"}


def test_help_that_somebody_sees_to_is_not_taken_from_them(opened, phone, undo, link):
    phone.wait(HOUR)
    SupportRequest.objects.update(holder=opened.coach)
    phone.answer(phone.follow(link), help="Somebody for the accounts")
    assert {wish.state for wish in SupportRequest.objects.all()} == {"open"}


def test_when_the_round_is_over_a_taken_back_answer_leaves_it_missed(opened, phone):
    CheckIn.objects.filter(pk=opened.check_in().pk).update(
        state="missed", next_at=None, next_step="none"
    )
    late = Browser(day(26))
    late.answer(late.follow(opened.link()), did="At last.")
    opened.live_until(day(26) + HOUR, step=timedelta(hours=12))
    take_back(late, opened.link(path="b"))
    assert opened.check_in().state == "missed"


def test_an_answer_sent_signed_in_needs_no_confirmation(opened, phone):
    phone.sign_in(opened.amara)
    page = phone.get(f"/teams/{opened.team.pk}/check-ins/{opened.check_in().pk}/?step=did")
    phone.answer(page, did="We met.")
    opened.live_until(opened.clock + HOUR)
    assert len(opened.letters(opened.amara)) == 1
