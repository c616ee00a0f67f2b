"""Before the week: a program, its cohort, the teams and how their people come in."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.people import Office, Visitor

PROGRAM = "Leading with Coalitions"
COHORT = "January in Nairobi"
TEAMS = {
    "Liberia": ("Africa/Monrovia", "Civil servants are paid in full and on time."),
    "Kenya": ("Africa/Nairobi", "Homes in informal settlements have safe, affordable light."),
    "Vietnam": ("Asia/Ho_Chi_Minh", "Water reaches the last village of the delta."),
}


def program_lead_comes_in(office: Office) -> Visitor:
    """On an empty database the operator makes the program; its lead signs in by code."""
    said = office.installation.manage(
        "make_program", PROGRAM, "--lead", "Grace Weah <grace@example.org>"
    )
    assert f"{office.installation.url}/accounts/login/" in said
    grace = office.visitor("grace@example.org", zone="America/New_York")
    grace.sign_in()
    grace.sees("Hello, Grace Weah")
    return grace


def make_a_cohort(grace: Visitor) -> None:
    """A coalition week from Monday 13 January 2031, on the clocks of Nairobi."""
    grace.follow(PROGRAM)
    grace.follow("New cohort")
    with grace.office.watch.expecting("status of 422"):
        grace.press("Make the cohort")
        grace.sees("Something needs your attention")
        grace.look()
    grace.fill(
        name=COHORT, starts_on="2031-01-13", venue="Kenya School", time_zone="Africa/Nairobi"
    )
    grace.press("Make the cohort")
    grace.sees("13 January – 17 January 2031")
    grace.sees("it is 11:00 there")
    grace.look()
    grace.follow("Agenda")
    days = grace.page.locator("section.day")
    expect(days).to_have_count(5)
    expect(days.first).to_contain_text("Monday 13 January")
    expect(days.last).to_contain_text("Friday 17 January")
    # Sixteen in the afternoon of the venue, wherever the reader's own clock is.
    expect(days.first).to_contain_text("16:30–17:30")
    expect(grace.page.locator("li.session")).to_have_count(23)
    grace.open("/")
    grace.follow(COHORT)


def add_team(grace: Visitor, name: str) -> None:
    """A team with its lead, two members and a coach."""
    zone, challenge = TEAMS[name]
    home = name.lower()
    grace.follow("Add a team", again=False)
    grace.fill(name=name, country=name, challenge=challenge, time_zone=zone)
    grace.fill(
        lead=f"Amara of {name} <amara@{home}.example.org>",
        members=f"Moses of {name} <moses@{home}.example.org>\nruth@{home}.example.org",
        coach_email=f"coach@{home}.example.org",
    )
    grace.press("Add the team and invite")
    grace.sees(f"{name} is there; 3 people are invited.")
    grace.look()


def name_a_facilitator(office: Office, grace: Visitor) -> Visitor:
    """The facilitator is named by the program lead and comes in by code."""
    grace.follow("Facilitators")
    grace.fill(email="fatou@example.org", name="Fatou Diallo")
    grace.press("Add")
    grace.sees("Fatou Diallo")
    grace.look()
    fatou = office.visitor("fatou@example.org", zone="Africa/Nairobi")
    fatou.sign_in()
    return fatou


def members_come_in(office: Office) -> tuple[Visitor, Visitor]:
    """Invited people land in their team after one press and a code: a phone and a laptop."""
    found = []
    for name in ("amara", "moses"):
        member = office.visitor(
            f"{name}@liberia.example.org", phone=name == "amara", zone="Africa/Monrovia"
        )
        member.come_in()
        expect(member.page).to_have_url(re.compile(r"/teams/\d+/$"))
        member.sees(TEAMS["Liberia"][1])
        member.follow("See the agenda")
        found.append(member)
    return found[0], found[1]
