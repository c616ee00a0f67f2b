"""Two people in one sheet: they see each other, their words meet, no hand is disturbed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.people import Office, Visitor
from tests.installation import wait_until

pytestmark = pytest.mark.browser

MONDAY = datetime(2031, 1, 13, 9, tzinfo=UTC)
SHEET = "/teams/1/sheets/2031-01-13/"
TEAM = """
from datetime import date
from uuid import uuid4
from actionplans import cells, sheets
from cohorts.models import Program
from tests.factories import NOON, make_cohort, make_member, make_team, make_user
week = {"starts_on": date(2031, 1, 13), "ends_on": date(2031, 1, 17)}
cohort = make_cohort(Program.objects.get(), name="January", time_zone="Africa/Monrovia", **week)
team = make_team(cohort, name="Liberia")
for name in ("Amara Kollie", "Kofi Mensah"):
    by = make_member(team, make_user(name, email=f"{name.split()[0].lower()}@example.org"))
for n, text in enumerate(("Meet the union", "Count every civil servant", "Call the bank")):
    cells.create_row(
        sheets.begin(team, date(2031, 1, 13)), table="sheetrow", edit_id=uuid4(),
        initial={"action": text, "milestone": f"Theme {n}"}, by=by, now=NOON,
    )
"""
# What #live said, in order: it is emptied between two sentences.
LISTEN = """() => {
  window.heard = [];
  const live = document.getElementById("live");
  new MutationObserver(() => live.textContent && heard.push(live.textContent))
    .observe(live, { childList: true, characterData: true, subtree: true });
}"""

HIDE_A_MOMENT = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
  delete document.hidden;
}"""


@pytest.fixture(scope="module", autouse=True)
def team(office: Office) -> None:
    """A team with three rows in its sheet, and two people who write in it."""
    office.set_clock(MONDAY)
    office.installation.manage("make_program", "Leading", "--lead", "grace@example.org")
    office.installation.manage("shell", "-c", TEAM)


@pytest.fixture(scope="module")
def amara(office: Office) -> Visitor:
    return signed_in(office, "amara@example.org")


@pytest.fixture(scope="module")
def kofi(office: Office) -> Visitor:
    return signed_in(office, "kofi@example.org")


def signed_in(office: Office, address: str) -> Visitor:
    visitor = office.visitor(address, worker=False)
    visitor.sign_in()
    return visitor


def open_action(visitor: Visitor, shown: str) -> Locator:
    """The action of a row, open for writing, on a page that has just been loaded."""
    visitor.open(SHEET)
    visitor.page.evaluate(LISTEN)
    row = visitor.open_cell(shown)
    return row.get_by_label("Action", exact=True)


def test_each_sees_in_which_row_the_other_is(office: Office, amara: Visitor, kofi: Visitor) -> None:
    kofi.open(SHEET)
    open_action(amara, "Meet the union")
    row = kofi.row("Meet the union")
    expect(row).to_contain_text("Amara Kollie is writing here")
    kofi.look()
    amara.page.get_by_role("heading", name="Discussion").click()
    amara.open("/")
    expect(row).not_to_contain_text("is writing here")
    office.watch.verdict()


def test_words_that_do_not_meet_are_merged_and_undone_by_one_press(
    office: Office, amara: Visitor, kofi: Visitor
) -> None:
    theirs, mine = open_action(amara, "Meet the union"), open_action(kofi, "Meet the union")
    mine.fill("Meet the union\nWrite a letter")
    amara.write(theirs, "Meet the union\nCall the minister")
    mine.blur()
    both = "Meet the union\nCall the minister\nWrite a letter"
    expect(mine).to_have_value(both)
    state = kofi.page.locator(f"[id='{mine.get_attribute('id')}-state']")
    expect(state).to_have_text("Saved, together with what Amara Kollie wrote meanwhile.")
    expect(theirs).to_have_value(both)
    expect(amara.page.get_by_text("Kofi Mensah wrote here too: both texts")).to_be_visible()
    kofi.look()
    kofi.page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(mine).to_have_value("Meet the union\nCall the minister")
    expect(theirs).to_have_value("Meet the union\nCall the minister")
    office.watch.verdict()


def test_a_merge_never_comes_under_the_hands_of_one_who_writes_on(
    office: Office, amara: Visitor, kofi: Visitor
) -> None:
    theirs, mine = open_action(amara, "Call the bank"), open_action(kofi, "Call the bank")
    mine.press("End")
    mine.press("Shift+Enter")
    mine.press_sequentially("first")
    amara.write(theirs, "Call the bank tomorrow")
    # A tab that is hidden saves what its cells hold, and the hands stay where they are.
    with kofi.page.expect_response("**/cells/") as saved:
        kofi.page.evaluate(HIDE_A_MOMENT)
    assert saved.value.json()["outcome"] == "merged"
    expect(mine).to_be_focused()
    mine.press_sequentially(" and second")
    expect(mine).to_have_value("Call the bank\nfirst and second")
    mine.blur()
    expect(mine).to_have_value("Call the bank tomorrow\nfirst and second")
    office.watch.verdict()


def test_changes_of_others_come_within_three_seconds_and_leave_focus_and_caret_alone(
    office: Office, amara: Visitor, kofi: Visitor
) -> None:
    mine = open_action(kofi, "Count every civil servant")
    # Screen readers hear of changes after the first look at what is there.
    with kofi.page.expect_response(lambda r: "changes" in r.url and r.status == 304):
        mine.focus()
        mine.evaluate("element => element.setSelectionRange(2, 7)")
    theirs = open_action(amara, "Count every civil servant")
    amara.write(
        amara.page.locator("tr.editing").get_by_label("Milestone, theme", exact=True), "Pay"
    )
    theme = kofi.page.locator("tr.editing").get_by_label("Milestone, theme", exact=True)
    expect(theme).to_have_value("Pay", timeout=3_500)
    amara.write(theirs, "Count all civil servants")
    state = kofi.page.locator(f"[id='{mine.get_attribute('id')}-state']")
    expect(state).to_have_text("Amara Kollie has changed this meanwhile.", timeout=3_500)
    expect(mine).to_be_focused()
    expect(mine).to_have_value("Count every civil servant")
    caret = mine.evaluate("element => [element.selectionStart, element.selectionEnd]")
    assert caret == [2, 7]
    wait_until(lambda: len(kofi.page.evaluate("heard")) > 1, "the second sentence", 10)
    assert kofi.page.evaluate("heard") == ["Just changed by Amara Kollie. Cells: 1."] * 2
    mine.blur()
    expect(mine).to_have_value("Count all civil servants")
    office.watch.verdict()


def test_a_row_that_changes_while_it_opens_still_opens(
    office: Office, amara: Visitor, kofi: Visitor
) -> None:
    kofi.open(SHEET)
    held: list[Route] = []
    # Playwright cannot mark a built-in method as its handler.
    kofi.page.route("**/rows/**", lambda route: held.append(route))
    kofi.page.locator("a.cell").filter(has_text="Meet the union").first.click()
    theirs = open_action(amara, "Meet the union")
    # The first look brings everything, the second what is written now.
    with kofi.page.expect_response(lambda r: "changes" in r.url and r.status == 304):
        pass
    with kofi.page.expect_response(lambda r: "changes" in r.url and r.status == 200):
        amara.write(theirs, "Meet the union at last")
    held[0].continue_()
    kofi.page.unroute_all()
    mine = kofi.page.locator("tr.editing").get_by_label("Action", exact=True)
    expect(mine).to_have_value("Meet the union at last")
    office.watch.verdict()


def test_words_that_meet_wait_side_by_side_for_a_choice(
    office: Office, amara: Visitor, kofi: Visitor
) -> None:
    theirs, mine = open_action(amara, "Count"), open_action(kofi, "Count")
    mine.fill("Count no one")
    amara.write(theirs, "Count everybody")
    with office.watch.expecting("status of 409"):
        mine.blur()
        expect(kofi.page.locator(".conflict")).to_be_visible()
    box = kofi.page.get_by_role("group", name=re.compile("Amara Kollie changed “Action”"))
    expect(box).to_contain_text("Count everybody")
    expect(mine).to_have_value("Count no one")
    expect(kofi.page.locator("#all-state")).not_to_have_text("Saving…")
    kofi.look()
    box.get_by_role("button", name="Keep mine").click()
    kofi.is_saved(mine)
    expect(theirs).to_have_value("Count no one")
    office.watch.verdict()
