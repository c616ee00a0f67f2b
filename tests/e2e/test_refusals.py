"""Whatever the server answers to a cell, the text in it stays as it was typed, to the letter."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.people import Office, Visitor

pytestmark = pytest.mark.browser

MONDAY = datetime(2031, 1, 13, 9, tzinfo=UTC)
TEAM = """
from datetime import date
from uuid import uuid4
from actionplans import cells, sheets
from cohorts.models import Program
from tests.factories import NOON, make_cohort, make_member, make_team, make_user
week = {"starts_on": date(2031, 1, 13), "ends_on": date(2031, 1, 17)}
cohort = make_cohort(Program.objects.get(), name="January", time_zone="Africa/Monrovia", **week)
team = make_team(cohort, name="Liberia")
by = make_member(team, make_user("Writer", email="writer@example.org"))
cells.create_row(
    sheets.begin(team, date(2031, 1, 13)), table="sheetrow", edit_id=uuid4(),
    initial={"action": "Meet"}, by=by, now=NOON,
)
"""
CHANGE = """
from uuid import uuid4
from accounts.models import User
from actionplans import cells
from actionplans.models import SheetRow
from tests.factories import NOON
row = SheetRow.objects.select_related("sheet__team").get()
told = {{"table": "sheetrow", "row_id": row.pk, "edit_id": uuid4(), "by": User.objects.get(
    email="writer@example.org"), "now": NOON}}
team = row.sheet.team
{deed}
"""
SOMEONE_WRITES = 'cells.save_cell(team, field="action", value="Other", seen=row.action, **told)'
SOMEONE_REMOVES = "cells.remove_row(team, **told)"
SOMEONE_RESTORES = "cells.restore_row(team, **told)"
# Spaces, tabs, empty lines, both directions, marks that HTML would take for its own.
TYPED = "  Ask «the union»\n\n\tنلتقي بالنقابة غدا 🤝\n<b>&amp;</b> 100 % \u200f "


@pytest.fixture(scope="module")
def writer(office: Office) -> Visitor:
    office.set_clock(MONDAY)
    office.installation.manage("make_program", "Leading", "--lead", "grace@example.org")
    office.installation.manage("shell", "-c", TEAM)
    visitor = office.visitor("writer@example.org")
    visitor.sign_in()
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    return visitor


@pytest.fixture
def action(writer: Visitor) -> Locator:
    """The action of the one row, open for writing."""
    writer.page.unroute_all()
    writer.open("/teams/1/sheets/2031-01-13/")
    writer.page.locator("a.cell[href*='cell=action']").click()
    return writer.page.locator("tr.editing [data-field=action]")


def state_of(control: Locator) -> Locator:
    return control.page.locator(f"[id='{control.get_attribute('id')}-state']")


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (401, "you are signed out, your text waits here"),
        (403, "you are signed out, your text waits here"),
        (413, "Not saved yet: kept on this device"),
        (429, "Not saved yet: kept on this device"),
        (500, "Not saved yet: kept on this device"),
        (502, "Not saved yet: kept on this device"),
        (503, "Not saved yet: kept on this device"),
        ("timedout", "Not saved yet: kept on this device"),
        ("connectionreset", "Not saved yet: kept on this device"),
        (404, "this is no longer here. Copy your text"),
    ],
)
def test_a_text_waits_as_it_was_typed_while_the_server_refuses_it(
    office: Office, writer: Visitor, action: Locator, trouble: int | str, said: str
) -> None:
    def refuse(route: Route) -> None:
        if isinstance(trouble, int):
            route.fulfill(status=trouble, body="<html><h1>An error page</h1></html>")
        else:
            route.abort(trouble)

    typed = f"{TYPED}{trouble} "
    signs = (f"status of {trouble}",) if isinstance(trouble, int) else ("net::",)
    with office.watch.expecting(*signs, perhaps=("net::",)):
        writer.page.route("**/cells/", refuse)
        action.fill(typed)
        action.blur()
        expect(state_of(action)).to_contain_text(said)
        assert action.input_value() == typed
        expect(writer.page.get_by_text("An error page")).to_have_count(0)
        writer.page.unroute_all()
        if trouble == 404:
            return
        expect(state_of(action)).to_have_text(re.compile("^Saved"))
    assert action.input_value() == typed.strip()


@pytest.mark.parametrize(
    ("status", "deed", "typed"),
    [(409, SOMEONE_WRITES, f"{TYPED}mine"), (410, SOMEONE_REMOVES, TYPED), (422, "", TYPED * 200)],
    ids=["409", "410", "422"],
)
def test_a_text_stays_as_it_was_typed_when_the_server_wants_a_choice_or_another_text(
    office: Office, writer: Visitor, action: Locator, status: int, deed: str, typed: str
) -> None:
    with office.watch.expecting(f"status of {status}"):
        action.fill(typed)
        if deed:
            office.installation.manage("shell", "-c", CHANGE.format(deed=deed))
        with writer.page.expect_response("**/cells/") as answer:
            action.blur()
        assert answer.value.status == status
        expect(action).to_have_attribute("data-unsaved", "")
        assert action.input_value() == typed
    if status == 410:
        office.installation.manage("shell", "-c", CHANGE.format(deed=SOMEONE_RESTORES))
