"""Without a line rows are pasted, moved, doubled, removed, begun; all of it arrives, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.laptop import DUMP, Laptop, wait_for_kept
from tests.e2e.people import Office, Visitor
from tests.e2e.test_grid import PASTE
from tests.installation import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.once]

MONDAY = datetime(2031, 1, 13, 9, tzinfo=UTC)
TEAM = """
from datetime import date
from uuid import uuid4
from coalitions import clock
from actionplans import cells, plans, sheets
from tests.factories import make_cohort, make_member, make_team, make_user
week = {"starts_on": date(2031, 1, 13), "ends_on": date(2031, 1, 17)}
for name in ("pasting", "planning"):
    team = make_team(make_cohort(time_zone="UTC", **week), name=name.title())
    told = {"by": make_member(team, make_user("Amara", email=f"amara.{name}@example.org"))}
    told["now"] = clock.now()
    for text in ("Alpha", "Beta", "Gamma"):
        told |= {"edit_id": uuid4(), "initial": {"action": text, "milestone": f"Theme {text}"}}
        cells.create_row(sheets.begin(team, date(2031, 1, 13)), table="sheetrow", **told)
    for title in ("First", "Second"):
        told |= {"edit_id": uuid4(), "initial": {"title": title}}
        made = cells.create_row(plans.plan_of(team), table="milestone", **told)
        told |= {"edit_id": uuid4(), "initial": {"text": f"In {title}"}}
        cells.create_row(made, table="activity", **told)
"""


@pytest.fixture(scope="module", autouse=True)
def teams(office: Office) -> None:
    office.set_clock(MONDAY)
    office.installation.manage("shell", "-c", TEAM)


@pytest.fixture
def laptop(office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Laptop]:
    found = Laptop(office, request.param, tmp_path / "profile")
    yield found
    found.close()


def texts(visitor: Visitor, field: str = "action") -> Locator:
    """What the rows that are text show of a field."""
    return visitor.page.locator(f"tbody a.cell[href*='cell={field}']")


def says_kept(visitor: Visitor, count: int) -> None:
    bar = visitor.page.locator("#offline")
    expect(bar).to_contain_text(f"Changes kept on this device: {count}.", timeout=20_000)


def is_sent(visitor: Visitor) -> None:
    expect(visitor.page.locator("#offline")).to_be_hidden(timeout=45_000)
    expect(visitor.page.locator("#all-state")).to_have_text(re.compile(r"^All saved \d\d:\d\d$"))


def has_all(visitor: Visitor) -> None:
    """The browser has kept this page, and what its poll told of it."""
    path = f"/{visitor.page.url.split('/', 3)[3]}"
    wait_for_kept(visitor.page, "cache: ", f"pages: {path} ")
    # The worker may have come after the first poll of a first visit.
    visitor.page.reload()
    wait_for_kept(visitor.page, f"pages: {path}changes/ ")


def by_menu(visitor: Visitor, text: str, choice: str) -> None:
    row = visitor.row(text)
    row.get_by_label("More for this row").click()
    visitor.press(choice, row)


def without_line(office: Office):
    return office.watch.expecting(perhaps=("net::", "status of 50", "htmx:"))


@pytest.mark.parametrize("laptop", ["pasting"], indirect=True)
def test_a_block_pasted_without_a_line_survives_the_browser(office: Office, laptop: Laptop) -> None:
    amara = laptop.at_the_sheet()
    page = amara.page
    has_all(amara)
    texts(amara).nth(1).focus()
    expect(page.locator("[data-selects]")).to_be_visible()
    with without_line(office):
        office.installation.kill("web")
        page.evaluate(
            PASTE, ["text/plain", "B2\tAmara\t15/03/2031\nC2\t\tin 2 weeks\nD\tnew one\t"]
        )
        expect(texts(amara)).to_have_text(["Alpha", "B2", "C2"], timeout=20_000)
        expect(page.locator("tr.editing [data-field=action]")).to_have_value("D")
        says_kept(amara, 1)
        # The page is as if it were saved: what was pasted can be changed, doubled, moved, removed.
        by_menu(amara, "Alpha", "Move down")
        expect(texts(amara)).to_have_text(["B2", "Alpha", "C2"])
        by_menu(amara, "C2", "Duplicate")
        by_menu(amara, "Alpha", "Remove")
        expect(texts(amara)).to_have_text(["B2", "C2"])
        amara.look()
        again = amara.open_cell("C2").get_by_label("By when", exact=True)
        again.fill("16/03/2031")
        again.blur()
        says_kept(amara, 5)
        url = page.url
        page.close()
        laptop.close()

        amara = laptop.open()
        amara.open(url)
        says_kept(amara, 5)
        expect(texts(amara)).to_have_text(["B2"])
        values = amara.page.locator("[data-field=action]").evaluate_all(
            "all => all.map(o => o.value)"
        )
        assert values == ["C2", "C2", "D"]
        laptop.close()

        office.installation.restart("web")
        office.installation.wait_for_web()
        amara = laptop.open()
        amara.open(url)
        is_sent(amara)
    amara.page.reload()
    expect(texts(amara)).to_have_text(["B2", "C2", "C2", "D"])
    expect(amara.row("B2")).to_contain_text("15 Mar 2031")
    expect(texts(amara, "by_when")).to_have_text(["15 Mar 2031", "16 Mar 2031", "27 Jan 2031", ""])
    expect(amara.row("new one")).to_contain_text("D")
    office.watch.verdict()


@pytest.mark.parametrize("laptop", ["planning"], indirect=True)
def test_the_plan_grows_without_a_line(office: Office, laptop: Laptop) -> None:
    amara = laptop.at_the_sheet()
    amara.follow("Action plan", amara.page.get_by_role("navigation", name="Team"))
    page = amara.page
    has_all(amara)
    url = page.url
    with without_line(office):
        office.installation.kill("web")
        expect(page.locator("#offline")).to_be_visible(timeout=20_000)
        by_menu(amara, "Second", "Move up")
        expect(texts(amara, "title")).to_have_text(["Second", "First"])
        expect(texts(amara, "text")).to_have_text(["In Second", "In First"])
        amara.press("Add an activity", amara.row("Second"))
        page.keyboard.type("Ours too")
        amara.press("Add a milestone")
        page.keyboard.type("Third")
        page.keyboard.press("Tab")
        amara.press("Add an activity", page.locator("tr.group.editing"))
        page.keyboard.type("In Third")
        page.keyboard.press("Tab")
        says_kept(amara, 4)
        amara.look()
        page.close()
        laptop.close()

        amara = laptop.open()
        amara.open(url)
        says_kept(amara, 4)
        expect(texts(amara, "title")).to_have_text(["Second", "First"])
        expect(amara.page.locator("[data-field=title]")).to_have_value("Third")
        office.installation.restart("web")
        office.installation.wait_for_web()
        is_sent(amara)
    wait_until(lambda: "edits:" not in str(amara.page.evaluate(DUMP)), "all to be sent", 20)
    amara.page.reload()
    expect(texts(amara, "title")).to_have_text(["Second", "First", "Third"])
    expect(texts(amara, "text")).to_have_text(["In Second", "Ours too", "In First", "In Third"])
    office.watch.verdict()
