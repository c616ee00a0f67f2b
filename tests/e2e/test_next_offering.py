"""The next offering: begun from an earlier cohort, its people invited, the kinds its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.e2e.people import Office, Visitor

pytestmark = pytest.mark.browser

BEFORE = datetime(2031, 1, 6, 8, tzinfo=UTC)
WRONG, RIGHT = "amara@example.org", "amara.kollie@example.org"


def first_offering(office: Office) -> Visitor:
    """A program lead whose first cohort has its agenda and nobody in it."""
    office.set_clock(BEFORE)
    office.installation.manage("make_program", "Leading", "--lead", "grace@example.org")
    grace = office.visitor("grace@example.org", zone="America/New_York")
    grace.sign_in()
    grace.follow("Leading")
    grace.follow("New cohort")
    grace.fill(name="January", starts_on="2031-01-13", venue="School", time_zone="Africa/Nairobi")
    grace.press("Make the cohort")
    grace.sees("There is no team yet.")
    return grace


def keep_a_template(grace: Visitor) -> None:
    grace.follow("Agenda")
    grace.follow("Keep as a template")
    grace.fill(name="Our five days")
    grace.press("Keep it")
    grace.sees("Our five days")
    grace.look()
    grace.follow("Our five days")
    grace.follow("Make a cohort from it")
    expect(grace.page.get_by_label("Begin from")).to_have_value("template-1")


def word_the_kinds(grace: Visitor) -> None:
    grace.follow("Kinds in the columns")
    grace.follow("something important in our plan")
    grace.fill(en="something in our DRF plan", fr="un point de notre plan DRF")
    grace.press("Save")
    grace.sees("something in our DRF plan")
    grace.follow("Add a kind to “Action”")
    grace.fill(en="raise money")
    grace.press("Save")
    grace.press("Move “raise money” up")
    names = (
        grace.page.get_by_role("region", name="Action").get_by_role("listitem").get_by_role("link")
    )
    expect(names).to_have_text(
        [
            "engage with stakeholders",
            "improve the regulatory environment",
            "improve organizational effectiveness",
            "more information",
            "raise money",
            "more capacity on",
        ]
    )
    grace.look()


def test_the_next_offering_begins_from_the_last_and_its_invitations_are_followed(
    found: Callable[..., Office],
) -> None:
    office = found()
    grace = first_offering(office)
    page = grace.page
    keep_a_template(grace)
    page.get_by_label("Begin from").select_option(label="January, from Monday 13 January 2031")
    grace.fill(name="June", starts_on="2031-06-04", venue="School", time_zone="Africa/Nairobi")
    grace.look()
    grace.press("Make the cohort")
    grace.sees("counted day by day from Wednesday 4 June 2031 to Sunday 8 June 2031")
    grace.look()

    # Someone is invited at a wrong address; the pages show it, and it is mended.
    grace.follow("Add a team")
    grace.fill(
        name="Liberia",
        country="Liberia",
        challenge="Civil servants are paid on time.",
        members=f"Amara Kollie <{WRONG}>",
        time_zone="Africa/Monrovia",
    )
    page.locator("main form button[type=submit]").click()
    grace.sees("is there; 1 person is invited.")
    old = office.mailbox.link(WRONG, "your place in", "i")
    grace.follow("Invitations")
    row = grace.row("Amara Kollie")
    expect(row).to_contain_text(re.compile(r"sent · \d+ Jan"))
    grace.follow("Correct the address of Amara Kollie", row)
    grace.fill(email=RIGHT)
    grace.press("Correct and invite")
    grace.sees(re.compile("the old link no longer opens"))
    grace.look()
    stranger = office.visitor(script=False)
    with office.watch.expecting("status of 410"), stranger.page.expect_event("console"):
        stranger.open(old)
    stranger.sees("This invitation does not open")
    amara = office.visitor(RIGHT, phone=True)
    amara.open(office.mailbox.link(RIGHT, "your place in", "i"))
    grace.follow("All invitations of the cohort")
    expect(grace.row("Amara Kollie")).to_contain_text("link opened")
    grace.press("Send again to all who have not joined")
    grace.sees("1 invitation goes out again.")
    amara.come_in()
    grace.open(page.url)
    expect(grace.row("Amara Kollie")).to_contain_text("joined")
    grace.look()

    # The program's own kinds are what its teams choose from.
    grace.open("/programs/1/")
    word_the_kinds(grace)
    amara.open("/teams/1/sheets/2031-06-04/")
    kind = amara.page.get_by_label("Kind of action").first
    expect(kind).to_contain_text("raise money")
    amara.write(kind, "raise money")
    amara.look()
    office.watch.verdict()
