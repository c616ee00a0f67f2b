"""When the session, the line or the hand fails: nothing that was typed is lost or done twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.people import Office, Visitor
from tests.e2e.watch import BROKEN_LINE

pytestmark = pytest.mark.browser

PROGRAM = "Leading with Coalitions"
MONDAY = datetime(2031, 1, 13, 9, tzinfo=UTC)
TEAM = """
from datetime import date
from cohorts.models import Program
from tests.factories import make_cohort, make_member, make_team, make_user
week = {"starts_on": date(2031, 1, 13), "ends_on": date(2031, 1, 17)}
cohort = make_cohort(Program.objects.get(), name="January", time_zone="Africa/Monrovia", **week)
team = make_team(cohort, name="Liberia")
for name in ("session", "server", "traveller"):
    make_member(team, make_user(name.title(), email=f"{name}@example.org"))
"""
END_SESSIONS = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
# Patience grows with each try: after the fourth it is half a minute (saving.js).
UNTIL_THE_NEXT_TRY = 45_000


@pytest.fixture(scope="module", autouse=True)
def team(office: Office) -> None:
    """A program with a team in its week."""
    office.set_clock(MONDAY)
    office.installation.manage("make_program", PROGRAM, "--lead", "grace@example.org")
    office.installation.manage("shell", "-c", TEAM)


def cell(member: Visitor, label: str) -> tuple[Locator, Locator]:
    """A cell of the row that is open for writing, and what is said about its saving."""
    control = member.page.locator("tr.editing").get_by_label(label, exact=True)
    identity = control.get_attribute("id")
    return (
        member.page.locator(f"[id='{identity}']"),
        member.page.locator(f"[id='{identity}-state']"),
    )


def at_the_sheet(office: Office, address: str) -> Visitor:
    member = office.visitor(address)
    member.sign_in()
    member.page.get_by_role("link", name="Open today's sheet").click()
    member.page.wait_for_url("**/sheets/2031-01-13/")
    if not member.page.locator("tr.editing").count():
        member.press("Add a row")
    return member


def test_a_session_that_ends_while_one_writes_costs_no_word(office: Office) -> None:
    member = at_the_sheet(office, "session@example.org")
    action, state = cell(member, "Action")
    action.fill("Written before anyone knew")
    office.installation.manage("shell", "-c", END_SESSIONS)
    with office.watch.expecting("status of 401", perhaps=("status of 403",)):
        action.blur()
        expect(state).to_contain_text("you are signed out, your text waits here")
        expect(action).to_have_value("Written before anyone knew")
        member.look()
        with member.context.expect_page() as opened:
            state.get_by_role("link", name="Sign in in a new tab").click()
        first, member.page = member.page, opened.value
        member.fill(login=member.address)
        member.press("Send me a code")
        member.type_code()
        member.page, other = first, member.page
        other.close()
        member.page.bring_to_front()
        expect(state).to_have_text(re.compile("^Saved"), timeout=UNTIL_THE_NEXT_TRY)
    member.page.reload()
    expect(member.row("Written before anyone knew")).to_be_visible()
    office.watch.verdict()


def test_a_server_that_was_away_gets_everything_when_it_is_back(office: Office) -> None:
    member = at_the_sheet(office, "server@example.org")
    action, action_state = cell(member, "Action")
    theme, theme_state = cell(member, "Milestone, theme")
    gone = ("net::ERR_CONNECTION_REFUSED",)
    with office.watch.expecting(*gone, perhaps=BROKEN_LINE):
        office.installation.kill("web")
        action.fill("Typed into nothing")
        theme.fill("A second word, also kept")
        theme.blur()
        for state in (action_state, theme_state):
            expect(state).to_contain_text("Not saved yet")
        member.look()
        office.installation.restart("web")
        for state in (action_state, theme_state):
            expect(state).to_have_text(re.compile("^Saved"), timeout=UNTIL_THE_NEXT_TRY)
    member.page.reload()
    line = member.row("Typed into nothing")
    expect(line).to_contain_text("A second word, also kept")
    expect(member.page.get_by_text("A second word, also kept")).to_have_count(1)
    office.watch.verdict()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_form_that_is_sent_twice_is_done_once(office: Office, script: bool) -> None:
    grace = office.visitor("grace@example.org", script=script)
    name = f"March, {script}"
    grace.sign_in()
    grace.page.get_by_role("link", name=PROGRAM, exact=True).click()
    grace.page.get_by_role("link", name="New cohort").click()
    grace.fill(name=name, starts_on="2031-03-03", time_zone="Africa/Nairobi")
    grace.page.get_by_role("button", name="Make the cohort").dblclick()
    grace.sees("No team yet")
    grace.page.get_by_role("link", name=PROGRAM, exact=True).click()
    expect(grace.page.get_by_role("link", name=name)).to_have_count(1)
    office.watch.verdict()


def test_the_first_sign_in_learns_the_clock_and_a_later_one_keeps_it(office: Office) -> None:
    at_home = office.visitor("traveller@example.org", zone="Asia/Kathmandu")
    with at_home.page.expect_response("**/me/time-zone/", timeout=UNTIL_THE_NEXT_TRY):
        at_home.sign_in()
    away = office.visitor("traveller@example.org", zone="America/Havana")
    away.sign_in()
    for visitor in (at_home, away):
        visitor.open("/me/")
        expect(visitor.page.get_by_label("Time zone")).to_have_value("Asia/Kathmandu")
    away.look()
    office.watch.verdict()
