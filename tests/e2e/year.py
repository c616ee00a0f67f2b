"""The year: check-ins by mail, answered from a phone, and what the program lead sees of it."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Locator, expect

from tests.e2e.people import Office, Visitor

# Round 1 of a week that ended on 17 January: a Friday at noon in Monrovia, evening in Hanoi.
OPENS, NUDGE = datetime(2031, 1, 31, 11, tzinfo=UTC), datetime(2031, 2, 4, 11, tzinfo=UTC)
OVERDUE, COACH = datetime(2031, 2, 12, 11, tzinfo=UTC), datetime(2031, 2, 17, 11, tzinfo=UTC)
CLOSED = datetime(2031, 2, 24, 11, tzinfo=UTC)
HELP = "A seat at the budget hearing"
SAID = (
    ("Brief the minister", "on track", "Two briefings so far"),
    ("Sit down with the payroll", "done", "All three came"),
    ("Ask the auditor general", "stuck", "No answer to our letter"),
)
ANSWERS = {
    "What did you do?": "We met the clerks.",
    "What did you learn?": "They were never asked.",
    "What are you struggling with?": "The auditor is silent.",
    "What will you do next?": "We go there in person.",
}


def line_of(grace: Visitor, team: str) -> Locator:
    """A team's line on the follow-up page."""
    return grace.page.get_by_role("row").filter(has=grace.page.get_by_role("link", name=team))


def close_the_week(grace: Visitor) -> None:
    """The program lead ends the week; the rounds of the year stand before them."""
    grace.open("/")
    grace.follow("January in Nairobi")
    grace.follow("Close the week")
    grace.sees("Not signed off yet:")
    expect(grace.page.get_by_role("row").filter(has_text="31 Jan 2031")).to_have_count(1)
    grace.press("Close the week")
    grace.sees("The week is closed and the follow-up year begins.")
    grace.sees("The first round has not opened yet.")
    grace.look()


def turn(visitor: Visitor) -> None:
    """Press Next and wait for the page after this one."""
    with visitor.page.expect_navigation():
        visitor.press("Next")


def write_from_the_mail(office: Office) -> None:
    """The link in the mail opens the check-in on a phone that never signed in, page by page."""
    office.set_clock(OPENS)
    for name in ("amara", "moses", "ruth"):
        address = f"{name}@liberia.example.org"
        link = office.mailbox.link(address, "how does the plan go? Check-in 1", "c")
    ruth = office.visitor(phone=True, zone="Africa/Monrovia")
    ruth.open(link)
    expect(ruth.page).to_have_url(f"{office.installation.url}/c/")
    ruth.sees("You answer as ruth@liberia.example.org")
    label = ruth.page.get_by_label
    heading = ruth.page.get_by_role("heading", level=1)
    while (asked := heading.inner_text()) not in ANSWERS:
        for text, status, words in SAID:
            if asked.startswith(text):
                label(status, exact=True).check()
                label("In one line").fill(words)
        turn(ruth)
    for question, words in ANSWERS.items():
        label(question).fill(words)
        turn(ruth)
    label("highly likely", exact=True).first.check()
    ruth.look()
    turn(ruth)
    label("Someone else, by name").fill("The minister")
    turn(ruth)
    label("What would help?").fill(HELP)
    ruth.fill(help_from="The program", help_by="2031-02-20")
    turn(ruth)
    ruth.sees("Is this what you want to say?")
    ruth.reads("Two briefings so far", "We met the clerks.", "The minister", HELP)
    ruth.look()
    ruth.press("Tell them that it is ready")
    ruth.sees("that it is ready to be sent")
    ruth.open("/")
    expect(ruth.page.get_by_role("main").get_by_role("link", name="Sign in")).to_be_visible()


def send_as_the_lead(office: Office) -> None:
    """The lead gets what a member wrote, reads it and sends it; a mail says how to undo that."""
    mailbox, address = office.mailbox, "amara@liberia.example.org"
    amara = office.visitor(phone=True, zone="Africa/Monrovia")
    amara.open(mailbox.link(address, "waits for you to send it", "c"))
    amara.reads("No answer to our letter")
    amara.page.get_by_label("Yes, this is what our team says").check()
    amara.press("Send the answer")
    amara.sees("Thank you. What your team said is kept.")
    amara.sees("We ask again on")
    amara.look()
    amara.open(mailbox.link(address, "check-in 1 was sent", "b"))
    amara.sees("Take the answer back?")
    amara.look()


def see_where_reforms_stand(grace: Visitor) -> None:
    """Per team: last answer, on time, activities by status, help that is waited for."""
    grace.page.reload()
    grace.sees("1 of 3 teams answered round 1.")
    liberia = line_of(grace, "Liberia")
    for text in ("1 done", "1 on track", "1 stuck", "1 of 1", "31 Jan 2031", "answered"):
        expect(liberia).to_contain_text(text)
    expect(line_of(grace, "Kenya")).to_contain_text("open, due 9 Feb")
    grace.sees(HELP)
    grace.look()
    here = grace.page.url
    grace.page.get_by_role("main").get_by_role("link", name=HELP).click()
    grace.page.get_by_label("What was done?").fill("You speak on 20 February.")
    grace.press("Help was given")
    grace.sees("The team reads your words and confirms that it helped.")
    grace.open(here)
    grace.sees("Nobody waits for help now.")
    grace.look()
    liberia.get_by_role("link", name="31 Jan 2031").click()
    grace.reads("No answer to our letter", "We go there in person.", "You speak on 20 February.")
    grace.look()
    grace.follow("All teams")


def chase_the_silent(office: Office, grace: Visitor) -> None:
    """Who is silent is reminded, then late, then their coach is told; others hear no more."""
    kenya, mailbox = "amara@kenya.example.org", office.mailbox
    mailbox.next(kenya, "how does the plan go? Check-in 1")
    for moment, address, about, word in (
        (NUDGE, kenya, "please answer check-in 1 by", "open, due 9 Feb"),
        (OVERDUE, kenya, "check-in 1 was due on", "late since 9 Feb"),
        # Of the silent team and of the week, on a Monday, in one mail.
        (
            COACH,
            "coach@kenya.example.org",
            "2 things of the follow-up: Kenya",
            "no answer, coach told",
        ),
    ):
        office.set_clock(moment)
        mailbox.next(address, about)
        grace.page.reload()
        expect(line_of(grace, "Kenya")).to_contain_text(word)
        grace.look()
    for name in ("amara", "moses", "ruth", "coach"):
        assert not mailbox.unread(f"{name}@liberia.example.org", "heck-in 1")
    expect(line_of(grace, "Liberia")).to_contain_text("answered")


def coach_looks(office: Office) -> None:
    """The coach's mail leads to the team, whose check-in is late."""
    coach = office.visitor("coach@kenya.example.org", zone="Africa/Nairobi")
    coach.sign_in()
    coach.sees("check-in late")
    coach.follow("Kenya")
    coach.follow("Read the check-in")
    coach.sees("Nobody has answered yet.")
