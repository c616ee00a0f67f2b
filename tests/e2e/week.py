"""The week: daily sheets written together, the board, the plan and its sign-off."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.e2e.people import Visitor

BRIEFING = "Brief the minister of finance every second Monday"
ROWS = {
    "amara": {
        "Session": "Welcome: the teams and their challenges",
        "Kind of milestone or theme": "a challenge we have identified",
        "Milestone, theme": "A payroll that is known to be right",
        "Kind of action": "engage with stakeholders",
        "Action": "Sit down with the payroll clerks of three ministries",
        "By whom": "Amara of Liberia; Hon. Samuel Kollie",
        "By when": "2031-02-14",
    },
    "moses": {
        "Session": "Technical or adaptive? Diagnosing our challenge",
        "Kind of milestone or theme": "a question from the presentation",
        "Milestone, theme": "Who gains from late salaries?",
        "Kind of action": "more information",
        "Action": "Ask the auditor general for the last payroll audit",
        "By whom": "Moses of Liberia",
        "By when": "2031-02-28",
    },
}


def tile(board: Visitor, day: int) -> Locator:
    """The tile of Liberia's day on the week board."""
    line = board.page.get_by_role("row").filter(has_text="Liberia")
    return line.locator("a.tile").nth(day - 1)


def watch_the_board(fatou: Visitor) -> None:
    """The clock has begun the week; the facilitator opens the board once and leaves it open."""
    fatou.open("/")
    fatou.sees_after_a_while("in its week")
    fatou.follow("Week board")
    expect(tile(fatou, 1)).to_have_attribute("data-state", "empty")


def fill_the_sheet_at_once(amara: Visitor, moses: Visitor, fatou: Visitor) -> None:
    """Two members, a phone and a laptop, write a row each; each sees the other's by itself."""
    lines = {}
    for name, member in (("amara", amara), ("moses", moses)):
        member.open("/")
        member.follow("Open today's sheet")
        lines[name] = member.page.locator("tr.editing")
        expect(lines[name]).to_have_count(1)
    for label in ROWS["amara"]:
        for name, member in (("amara", amara), ("moses", moses)):
            text = ROWS[name][label]
            member.write(lines[name].get_by_label(label, exact=True), text)
    for reader, other in ((amara, "moses"), (moses, "amara")):
        line = reader.row(ROWS[other]["Action"])
        for text in (ROWS[other]["Session"], ROWS[other]["Milestone, theme"], "Feb 2031"):
            expect(line).to_contain_text(text)
        reader.look()
    expect(tile(fatou, 1)).to_have_attribute("data-state", "begun")
    expect(tile(fatou, 1)).to_contain_text("2 actions")
    amara.close_row(lines["amara"])
    moses.close_row(lines["moses"])
    # Whom the team did not know is among its people now.
    expect(amara.page.locator("#team-people option[value='Hon. Samuel Kollie']")).to_have_count(1)


def write_the_same_cell_at_once(amara: Visitor, moses: Visitor) -> None:
    """The slower one keeps their text in an open editor beside the other's, and chooses."""
    action = ROWS["amara"]["Action"]
    cells = {}
    for member in (amara, moses):
        row = member.open_cell(action)
        cells[member] = row.get_by_label("Action", exact=True)
        expect(cells[member]).to_have_value(action)
    cells[amara].fill(f"{action}, by Friday")
    cells[moses].fill(f"{action}, with the union")
    cells[amara].blur()
    amara.is_saved(cells[amara])
    with moses.office.watch.expecting("status of 409"):
        cells[moses].blur()
        moses.sees("while you wrote")
    expect(cells[moses]).to_have_value(f"{action}, with the union")
    box = moses.page.locator(".conflict")
    expect(box).to_contain_text(f"{action}, by Friday")
    expect(box).to_contain_text(f"{action}, with the union")
    moses.look()
    moses.press("Combine", box)
    expect(cells[moses]).to_have_value(f"{action}, with the union\n\n{action}, by Friday")
    moses.write(cells[moses], f"{action}, by Friday, with the union")
    amara.close_row(amara.page.locator("tr.editing"))
    amara.sees(f"{action}, by Friday, with the union")
    moses.close_row(moses.page.locator("tr.editing"))


def discuss_and_hand_in(amara: Visitor, moses: Visitor, fatou: Visitor) -> None:
    """Takeaways written by both at once (mine is kept), action items, and the day handed in."""
    texts = {
        amara: amara.page.get_by_label("Key takeaways"),
        moses: moses.page.get_by_label("Key takeaways"),
    }
    for member, text in texts.items():
        text.fill(f"Trust before tables, says {member.address}.")
    moses.page.get_by_label("Key takeaways").blur()
    moses.is_saved(texts[moses])
    with amara.office.watch.expecting("status of 409"):
        texts[amara].blur()
        amara.sees("while you wrote")
    amara.look()
    amara.press("Keep mine", amara.page.locator(".conflict"))
    amara.is_saved(texts[amara])
    expect(texts[moses]).to_have_value(re.compile("says amara"))
    moses.write(moses.page.get_by_label("Key action items"), "Amara calls the minister today.")
    expect(amara.page.get_by_label("Key action items")).to_have_value(
        "Amara calls the minister today."
    )
    amara.press("Hand in")
    amara.sees("Handed in by Amara of Liberia")
    amara.look()
    moses.sees("Handed in by Amara of Liberia")
    expect(tile(fatou, 1)).to_have_attribute("data-state", "handed-in")
    fatou.sees("Trust before tables")
    expect(tile(fatou, 2)).to_have_attribute("data-state", "empty")
    fatou.look()
    fatou.page.get_by_role("link", name="Dark").click()
    fatou.look()


def carry_into_the_plan(moses: Visitor) -> None:
    """One press a row; each activity says which day and session it came from."""
    for n in (1, 2):
        moses.press("Carry into the plan")
        moses.sees("Carried into the plan")
        expect(moses.page.get_by_role("link", name="In the plan")).to_have_count(n)
    moses.look()
    moses.follow("See it there.")
    for name in ROWS:
        line = moses.page.get_by_role("row").filter(has_text=ROWS[name]["Action"].split(",")[0])
        expect(line).to_contain_text(f"From day 1, {ROWS[name]['Session']}")
        expect(line).to_contain_text("Nobody is accountable.")


def shape_the_plan(amara: Visitor, moses: Visitor) -> None:
    """A milestone of one's own, the order of things, R, A, dates and comments of each activity."""
    moses.press("Add a milestone")
    moses.look()
    moses.fill(title="The cabinet stands behind it")
    moses.press("Save")
    moses.sees("The cabinet stands behind it")
    milestone = moses.row("The cabinet stands behind it")
    expect(milestone).to_contain_text("This milestone has no activity yet.")
    for text in ("Name a champion in each ministry", BRIEFING):
        moses.press("Add an activity", milestone)
        moses.look()
        moses.fill(text=text)
        moses.press("Save")
        moses.sees(text)
    _move_up(moses, "tr:not(.group)", BRIEFING)
    _move_up(moses, "tr.group", "The cabinet stands behind it")
    _move_up(moses, "tr.group", "The cabinet stands behind it")

    row = moses.open_cell("Brief the minister")
    moses.write(row.get_by_label("R – responsible"), "Amara of Liberia; Moses of Liberia")
    moses.write(row.get_by_label("From", exact=True), "2031-01-20")
    moses.write(row.get_by_label("Due", exact=True), "2031-06-30")
    moses.write(row.get_by_label("Comments, resources"), "Two pages, never more")
    moses.look()
    moses.close_row(row)
    line = moses.row("Brief the minister")
    expect(line).to_contain_text("Nobody is accountable.")
    expect(line).to_contain_text("20 Jan 2031 – 30 Jun 2031")
    row = moses.open_cell("Brief the minister")
    moses.write(row.get_by_label("A – accountable"), "Amara of Liberia")
    moses.close_row(row)
    expect(line).not_to_contain_text("Nobody is accountable.")
    expect(line).to_contain_text("Amara of Liberia, Moses of Liberia")

    amara.follow("Action plan", amara.page.get_by_role("navigation", name="Team"))
    amara.sees("Two pages, never more")
    for text in ("Sit down with the payroll", "Ask the auditor general", "Name a champion"):
        row = amara.open_cell(text)
        amara.write(row.get_by_label("A – accountable"), "Moses of Liberia")
        amara.close_row(row)
    amara.look()
    expect(moses.page.get_by_text("Nobody is accountable.")).to_have_count(0)


def _move_up(member: Visitor, kind: str, text: str) -> None:
    """Move a milestone or an activity one place up among its own."""
    texts = member.page.locator(f"tbody {kind} > :first-child > a.cell")
    place = texts.all_inner_texts().index(text)
    line = member.row(text)
    line.get_by_label("More for this row").click()
    member.press("Move up", line)
    expect(texts.nth(place - 1)).to_have_text(text)


def sign_off(amara: Visitor) -> None:
    """On the last day the lead signs; what was signed stays as it was."""
    amara.page.reload()
    amara.follow("Sign off")
    amara.press("Sign off for the team")
    amara.sees("Signed off. This is your baseline")
    amara.reads(BRIEFING, "Amara of Liberia")
    amara.look()
    amara.follow("The plan today")
    amara.sees("Signed off on 17 January 2031 by Amara of Liberia.")
    row = amara.open_cell("Two pages, never more")
    amara.write(row.get_by_label("Comments, resources"), "One page, never more")
    amara.close_row(row)
    amara.sees("changed since the baseline")
    amara.follow("See what was signed")
    amara.reads("Two pages, never more")
