"""Help finds its way: a coach reads what is up, brings it, and the team's lead says it came."""

from __future__ import annotations

import pytest

from tests.e2e.people import Office

pytestmark = pytest.mark.browser


def test_a_coach_helps_and_the_team_says_that_it_helped_and_promises_something(
    office: Office,
) -> None:
    office.installation.manage("load_demo")
    coach = office.visitor("coach@demo.example")
    coach.sign_in()
    coach.follow("What is new, stuck or silent")
    coach.follow("Note a call – Kenya")
    coach.fill(notes="They fear the dry season.")
    coach.press("Note the call")
    coach.sees("for staff alone")
    coach.look()
    coach.press("Share with the team")
    coach.sees("The team reads these notes from now on.")
    coach.open("/me/teams/")
    coach.follow("Excuse this round – Kenya")
    coach.open("/me/teams/")
    coach.follow("Help – Kenya")
    coach.follow("Someone who has turned informal suppliers into agents before.")
    coach.page.get_by_label("What was done?").fill("Two people from Kampala come for a week.")
    coach.press("Help was given")
    coach.sees("The team reads your words and confirms that it helped.")
    coach.look()

    lead = office.visitor("kenya.lead@demo.example", phone=True)
    lead.sign_in()
    lead.follow("Kenya")
    lead.follow("Someone who has turned informal suppliers into agents before.")
    lead.press("Yes, it helped")
    lead.sees("Noted: this is over.")
    lead.follow("Kenya", lead.page.get_by_role("navigation", name="Where you are"), again=False)
    lead.follow("All promises of the coalition")
    with office.watch.expecting("status of 422"):
        lead.press("Put it on record")
        lead.sees("Something needs your attention")
        lead.look()
    lead.fill(who="The county's secretary", what="Answer our letter", due_on="2099-01-31")
    lead.press("Put it on record")
    lead.follow("Answer our letter")
    lead.page.get_by_text("kept", exact=True).click()
    lead.page.locator("#end-why").fill("It came on Friday.")
    lead.press("Say so")
    lead.sees("It came on Friday.")
    lead.look()
    office.watch.verdict()
