"""Without a line: what is written stays on the device, goes out in order, seen by no one else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.laptop import DUMP, Laptop, go_to_the_sheet, wait_for_kept
from tests.e2e.people import Office, Visitor
from tests.e2e.watch import BROKEN_LINE
from tests.installation import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.once]

MONDAY = datetime(2031, 1, 13, 9, tzinfo=UTC)
CANARY = "canary in the coal mine"
TEAM = """
from datetime import date
from tests.factories import make_cohort, make_member, make_team, make_user
week = {"starts_on": date(2031, 1, 13), "ends_on": date(2031, 1, 17)}
for name in ("twenty", "shared", "leaving", "update", "device"):
    team = make_team(make_cohort(time_zone="UTC", **week), name=name.title())
    for who in ("amara", "moses"):
        make_member(team, make_user(who.title(), email=f"{who}.{name}@example.org"))
"""
END_SESSIONS = "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
LEDGER = """
import json
from actionplans.models import Edit
found = Edit.objects.filter(team__name={team!r}).exclude(field="position").order_by("pk")
print(json.dumps([[e.value, e.actor.email, e.outcome] for e in found if e.outcome != "created"]))
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


def keeps_what_is_saved(visitor: Visitor, cell: Locator, text: str) -> None:
    """Write with a line, and wait until the browser has heard of it and kept it."""
    wait_for_kept(visitor.page, "/changes/", "cache: ")
    before = [part for part in visitor.page.evaluate(DUMP) if "/changes/" in part]
    write(cell, text)
    is_sent(visitor)
    wait_until(
        lambda: [part for part in visitor.page.evaluate(DUMP) if "/changes/" in part] != before,
        "the changes to be kept",
        20,
    )
    visitor.close_row(visitor.page.locator("tr.editing"))


def ledger(office: Office, team: str) -> list[list[str]]:
    said = office.installation.manage("shell", "-v", "0", "-c", LEDGER.format(team=team.title()))
    return json.loads(said.strip().splitlines()[-1])


def texts(office: Office, team: str) -> list[str]:
    return [value for value, _, _ in ledger(office, team)]


def control(visitor: Visitor, label: str, n: int = -1) -> Locator:
    return visitor.page.locator("tr.editing").nth(n).get_by_label(label, exact=True)


def write(cell: Locator, text: str) -> str:
    """Write and leave; without a line it says that it is kept."""
    cell.fill(text)
    cell.blur()
    return text


def bar(visitor: Visitor) -> Locator:
    return visitor.page.locator("#offline")


def is_sent(visitor: Visitor) -> None:
    expect(bar(visitor)).to_be_hidden(timeout=45_000)
    expect(visitor.page.locator("#all-state")).to_have_text(re.compile(r"^All saved \d\d:\d\d$"))


def without_line(office: Office):
    return office.watch.expecting(perhaps=BROKEN_LINE)


@pytest.mark.parametrize("laptop", ["twenty"], indirect=True)
def test_twenty_cells_written_without_a_line_survive_the_browser_and_arrive_in_order(
    office: Office, laptop: Laptop
) -> None:
    amara = laptop.at_the_sheet()
    keeps_what_is_saved(amara, control(amara, "Action"), "Written with a line")

    written = ["Written with a line"]
    with without_line(office):
        office.installation.kill("web")
        line = amara.open_cell("Written with a line")
        written.append(write(line.get_by_label("Action", exact=True), "Changed without one"))
        written.append(write(line.get_by_label("Milestone, theme", exact=True), "Theme 0"))
        written.append(write(line.get_by_label("By when", exact=True), "2031-02-01"))
        for n in range(1, 6):
            amara.press("Add a row")
            cells = ("Milestone, theme", "Action", "By whom")
            written += [write(control(amara, label), f"{label} {n}") for label in cells]
        written.append(write(amara.page.get_by_label("Key takeaways"), "Takeaways, long"))
        # The last cell is never left: a pause is enough.
        amara.page.get_by_label("Key action items").press_sequentially("Items, long")
        written.append("Items, long")
        assert len(written) == 1 + 20
        expect(bar(amara)).to_contain_text("Changes kept on this device: 20.", timeout=20_000)
        amara.look()
        url = amara.page.url
        amara.page.close()
        laptop.close()

        # The browser is opened again, still without a line: the sheet is there, with every word.
        amara = laptop.open()
        amara.open("/")
        amara.sees("There is no line")
        amara.look()
        amara.open(url)
        expect(bar(amara)).to_contain_text("Changes kept on this device: 20.", timeout=20_000)
        fields = amara.page.locator("[data-field]")
        assert set(written[1:]) <= set(fields.evaluate_all("all => all.map(one => one.value)"))
        laptop.close()

        office.installation.restart("web")
        office.installation.wait_for_web()
        amara = laptop.open()
        amara.open(url)
        is_sent(amara)
    assert texts(office, "twenty") == written
    assert {outcome for _, _, outcome in ledger(office, "twenty")} == {"applied"}
    amara.page.reload()
    line = amara.row("Changed without one")
    expect(line).to_contain_text("Theme 0")
    for n in range(1, 6):
        expect(amara.row(f"Action {n}")).to_contain_text(f"By whom {n}")
    expect(amara.page.locator("tbody tr[id]")).to_have_count(6)
    amara.look()
    office.watch.verdict()


@pytest.mark.parametrize("laptop", ["shared"], indirect=True)
def test_who_signs_in_after_someone_sees_and_sends_nothing_of_hers(
    office: Office, laptop: Laptop
) -> None:
    amara = laptop.at_the_sheet()
    keeps_what_is_saved(amara, control(amara, "Milestone, theme"), "Ours")
    with without_line(office):
        office.installation.kill("web")
        write(amara.open_cell("Ours").get_by_label("Action", exact=True), CANARY)
        expect(bar(amara)).to_contain_text("Changes kept on this device: 1.")
        assert_nothing_is_readable(amara.page)
        laptop.close()
        office.installation.restart("web")
        office.installation.wait_for_web()
    office.installation.manage("shell", "-c", END_SESSIONS)

    moses = laptop.at_the_sheet("moses")
    expect(moses.page.get_by_label("Key takeaways")).to_be_visible()
    wait_for_kept(moses.page)
    moses.write(moses.open_cell("Ours").get_by_label("Action", exact=True), "Of Moses")
    assert CANARY not in moses.page.content()
    dump = assert_nothing_is_readable(moses.page)
    assert sum(part.startswith("keys:") for part in dump) == 1
    assert sum(part.startswith("edits:") for part in dump) == 1
    assert texts(office, "shared") == ["Ours", "Of Moses"]
    moses.page.get_by_text("Moses", exact=True).first.click()
    # The page may look once more for what is new before it is left.
    with office.watch.expecting(perhaps=("status of 401",)):
        moses.page.get_by_role("button", name="Sign out").click()
        expect(moses.page.get_by_role("link", name="Sign in")).to_be_visible()
    assert not any(part.startswith(("keys:", "pages:")) for part in moses.page.evaluate(DUMP))

    # What she had not sent waits for her alone, and goes out as hers, wherever she comes in.
    laptop.close()
    amara = laptop.open()
    with office.watch.expecting("status of 409"):
        amara.sign_in()
        amara.sees("Someone else wrote in the same cell while you were offline.")
    amara.follow("Someone else wrote in the same cell while you were offline.")
    amara.reads(CANARY, "Of Moses")
    assert ledger(office, "shared")[-1] == [CANARY, "amara.shared@example.org", "conflict"]
    office.watch.verdict()


def assert_nothing_is_readable(page: Page) -> list[str]:
    dump = page.evaluate(DUMP)
    assert dump
    assert not [part for part in dump if CANARY in part]
    assert not [part for part in dump if "extractable: true" in part]
    return dump


@pytest.mark.parametrize("laptop", ["leaving"], indirect=True)
def test_signing_out_with_unsent_words_asks_first(office: Office, laptop: Laptop) -> None:
    amara = laptop.at_the_sheet()
    wait_for_kept(amara.page)
    asked = amara.page.get_by_role("dialog")

    def sign_out() -> None:
        amara.page.locator("summary").filter(has_text="Amara").focus()
        amara.page.keyboard.press("Enter")
        amara.page.get_by_role("button", name="Sign out").focus()
        amara.page.keyboard.press("Enter")

    with without_line(office):
        office.installation.kill("web")
        write(control(amara, "Action"), "Not to be lost")
        expect(bar(amara)).to_contain_text("Changes kept on this device: 1.")
        write(control(amara, "Action"), "Not to be lost, nor changed")
        expect(bar(amara)).to_contain_text("Changes kept on this device: 2.")
        sign_out()
        expect(asked).to_contain_text("Changes of yours that wait on this device: 2.")
        expect(asked.get_by_role("button", name="Send now")).to_be_focused()
        amara.look()
        amara.page.keyboard.press("Escape")
        expect(asked).to_be_hidden()
        sign_out()
        expect(asked).to_be_visible()
        amara.page.keyboard.press("Enter")
        expect(asked.locator("[data-failed]")).to_be_visible()
        amara.page.keyboard.press("Escape")
        office.installation.restart("web")
        is_sent(amara)
    # Nor what stood in a cell that nobody had left when the browser died.
    control(amara, "Milestone, theme").press_sequentially("In the middle of")
    wait_until(lambda: "edits:" in str(amara.page.evaluate(DUMP)), "what is typed to be kept", 10)
    laptop.close()
    amara = laptop.open()
    amara.open("/")
    go_to_the_sheet(amara)
    wait_until(lambda: len(texts(office, "leaving")) == 3, "what was typed", 30)
    amara.open_cell("In the middle of")
    asked = amara.page.get_by_role("dialog")
    assert [(text, outcome) for text, _, outcome in ledger(office, "leaving")] == [
        ("Not to be lost", "applied"),
        ("Not to be lost, nor changed", "applied"),
        ("In the middle of", "applied"),
    ]

    # A word that the server refuses can be left behind, but only on purpose.
    with office.watch.expecting("status of 422"):
        write(control(amara, "By when"), "2030-01-01")
        amara.sees("before your week began")
    sign_out()
    expect(asked).to_be_visible()
    with office.watch.expecting(perhaps=("status of 401",)):
        asked.get_by_role("button", name="Go on and lose them").click()
        expect(amara.page.get_by_role("link", name="Sign in")).to_be_visible()
    kept = [
        part for part in amara.page.evaluate(DUMP) if part.startswith(("keys", "pages", "edits"))
    ]
    assert not kept
    office.watch.verdict()


@pytest.mark.parametrize("laptop", ["device"], indirect=True)
def test_a_shared_device_keeps_nothing_and_the_draft_comes_back(
    office: Office, laptop: Laptop
) -> None:
    amara = laptop.at_the_sheet()
    wait_for_kept(amara.page)
    amara.open("/me/")
    amara.press("It is a shared device")
    amara.sees("marked as shared")
    amara.look()
    amara.open("/")
    go_to_the_sheet(amara)
    with amara.page.expect_response(lambda one: one.request.method == "POST"):
        control(amara, "Action").press_sequentially(CANARY)
    dump = amara.page.evaluate(DUMP)
    # Htmx notes where it is.
    assert dump == ["{}", dump[1]]
    assert CANARY not in dump[1]
    laptop.close()

    amara = laptop.open()
    amara.open("/")
    go_to_the_sheet(amara)
    amara.sees("You typed this for “Action”")
    amara.sees(CANARY)
    amara.look()
    amara.press("Put it in")
    amara.sees("Your text is saved.")
    expect(amara.row(CANARY)).to_be_visible()
    assert texts(office, "device") == [CANARY]
    office.watch.verdict()


@pytest.mark.parametrize("laptop", ["update"], indirect=True)
def test_new_files_on_the_server_do_not_break_a_page_that_is_open(
    office: Office, laptop: Laptop, tmp_path: Path
) -> None:
    amara = laptop.at_the_sheet()
    keeps_what_is_saved(amara, control(amara, "Action"), "Before the update")
    old = office.installation.env["STATIC_ROOT"]
    with without_line(office):
        office.installation.kill("web")
        office.installation.env["STATIC_ROOT"] = str(renamed(Path(old), tmp_path / "static"))
        office.installation.restart("web")
        office.installation.wait_for_web()
        # This page asks for modules that the server no longer has.
        row = amara.open_cell("Before the update")
        office.installation.kill("web")
        write(row.get_by_label("Action", exact=True), "With old files")
        expect(bar(amara)).to_contain_text("Changes kept on this device: 1.")
        office.installation.restart("web")
        is_sent(amara)
    amara.page.reload()
    expect(amara.row("With old files")).to_be_visible()
    assert "/js/grid.0" in amara.page.content()
    office.watch.verdict()


def renamed(old: Path, new: Path) -> Path:
    """The collected files as another version would have them: every script under another name."""
    shutil.copytree(old, new)
    hashed = re.compile(r"(js/|\./)(\w+)\.([0-9a-f]{11})([0-9a-f])\.js")
    for path in new.rglob("*.js*"):
        if path.suffix in {".gz", ".br"}:
            path.unlink()
            continue
        if path.parent == new / "js" or path.name == "staticfiles.json":
            path.write_text(hashed.sub(r"\1\2.0\3.js", path.read_text()))
        name = hashed.sub(r"\1\2.0\3.js", f"js/{path.name}").removeprefix("js/")
        if path.parent == new / "js" and name != path.name:
            path.rename(path.with_name(name))
    return new
