"""From nothing to a cohort ready for its first day, and the agenda built by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.people import Office, Visitor

pytestmark = pytest.mark.browser

BEFORE = datetime(2031, 1, 6, 8, tzinfo=UTC)
MOST_INTERACTIONS = 25
COUNTRIES = [
    "Liberia", "Kenya", "Vietnam", "Ghana", "Nepal", "Jordan",
    "Peru", "Morocco", "Senegal", "Zambia", "Malawi", "Colombia",
]  # fmt: skip


def roster() -> str:
    """Twelve teams of five, and a coach each, as Excel puts it on the clipboard."""
    lines = ["Team\tCountry\tRole\tName\tE-mail\tOrganisation\tChallenge"]
    for country in COUNTRIES:
        for n, role in enumerate(["Team lead", "member", "member", "member", "member", "coach"]):
            address = f"person{n}@{country.lower()}.example.org"
            name, challenge = f"{country} Person {n}", f"{country} pays on time."
            told = (country, country, role, name, address, "Ministry", challenge)
            lines.append("\t".join(told))
    lines += [f"\t\tfacilitator\tFacilitator {n}\tfacilitator{n}@example.org\t\t" for n in range(2)]
    return "\n".join(lines)


class Counted:
    """A visitor each of whose presses and fields filled is counted."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.count = 0

    def press(self, role: str, name: str) -> None:
        self.count += 1
        page = self.visitor.page
        page.get_by_role("main").get_by_role(role, name=name, exact=True).first.click()

    def fill(self, name: str, text: str) -> None:
        self.count += 1
        self.visitor.fill(**{name: text})


def program_lead(office: Office) -> Visitor:
    office.set_clock(BEFORE)
    office.installation.manage("make_program", "Leading", "--lead", "grace@example.org")
    return office.visitor("grace@example.org", zone="America/New_York")


def test_twelve_teams_and_sixty_people_in_few_interactions(found: Callable[..., Office]) -> None:
    office = found()
    visitor = program_lead(office)
    visitor.open("/accounts/login/")
    grace = Counted(visitor)
    grace.fill("login", visitor.address)
    grace.press("button", "Send me a code")
    expect(visitor.page.get_by_role("heading", name="Your code")).to_be_visible()
    grace.fill("code", office.mailbox.code(visitor.address))
    grace.press("button", "Come in")
    grace.press("link", "Leading")
    grace.press("link", "New cohort")
    grace.fill("name", "January in Nairobi")
    grace.fill("starts_on", "2031-01-13")
    grace.fill("venue", "Kenya School")
    grace.fill("time_zone", "Africa/Nairobi")
    grace.press("button", "Make the cohort")
    visitor.sees("There is no team yet.")
    visitor.look()
    grace.press("link", "Bring in a roster")
    visitor.look()
    grace.fill("pasted", roster())
    grace.press("button", "Look at it")
    visitor.sees("12 new teams:")
    visitor.look()
    grace.press("button", "Bring in 74 people")
    visitor.sees("74 people are brought in.")
    visitor.look()
    rows = visitor.page.get_by_role("row").filter(has_text="0 of 5")
    expect(rows).to_have_count(len(COUNTRIES))
    # All that is still missing is that people answer their invitation, and rooms.
    gaps = visitor.page.get_by_role("region", name="Before the first day").get_by_role("listitem")
    waiting = [re.compile("5 people have not joined yet")] * len(COUNTRIES)
    expect(gaps).to_have_text([*waiting, re.compile("23 sessions have no room")])
    print(f"{grace.count} interactions for {len(COUNTRIES)} teams and 60 people")
    assert grace.count <= MOST_INTERACTIONS
    member = office.visitor("person1@liberia.example.org", phone=True)
    member.come_in()
    member.sees("Liberia pays on time.")
    office.watch.verdict()


def block(visitor: Visitor, title: str) -> Locator:
    return visitor.page.locator(".block").filter(has_text=title)


def open_the_builder(office: Office) -> Visitor:
    """A program lead before the agenda of a new cohort."""
    grace = program_lead(office)
    grace.sign_in()
    grace.follow("Leading")
    grace.follow("New cohort")
    grace.fill(name="January", starts_on="2031-01-13", venue="x", time_zone="Africa/Nairobi")
    grace.press("Make the cohort")
    grace.follow("Agenda")
    grace.follow("Edit the agenda")
    return grace


def test_the_agenda_is_built_by_keyboard_alone(found: Callable[..., Office]) -> None:
    office = found()
    grace = open_the_builder(office)
    page, keys = grace.page, grace.page.keyboard

    def press(key: str, said: str) -> None:
        keys.press(key)
        expect(page.locator("#live")).to_contain_text(said)

    # Tab leads to the blocks in the order of the week.
    page.get_by_role("link", name="Done").focus()
    for _ in range(40):
        keys.press("Tab")
        if "Leading without authority" in page.evaluate("document.activeElement.innerText"):
            break
    title = "Leading without authority"
    press("ArrowDown", "09:05–10:20, day 3")
    press("ArrowUp", "09:00–10:15, day 3")
    press("Shift+ArrowDown", "09:00–10:20, day 3")
    expect(page.get_by_role("region", name="Look at these")).to_contain_text("Coffee")
    grace.look()
    block(grace, title).get_by_role("link").focus()
    press("Shift+ArrowUp", "09:00–10:15, day 3")
    expect(page.get_by_role("region", name="Look at these")).to_have_count(0)
    press("ArrowRight", "day 4")
    press("ArrowLeft", "day 3")
    press("d", "is there twice")
    expect(block(grace, title)).to_have_count(2)
    block(grace, title).last.get_by_role("link").focus()
    press("Delete", "is off the agenda")
    expect(block(grace, title)).to_have_count(1)
    press("Control+z", "is undone")
    expect(block(grace, title)).to_have_count(2)
    press("Control+z", "is undone")
    expect(block(grace, title)).to_have_count(1)

    # Retitle, give it a track, a room and a presenter: Enter opens the form.
    block(grace, title).get_by_role("link").focus()
    keys.press("Enter")
    expect(page.get_by_label("Title")).to_be_visible()
    grace.look()
    page.get_by_label("Title").focus()
    keys.press("Control+a")
    keys.type("Leading with others")
    for label, text in (("Presenters", "Amara"), ("Room", "Blue"), ("Track", "Water")):
        page.get_by_label(label).focus()
        keys.type(text)
    keys.press("Enter")
    expect(block(grace, "Leading with others")).to_contain_text("Water")

    # Add a session beside it, in another track.
    day_3 = page.get_by_role("region", name="Day 3")
    day_3.get_by_role("link", name="Add a session").focus()
    keys.press("Enter")
    page.get_by_label("Title").focus()
    keys.type("Power in the other room")
    grace.fill(starts_at="09:00", ends_at="10:15", track="Power")
    page.get_by_label("Kind").focus()
    keys.press("ArrowDown")
    keys.press("Tab")
    page.get_by_role("button", name="Add", exact=True).focus()
    keys.press("Enter")
    expect(block(grace, "Power in the other room")).to_be_visible()
    grace.look()
    boxes = [block(grace, t).bounding_box() for t in ("Leading with others", "Power in")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == pytest.approx(boxes[1]["y"], abs=2)
    assert abs(boxes[0]["x"] - boxes[1]["x"]) > 20
    office.watch.verdict()


def test_a_session_is_dragged_to_another_day_and_its_end_stretched(
    found: Callable[..., Office],
) -> None:
    office = found()
    grace = open_the_builder(office)
    page = grace.page
    title = "Leading without authority"
    here = block(grace, title).bounding_box()
    there = page.get_by_role("region", name="Day 4").bounding_box()
    assert here
    assert there
    page.mouse.move(here["x"] + 30, here["y"] + 20)
    page.mouse.down()
    page.mouse.move(there["x"] + 30, here["y"] + 60, steps=5)
    page.mouse.up()
    expect(page.locator("#live")).to_contain_text("day 4")
    end = block(grace, title).locator("[data-grip=resize]").bounding_box()
    assert end
    page.mouse.move(end["x"] + 10, end["y"] + 4)
    page.mouse.down()
    page.mouse.move(end["x"] + 10, end["y"] + 44, steps=5)
    page.mouse.up()
    expect(page.locator("#live")).to_contain_text(re.compile(r"09:\d\d–11:\d\d, day 4"))
    office.watch.verdict()
