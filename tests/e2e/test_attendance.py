"""A morning at the door: two facilitators, one of them without a line, and what goes on paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from tests.e2e.people import SECONDS, Office, Visitor

pytestmark = pytest.mark.browser

# Eleven in the morning of the first day in Nairobi.
FIRST_MORNING = datetime(2031, 1, 13, 8, tzinfo=UTC)
LAST_AFTERNOON = datetime(2031, 1, 17, 13, tzinfo=UTC)
TEAMS, PEOPLE = 3, 4
A4 = (595, 842)


def roster() -> str:
    lines = ["Team\tCountry\tRole\tName\tE-mail\tOrganisation\tChallenge"]
    for country in ("Liberia", "Kenya", "Vietnam")[:TEAMS]:
        for n in range(PEOPLE):
            told = (country, country, "member", f"{country} Person {n}")
            address = f"person{n}@{country.lower()}.example.org"
            lines.append("\t".join([*told, address, "Ministry of Finance", "Pay on time."]))
    lines += [f"\t\tfacilitator\t{name}\t{name}@example.org\t\t" for name in ("Fatou", "Kofi")]
    return "\n".join(lines)


def a_cohort(office: Office) -> Visitor:
    """A program lead before the page of a cohort whose week has begun."""
    office.set_clock(FIRST_MORNING)
    office.installation.manage("make_program", "Leading", "--lead", "Grace <grace@example.org>")
    grace = office.visitor("grace@example.org")
    grace.sign_in()
    grace.follow("Leading", again=False)
    grace.follow("New cohort", again=False)
    grace.fill(name="January", starts_on="2031-01-13", venue="x", time_zone="Africa/Nairobi")
    grace.press("Make the cohort")
    grace.follow("Bring in a roster", again=False)
    grace.fill(pasted=roster())
    grace.press("Look at it")
    grace.press("Bring in 14 people")
    grace.sees("14 people are brought in.")
    return grace


def at_the_door(office: Office, name: str, **kind: bool) -> Visitor:
    """A facilitator before the register of the half-day it is."""
    visitor = office.visitor(f"{name.lower()}@example.org", zone="Africa/Nairobi", **kind)
    visitor.sign_in()
    visitor.follow("January", again=False)
    visitor.follow("Attendance", again=False)
    return visitor


def person(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("main").get_by_role("button", name=name)


def is_present(visitor: Visitor, name: str, pressed: bool = True) -> None:
    expect(person(visitor, name)).to_have_attribute(
        "aria-pressed", str(pressed).lower(), timeout=2 * SECONDS
    )


def kept(visitor: Visitor) -> dict[str, str]:
    """What the browser holds."""
    found: dict[str, str] = visitor.page.evaluate("({...localStorage})")
    return found


def on_paper(visitor: Visitor, link: str) -> PdfReader:
    """Follow a link of the cohort's page, look, and print."""
    visitor.follow(link)
    printed = visitor.page.pdf(prefer_css_page_size=True, print_background=True)
    return PdfReader(BytesIO(printed))


def sizes(paper: PdfReader) -> list[tuple[int, int]]:
    return [(round(page.mediabox.width), round(page.mediabox.height)) for page in paper.pages]


def test_a_morning_at_the_door_and_the_papers_of_the_week(found: Callable[..., Office]) -> None:
    office = found()
    grace = a_cohort(office)
    the_register(office)
    the_papers(grace)
    the_certificates(office, grace)
    office.watch.verdict()


def the_register(office: Office) -> None:
    """Two facilitators at once, one of whom loses the line; and a third browser without script."""
    fatou, kofi = at_the_door(office, "Fatou", phone=True), at_the_door(office, "Kofi")
    fatou.sees("Attendance: morning")
    person(fatou, "Kenya Person 0").tap()
    fatou.sees("Everything is saved.")
    person(kofi, "Kenya Person 1").click()
    is_present(kofi, "Kenya Person 0")
    kofi.sees("11:00 · Fatou")
    fatou.context.set_offline(True)
    person(fatou, "Liberia Person 0").tap()
    person(fatou, "Liberia Person 1").tap()
    is_present(fatou, "Liberia Person 0")
    fatou.sees("Kept on this device, not sent yet: 2")
    for key, value in kept(fatou).items():
        assert key.startswith("attendance/")
        assert all(set(one) <= set("0123456789-.morningafternoon") for one in json.loads(value))
    # Later somebody else says of one of them that they have gone again: that is the last word.
    office.set_clock(FIRST_MORNING + timedelta(minutes=10))
    kofi.page.reload()
    person(kofi, "Liberia Person 1").click()
    is_present(kofi, "Liberia Person 1")
    person(kofi, "Liberia Person 1").click()
    kofi.sees("Everything is saved.")
    fatou.context.set_offline(False)
    fatou.sees("Everything is saved.")
    assert kept(fatou) == {}
    is_present(fatou, "Liberia Person 0")
    is_present(fatou, "Liberia Person 1", pressed=False)
    is_present(fatou, "Kenya Person 1")
    expect(fatou.page.locator("[data-count]").first).to_have_text("3")
    fatou.look()
    fatou.page.reload()
    is_present(fatou, "Liberia Person 0")
    plain = office.visitor("kofi@example.org", script=False)
    plain.context.add_cookies(kofi.context.cookies())
    plain.open(fatou.page.url)
    person(plain, "Vietnam Person 3").click()
    is_present(plain, "Vietnam Person 3")
    is_present(fatou, "Vietnam Person 3")


def the_papers(grace: Visitor) -> None:
    """Agenda, blank sheets, badges and list, each on as many sheets of A4 as it should be."""
    home = grace.page.url
    sheets = on_paper(grace, "Blank daily sheets")
    assert sizes(sheets) == [A4[::-1]] * TEAMS
    for page, team in zip(sheets.pages, ("Kenya", "Liberia", "Vietnam"), strict=True):
        text = page.extract_text()
        assert team in text
        assert "Monday 13 January 2031" in text
        for word in ("Session name", "Milestone, theme", "Actions", "By whom", "By when"):
            assert word in text
        assert "Key takeaways" in text
        assert "Key action items" in text
    grace.open(home)
    badges = on_paper(grace, "Name badges")
    assert sizes(badges) == [A4, A4]
    assert badges.pages[0].extract_text().count("Ministry of Finance") == 10
    grace.open(home)
    register = on_paper(grace, "Attendance of the week")
    assert sizes(register) == [A4[::-1]]
    assert register.pages[0].extract_text().count("✓") == 4
    grace.open(home)
    agenda = on_paper(grace, "Agenda")
    assert set(sizes(agenda)) == {A4[::-1]}
    assert "09:00" in agenda.pages[0].extract_text()
    grace.open(home)


def the_certificates(office: Office, grace: Visitor) -> None:
    """On the last day: given with one press, taken home as PDF, looked up by a stranger."""
    grace.follow("Certificates")
    grace.sees("Certificates can be given from the last day of the week on.")
    office.set_clock(LAST_AFTERNOON)
    grace.page.reload()
    grace.press("Give 4 certificates")
    grace.sees("4 certificates are given.")
    grace.look()
    with grace.page.expect_download() as download:
        grace.page.get_by_role("link", name="All as one PDF").click()
    assert len(PdfReader(download.value.path()).pages) == 4
    link = grace.page.get_by_role("link", name="is valid").first.get_attribute("href")
    stranger = office.visitor()
    stranger.open(str(link))
    stranger.sees("This certificate is valid.")
    stranger.look()
