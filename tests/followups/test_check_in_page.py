"""The check-in page of someone who is signed in, and what staff see of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from cohorts.models import Membership
from followups.models import Answer, CheckIn, DraftField
from tests.factories import make_member, make_program, make_team, make_user
from tests.followups.conftest import World, day
from tests.followups.pages import Browser, Form, text_of

LONG = timedelta(hours=25)


def address(world: World, number: int = 1) -> str:
    return f"/teams/{world.team.pk}/check-ins/{world.check_in(number).pk}/"


@pytest.fixture
def laptop(opened: World) -> Browser:
    browser = Browser(opened.clock)
    browser.sign_in(opened.amara)
    return browser


def test_a_member_answers_on_the_teams_own_page(opened, laptop):
    activity = opened.activity()
    page = laptop.get(address(opened))
    answer = laptop.answer(page, **{f"status-{activity.pk}": "stuck", "did": "We met."})
    assert (answer.status_code, answer["Location"]) == (303, address(opened))
    kept = Answer.objects.get()
    assert (kept.person, kept.by_link, kept.did) == (opened.amara, False, "We met.")
    thanks = text_of(laptop.get(address(opened)))
    assert "Thank you." in thanks
    assert "You answered on 19 June, 12:00" in thanks


def test_before_its_day_a_check_in_says_when_it_opens_and_asks_nothing(opened, laptop):
    page = laptop.get(address(opened, 2))
    assert "opens on 17 July 2026" in text_of(page)
    assert "did" not in Form(page.content.decode()).names


def test_a_session_that_ended_while_typing_loses_nothing(opened, laptop):
    page = laptop.get(address(opened))
    laptop.client.cookies.clear()
    answer = laptop.send(page, did="We met.")
    assert (answer.status_code, answer["Location"]) == (303, "/c/?step=learned")
    assert "We met." in text_of(laptop.get("/c/"))


def test_a_page_open_for_more_than_a_day_shows_everything_again_and_sends_it_when_asked(
    opened, laptop
):
    activity = opened.activity()
    page = laptop.get(address(opened))
    laptop.client.cookies.clear()
    laptop.wait(LONG)
    said = {f"status-{activity.pk}": "stuck", f"line-{activity.pk}": "No list."}
    stale = laptop.send(page, **said)
    assert stale.status_code == 410
    assert "not kept yet" in text_of(stale)
    fields = Form(stale.content.decode()).fields
    assert said.items() <= fields.items()
    assert not DraftField.objects.exists()
    # Once more without the right being shown anew: the same, again.
    assert laptop.send(stale).status_code == 410
    # The link in the mail, opened in another tab, shows it.
    laptop.follow(opened.link())
    assert laptop.send(stale).status_code == 303
    assert dict(DraftField.objects.values_list("name", "text")) == said


def test_signing_in_again_is_enough_for_a_page_that_was_open_for_long(opened, laptop):
    page = laptop.get(address(opened))
    laptop.wait(LONG)
    assert laptop.send(page, did="We met.").status_code == 303
    assert DraftField.objects.get().by == opened.amara


def test_a_link_of_another_person_does_not_freshen_a_page(opened, laptop):
    page = laptop.get(address(opened))
    laptop.client.cookies.clear()
    laptop.wait(LONG)
    laptop.follow(opened.link(opened.boima))
    assert laptop.send(page, did="We met.").status_code == 410


def test_what_is_sent_counts_for_whom_the_page_was_made_not_for_who_is_signed_in_now(
    opened, laptop
):
    page = laptop.get(address(opened))
    laptop.sign_in(opened.boima)
    laptop.send(page, did="Amara's words.")
    assert DraftField.objects.get().by == opened.amara


def test_who_left_the_team_gets_their_words_back_and_sends_none(opened, laptop):
    page = laptop.get(address(opened))
    Membership.objects.filter(user=opened.amara).delete()
    assert laptop.get(address(opened)).status_code == 404
    answer = laptop.send(page, did="We met.")
    assert answer.status_code == 410
    assert "We met." in text_of(answer)
    assert not Answer.objects.exists()


def test_staff_read_what_was_said_and_are_asked_nothing(opened, laptop):
    activity = opened.activity("Pay on the 25th")
    laptop.answer(
        laptop.get(address(opened)),
        **{
            f"status-{activity.pk}": "stuck",
            f"line-{activity.pk}": "No list.",
            "learned": "The list is with another office.",
            "help": "A lawyer",
        },
    )
    lead = make_user()
    opened.cohort.program.leads.add(lead)
    facilitator = make_user()
    opened.cohort.facilitators.add(facilitator)
    for person in (opened.coach, lead, facilitator, make_user(is_admin=True)):
        browser = Browser(opened.clock)
        browser.sign_in(person)
        page = browser.get(address(opened))
        assert page.status_code == 200
        words = text_of(page)
        for said in ("Pay on the 25th", "stuck", "No list.", "another office", "A lawyer"):
            assert said in words
        assert "did" not in Form(page.content.decode()).names


def test_staff_see_that_nobody_has_answered(opened):
    browser = Browser(opened.clock)
    browser.sign_in(opened.coach)
    page = text_of(browser.get(address(opened)))
    assert "Nobody has answered yet. It is due on 28 June 2026." in page


def test_other_people_and_other_teams_find_nothing(opened):
    other = make_team(opened.cohort, name="Kenya", coach=make_user())
    strangers: list[User] = [
        make_user(),
        make_member(other),
        other.coach,
    ]
    elsewhere = make_user()
    make_program(elsewhere)
    for person in (*strangers, elsewhere):
        browser = Browser(opened.clock)
        browser.sign_in(person)
        assert browser.get(address(opened)).status_code == 404
    # A check-in of one team under the address of another.
    browser = Browser(opened.clock)
    browser.sign_in(make_member(other))
    assert browser.get(f"/teams/{other.pk}/check-ins/{opened.check_in().pk}/").status_code == 404


def test_signed_out_the_page_leads_to_sign_in(opened):
    answer = Browser(opened.clock).get(address(opened))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_two_mails_in_two_tabs_of_one_browser_each_keep_their_own_check_in(opened):
    CheckIn.objects.filter(pk=opened.check_in(2).pk).update(
        state="open", next_step="nudge", next_at=day(60)
    )
    phone = Browser(opened.clock)
    first = phone.follow(opened.link(opened.amara))
    second = phone.follow(opened.link(opened.boima))
    phone.send(first, did="In the first tab.")
    theirs = Form(second.content.decode()).fields | {"step": "learned"}
    phone.post("/c/", theirs | {"learned": "In the second tab."})
    said = dict(DraftField.objects.values_list("text", "by__name"))
    assert said == {"In the first tab.": "Amara Kollie", "In the second tab.": "Boima"}
