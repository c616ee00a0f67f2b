"""The grid under the hands of someone who knows spreadsheets: keys, pasting, dragging, undo."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.finger import drag_by_finger
from tests.e2e.people import Office, Visitor

pytestmark = pytest.mark.browser

MONDAY = datetime(2031, 1, 13, 9, tzinfo=UTC)
TEAM = """
from datetime import date
from uuid import uuid4
from coalitions import clock
from cohorts.models import Program
from actionplans import cells, plans
from actionplans.models import DailySheet
from tests.factories import make_cohort, make_member, make_outsider, make_team, make_user
week = {"starts_on": date(2031, 1, 13), "ends_on": date(2031, 1, 17)}
cohort = make_cohort(Program.objects.get(), name="January", time_zone="Africa/Monrovia", **week)
told = {"by": None, "now": clock.now()}
for name in ("Keys", "Paste", "Drag", "People", "Arabic", "Phone", "Several", "Miles"):
    team = make_team(cohort, name=name)
    make_member(team, make_user(name, email=f"{name.lower()}@example.org"))
    make_outsider(team, "Hon. Joseph Boakai")
    sheet = DailySheet.objects.create(team=team, day=date(2031, 1, 13))
    for text in "ABC":
        row = {"action": text, "milestone": f"Theme {text}"}
        cells.create_row(sheet, table="sheetrow", edit_id=uuid4(), initial=row, **told)
    made = cells.create_row(
        plans.plan_of(team), table="milestone", edit_id=uuid4(), initial={"title": "Step"}, **told
    )
    for text in ("Count them", "Train them"):
        cells.create_row(made, table="activity", edit_id=uuid4(), initial={"text": text}, **told)
    if name == "Miles":
        step = {"initial": {"title": "Second step"}, "edit_id": uuid4(), **told}
        made = cells.create_row(plans.plan_of(team), table="milestone", **step)
        pay = {"initial": {"text": "Pay them"}, "edit_id": uuid4(), **told}
        cells.create_row(made, table="activity", **pay)
"""
# What keeps texts on the device comes behind the page: nobody waits for it.
BEHIND = re.compile(r"/(keeping|leaving|line_bar|store|stuck|resume|forms|drafts|worker)\.")
PASTE = """([kind, text]) => {
  const data = new DataTransfer();
  data.setData(kind, text);
  const how = { bubbles: true, cancelable: true };
  const event = new ClipboardEvent("paste", { clipboardData: data, ...how });
  document.activeElement.dispatchEvent(event);
}"""
COPY = """() => {
  const data = new DataTransfer();
  const how = { bubbles: true, cancelable: true };
  const event = new ClipboardEvent("copy", { clipboardData: data, ...how });
  document.activeElement.dispatchEvent(event);
  return data.getData("text/plain");
}"""


@pytest.fixture(scope="module", autouse=True)
def teams(office: Office) -> None:
    """A program with teams whose first sheet has three rows, A to C."""
    office.set_clock(MONDAY)
    office.installation.manage("make_program", "Coalitions", "--lead", "grace@example.org")
    office.installation.manage("shell", "-c", TEAM)


def at_the_sheet(office: Office, name: str, *, language: str = "", phone: bool = False) -> Visitor:
    member = office.visitor(f"{name}@example.org", phone=phone)
    member.sign_in()
    if language:
        member.page.get_by_role("contentinfo").locator("select").select_option(language)
        member.press("Change language", member.page.get_by_role("contentinfo"))
        expect(member.page.locator("html[dir=rtl]")).to_be_visible()
    member.page.locator("a[href$='/sheets/2031-01-13/']").first.click()
    member.page.wait_for_url("**/sheets/2031-01-13/")
    # The keys come with the first touch of the grid.
    actions(member.page).first.focus()
    expect(member.page.locator("[data-selects]")).to_be_visible()
    return member


def actions(page: Page) -> Locator:
    """The actions of the rows that are text."""
    return page.locator("tbody a.cell[href*='cell=action']")


def shows(field: str) -> re.Pattern[str]:
    """The address of a cell that shows `field`."""
    return re.compile(f"cell={field}$")


def toast(page: Page) -> Locator:
    return page.locator("#toasts")


def test_a_row_is_written_with_the_keys_of_a_spreadsheet(office: Office) -> None:
    member = at_the_sheet(office, "keys")
    page, keys = member.page, member.page.keyboard
    focus = page.locator(":focus")
    keys.press("ArrowDown")
    expect(focus).to_have_text("B")
    keys.press("ArrowLeft")
    expect(focus).to_have_text("Theme B")
    keys.press("End")
    expect(focus).to_have_attribute("href", shows("by_when"))
    keys.press("Control+Home")
    keys.press("Control+ArrowDown")
    keys.press("ArrowRight")
    expect(focus).to_have_text("Theme C")
    # Typing writes at once, and nothing of it is lost while the row opens.
    keys.type("Payroll for all")
    expect(page.locator("tr.editing [data-field=milestone]")).to_have_value("Payroll for all")
    keys.press("Enter")
    # It was the last row: Enter makes the next one, in the same column.
    expect(page.locator("tr[data-row=new]")).to_have_count(1)
    keys.type("A fourth theme")
    keys.press("Enter")
    expect(page.locator("a.cell", has_text="A fourth theme")).to_be_visible()
    expect(page.locator("a.cell", has_text="Payroll for all")).to_be_visible()
    # Esc gives back what was there.
    actions(page).first.focus()
    keys.press("F2")
    keys.type(" and more")
    keys.press("Escape")
    expect(focus).to_have_text("A")
    # Undo and redo, after a reload too.
    page.reload()
    keys.press("Control+z")
    expect(page.locator("a.cell", has_text="A fourth theme")).to_have_count(0)
    keys.press("Control+Shift+Z")
    expect(page.locator("a.cell", has_text="A fourth theme")).to_be_visible()
    member.look()
    office.watch.verdict()


def test_a_first_visit_is_light(office: Office) -> None:
    member = at_the_sheet(office, "keys")
    page = member.page
    session = member.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    # What the worker keeps weighs nothing.
    session.send("Network.setBypassServiceWorker", {"bypass": True})
    names: dict[str, str] = {}
    weights: dict[str, int] = {}
    session.on(
        "Network.requestWillBeSent",
        lambda asked: names.update({asked["requestId"]: asked["request"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda done: weights.update({names[done["requestId"]]: done["encodedDataLength"]}),
    )
    with page.expect_response("**/changes/"):
        page.reload()
    files = {url: weight for url, weight in weights.items() if "/static/" in url}
    waited_for = {url: weight for url, weight in files.items() if not BEHIND.search(url)}
    # Two style sheets, mark, and eight modules: each once.
    assert len(waited_for) <= 11, sorted(waited_for)
    assert 20_000 < sum(waited_for.values()) <= 34_000, waited_for
    assert sum(files.values()) <= 47_000, files


def test_a_block_is_pasted_copied_and_emptied(office: Office) -> None:
    member = at_the_sheet(office, "paste")
    page, keys = member.page, member.page.keyboard
    keys.press("ArrowDown")
    lines = "Meet the union\tAmara; Mama Njeri\t15/03/2031\n"
    lines += '"Two\nlines"\tnew person\tnext Friday\nLast\t\tsoon'
    page.evaluate(PASTE, ["text/plain", lines])
    expect(toast(page)).to_contain_text("8 cells saved")
    expect(toast(page)).to_contain_text("1 text could not be saved")
    expect(toast(page)).to_contain_text("soon")
    expect(actions(page)).to_have_text(["A", "Meet the union", "Two\nlines", "Last"])
    expect(page.locator("tbody")).to_contain_text("15 Mar 2031")
    expect(page.locator("tbody")).to_contain_text("24 Jan 2031")
    member.look()

    table = "<table><tr><td>From a sheet</td><td>Joseph</td></tr></table>"
    actions(page).last.focus()
    page.evaluate(PASTE, ["text/html", table])
    expect(actions(page).last).to_have_text("From a sheet")
    actions(page).nth(1).focus()
    keys.press("Shift+ArrowRight")
    keys.press("Shift+ArrowDown")
    assert page.evaluate(COPY) == ('Meet the union\tAmara, Mama Njeri\n"Two\nlines"\tnew person')
    keys.press("Delete")
    expect(actions(page).nth(1)).to_be_empty()
    # Undone in one go, by the button beside what was said.
    toast(page).get_by_role("button", name="Undo").click()
    expect(actions(page)).to_have_text(["A", "Meet the union", "Two\nlines", "From a sheet"])
    office.watch.verdict()


def test_rows_are_moved_by_drag_and_by_key_and_doubled(office: Office) -> None:
    member = at_the_sheet(office, "drag")
    page, keys = member.page, member.page.keyboard
    handle = page.locator("tbody tr").nth(2).locator("summary")
    target = page.locator("tbody tr").first.bounding_box()
    assert target
    handle.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 600, target["y"] + 30, steps=4)
    page.mouse.move(target["x"] + 600, target["y"] + 4, steps=4)
    with page.expect_response("**/rows/*/"):
        page.mouse.up()
    expect(actions(page)).to_have_text(["C", "A", "B"])
    expect(page.locator("details.menu[open]")).to_have_count(0)
    actions(page).first.focus()
    keys.press("Alt+ArrowDown")
    expect(actions(page)).to_have_text(["A", "C", "B"])
    actions(page).nth(1).focus()
    keys.press("Control+d")
    expect(actions(page)).to_have_text(["A", "C", "C", "B"])
    page.reload()
    expect(actions(page)).to_have_text(["A", "C", "C", "B"])
    office.watch.verdict()


def test_people_are_picked_by_typing_and_days_are_said(office: Office) -> None:
    member = at_the_sheet(office, "people")
    page, keys = member.page, member.page.keyboard
    keys.press("ArrowRight")
    keys.press("Enter")
    focus = page.get_by_role("combobox", name="By whom")
    expect(focus).to_be_focused()
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    keys.type("boak")
    expect(page.get_by_role("option", name="Hon. Joseph Boakai")).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(focus).to_have_value("Hon. Joseph Boakai")
    keys.type("; Mama Njeri")
    page.get_by_role("option", name="Add “Mama Njeri” as someone new").click()
    expect(focus).to_have_value("Hon. Joseph Boakai; Mama Njeri")
    member.look()
    when = page.locator("tr.editing").get_by_label("By when", exact=True)
    when.fill("in 2 weeks")
    when.blur()
    member.is_saved(when)
    expect(when).to_have_value("27 Jan 2031")
    expect(page.locator("tr.editing")).to_contain_text("Monday 27 January 2031")
    page.locator("tr.editing .calendar").fill("2031-02-03")
    expect(when).to_have_value("3 Feb 2031")
    office.watch.verdict()


def test_several_activities_are_set_at_once(office: Office) -> None:
    member = at_the_sheet(office, "several")
    page = member.page
    page.get_by_role("link", name="Action plan").first.click()
    page.locator("tbody a.cell", has_text="Count them").hover()
    page.get_by_role("button", name="Select rows").click()
    for text in ("Count them", "Train them"):
        page.locator("tbody a.cell", has_text=text).click()
    bar = page.locator("[data-selection]")
    expect(bar).to_contain_text("Rows selected: 2")
    bar.locator("[data-control=text]").nth(-1).fill("15 March 2031")
    member.look()
    bar.get_by_role("button", name="Set").click()
    expect(page.locator("tbody a.cell", has_text="by 15 Mar 2031")).to_have_count(2)
    bar.locator("[name=field]").select_option("accountable")
    bar.locator("input[data-control=people]").fill("Hon. Joseph Boakai")
    bar.get_by_role("button", name="Set").click()
    expect(page.locator("tbody a.cell", has_text="Boakai")).to_have_count(2)
    page.locator("[data-tools]").get_by_role("button", name="Undo").click()
    expect(page.locator("tbody a.cell", has_text="Boakai")).to_have_count(0)
    # Enter on the last activity begins another below it; Esc takes back one that stayed empty.
    page.get_by_role("button", name="Select rows").click()
    page.locator("tbody a.cell", has_text="Train them").focus()
    page.keyboard.press("Enter")
    written = page.locator("tr.editing textarea[data-field=text]")
    expect(written).to_be_focused()
    page.keyboard.press("Enter")
    expect(written.last).to_have_value("")
    page.keyboard.type("Pay them")
    page.keyboard.press("Enter")
    expect(page.locator("tbody a.cell", has_text="Pay them")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("tbody a.cell[href*='cell=text']")).to_have_count(3)
    page.locator("summary[aria-label='More for this row']").nth(-2).click()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Train them")
    member.look()
    office.watch.verdict()


def test_right_to_left_the_arrows_lead_the_other_way(office: Office) -> None:
    member = at_the_sheet(office, "arabic", language="ar")
    page, keys = member.page, member.page.keyboard
    keys.press("ArrowRight")
    expect(page.locator(":focus")).to_have_text("Theme A")
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_attribute("href", shows("by_whom"))
    keys.press("ArrowLeft")
    keys.press("Enter")
    when = page.locator("tr.editing [data-field=by_when]")
    when.fill("بعد أسبوعين")
    when.blur()
    expect(when).to_have_value("27 يناير 2031")
    member.look()
    office.watch.verdict()


def test_on_a_phone_a_row_is_dragged_and_selected_by_finger(office: Office) -> None:
    member = at_the_sheet(office, "phone", phone=True)
    page = member.page
    page.reload()
    # The very first touch of the page is a drag: nothing has brought the keys yet.
    handle = page.locator("tbody tr").nth(2).locator("summary")
    handle.scroll_into_view_if_needed()
    first, last = (page.locator("tbody tr").nth(n).bounding_box() for n in (0, 2))
    assert first
    assert last
    with page.expect_response("**/rows/*/"):
        drag_by_finger(page, handle, 0, first["y"] - last["y"] - 20)
    expect(actions(page)).to_have_text(["C", "A", "B"])
    expect(page.locator("details.menu[open]")).to_have_count(0)
    handle = page.locator("tbody tr").first.locator("summary")
    handle.tap()
    expect(page.locator("details.menu[open]")).to_have_count(1)
    page.get_by_role("button", name="Select rows").tap()
    actions(page).nth(1).tap()
    expect(page.locator("[data-selection]")).to_contain_text("Rows selected: 1")
    member.look()
    page.locator("[data-selection]").get_by_role("button", name="Remove").tap()
    expect(actions(page)).to_have_text(["C", "B"])
    toast(page).get_by_role("button", name="Undo").tap()
    expect(actions(page)).to_have_text(["C", "A", "B"])
    office.watch.verdict()


def test_a_milestone_is_dragged_with_its_activities_and_moved_by_key(office: Office) -> None:
    member = at_the_sheet(office, "miles")
    page = member.page
    page.get_by_role("link", name="Action plan").first.click()
    titles = page.locator("tbody a.cell[href*='cell=title']")
    texts = page.locator("tbody a.cell[href*='cell=text']")
    titles.first.focus()
    expect(page.locator("[data-selects]")).to_be_visible()
    handle = page.locator("tr.group").nth(1).locator("summary")
    handle.hover()
    target = page.locator("tr.group").first.bounding_box()
    assert target
    page.mouse.down()
    page.mouse.move(target["x"] + 600, target["y"] + 40, steps=4)
    page.mouse.move(target["x"] + 600, target["y"] + 4, steps=4)
    with page.expect_response("**/plan/milestones/*/"):
        page.mouse.up()
    expect(titles).to_have_text(["Second step", "Step"])
    expect(texts).to_have_text(["Pay them", "Count them", "Train them"])
    titles.first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(titles).to_have_text(["Step", "Second step"])
    # Lines that are pasted on a milestone become its activities.
    titles.first.focus()
    page.evaluate(PASTE, ["text/plain", "Ask them\tMama Njeri\nHear them\t"])
    expect(texts).to_have_text(["Count them", "Train them", "Ask them", "Hear them", "Pay them"])
    page.reload()
    expect(texts).to_have_text(["Count them", "Train them", "Ask them", "Hear them", "Pay them"])
    office.watch.verdict()
