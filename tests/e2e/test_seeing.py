"""The plan seen otherwise: every view looked at, bars moved by keys and mouse, a link handed on."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from tests.e2e.finger import drag_by_finger
from tests.e2e.people import Office, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.once]

LEAD = """
from cohorts.models import Membership
print(Membership.objects.get(role="lead", team__name="Kenya").user.email)
"""
ACTIVITY = "Connect one street"
A4_ACROSS = (842, 595)


def bar(visitor: Visitor) -> Locator:
    return visitor.page.locator("a[data-row]").filter(has_text=ACTIVITY).first


def dates(visitor: Visitor) -> tuple[date, date]:
    """The dates of the bar, as the server drew it."""
    start, due = (bar(visitor).get_attribute(f"data-{name}") or "" for name in ("start", "due"))
    return date.fromisoformat(start), date.fromisoformat(due)


def says(visitor: Visitor, text: str) -> None:
    expect(visitor.page.locator("#timeline-says")).to_contain_text(text)


def moves(visitor: Visitor, start: int, due: int, before: tuple[date, date]) -> None:
    """Wait until the server's drawing has the dates moved by so many days."""
    for name, days, day in (("start", start, before[0]), ("due", due, before[1])):
        there = day + timedelta(days=days)
        expect(bar(visitor)).to_have_attribute(f"data-{name}", there.isoformat())
        title = bar(visitor).locator("title")
        expect(title).to_contain_text(f"{there.day} {there:%b %Y}")


def test_a_plan_is_seen_in_every_way_and_moved_on_its_timeline(office: Office) -> None:
    office.installation.manage("load_demo")
    lead = office.visitor(office.installation.manage("shell", "-v", "0", "-c", LEAD).strip())
    lead.sign_in()
    lead.open("/")
    lead.follow("Kenya")
    lead.follow("Open the action plan")
    for name in ("Matrix", "Load", "Next", "Changes", "Progress", "Timeline"):
        lead.follow(name, lead.page.get_by_role("navigation", name="Ways to see the plan"))
    by_keys(lead)
    by_mouse(lead)
    by_finger(office, lead)
    without_a_line(office, lead)
    someone_was_faster(office, lead)
    on_one_sheet(lead)
    why_it_slipped(lead)
    a_link_for_the_minister(office, lead)
    office.watch.verdict()


def by_keys(lead: Visitor) -> None:
    before = dates(lead)
    bar(lead).focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "ArrowLeft"):
        lead.page.keyboard.press(key)
    says(lead, "Enter saves it")
    lead.page.keyboard.press("Enter")
    moves(lead, 8, 8, before)
    expect(bar(lead)).to_be_focused()
    lead.page.keyboard.press("Control+ArrowRight")
    lead.page.keyboard.press("Escape")
    says(lead, "As it was.")
    moves(lead, 8, 8, before)
    lead.page.keyboard.press("Control+ArrowRight")
    lead.page.keyboard.press("Enter")
    moves(lead, 8, 9, before)


def by_mouse(lead: Visitor) -> None:
    before = dates(lead)
    drag(lead, bar(lead).locator("rect").first, 40)
    expect(bar(lead)).not_to_have_attribute("data-start", before[0].isoformat())
    days = (dates(lead)[0] - before[0]).days
    assert days > 0
    moves(lead, days, days, before)
    drag(lead, bar(lead).locator("[data-end]"), 40)
    moves(lead, days, 2 * days, before)


def by_finger(office: Office, lead: Visitor) -> None:
    """On a phone: along the bar the dates move, up and down the page scrolls and they stay."""
    phone = office.visitor(lead.address, phone=True)
    phone.sign_in()
    phone.open(lead.page.url)
    before = dates(phone)
    body = bar(phone).locator("rect").first
    body.scroll_into_view_if_needed()
    scrolled = phone.page.evaluate("scrollY")
    drag_by_finger(phone.page, body, 0, -120)
    assert phone.page.evaluate("scrollY") > scrolled
    moves(phone, 0, 0, before)
    with phone.page.expect_response("**/cells/"):
        drag_by_finger(phone.page, body, 30, 0)
    expect(bar(phone)).not_to_have_attribute("data-start", before[0].isoformat())
    phone.sees("Saved.")
    days = (dates(phone)[0] - before[0]).days
    moves(phone, days, days, before)
    assert days > 0
    phone.look()
    lead.page.reload()


def drag(lead: Visitor, part: Locator, pixels: int) -> None:
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lead.page.mouse.move(x, y)
    lead.page.mouse.down()
    lead.page.mouse.move(x + pixels / 2, y)
    lead.page.mouse.move(x + pixels, y)
    lead.page.mouse.up()


def without_a_line(office: Office, lead: Visitor) -> None:
    before = dates(lead)
    bar(lead).focus()
    lead.context.set_offline(True)
    with office.watch.expecting("ERR_INTERNET_DISCONNECTED"):
        lead.page.keyboard.press("ArrowRight")
        lead.page.keyboard.press("Enter")
        says(lead, "Not saved: the line is down.")
    lead.context.set_offline(False)
    lead.page.keyboard.press("Enter")
    moves(lead, 1, 1, before)


def someone_was_faster(office: Office, lead: Visitor) -> None:
    """In another tab; the text waits among one's conflicts, and the bar stands where it stood."""
    before = dates(lead)
    other = lead.context.new_page()
    other.goto(bar(lead).get_attribute("href") or "")
    other.locator("[name=due_on]").fill((before[1] + timedelta(days=30)).isoformat())
    other.get_by_role("button", name="Save", exact=True).click()
    other.wait_for_url("**/plan/#activity-*")
    other.close()
    with office.watch.expecting("409"):
        bar(lead).focus()
        lead.page.keyboard.press("Control+ArrowRight")
        lead.page.keyboard.press("Enter")
        says(lead, "Someone else changed this before you.")
    lead.page.reload()
    moves(lead, 0, 30, before)


def on_one_sheet(lead: Visitor) -> None:
    printed = lead.page.pdf(prefer_css_page_size=True, print_background=True)
    sheets = [
        (round(p.mediabox.width), round(p.mediabox.height))
        for p in PdfReader(BytesIO(printed)).pages
    ]
    assert sheets == [A4_ACROSS]


def why_it_slipped(lead: Visitor) -> None:
    lead.follow("Changes", lead.page.get_by_role("navigation", name="Ways to see the plan"))
    lead.page.get_by_label("Why is it due later?").fill("The county changed its budget")
    lead.press(f"Keep the reason – {ACTIVITY}")
    lead.sees("The county changed its budget")
    lead.look()


def a_link_for_the_minister(office: Office, lead: Visitor) -> None:
    lead.follow("Progress", lead.page.get_by_role("navigation", name="Ways to see the plan"))
    lead.fill(whom="The minister")
    lead.press("Make a link")
    lead.sees("Copy it now")
    lead.look()
    address = lead.page.get_by_label("The link", exact=True).input_value()
    minister = office.visitor(phone=True)
    minister.open(address)
    minister.look()
    minister.sees("activities are done")
    expect(minister.page.get_by_role("link", name="Coalitions")).to_have_count(0)
    lead.press("Close the link – The minister")
    lead.sees("The link opens no more.")
    with office.watch.expecting("404"):
        minister.page.reload()
