"""A program lead looks at the year of mails and pauses a team; a reader chooses their hour."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.people import Office, Visitor

pytestmark = pytest.mark.browser

ROUND = """
from followups.models import Round
print(Round.objects.of_all().filter(cohort__state="follow_up").order_by("-number")[1].opens_on)
"""


def test_a_year_is_looked_at_and_a_team_pauses(office: Office) -> None:
    office.installation.manage("load_demo")
    lead = office.visitor("lead@demo.example")
    lead.sign_in()
    lead.open("/")
    lead.page.get_by_role("link", name="Follow-up").first.click()
    lead.follow("Follow-up schedule")
    lead.follow("Every mail of the year")
    lead.page.get_by_label("Team").select_option("Kenya")
    lead.page.get_by_role("button", name="Show").click()
    expect(lead.page.get_by_role("cell").first).to_be_visible()
    lead.look()
    opens = date.fromisoformat(office.installation.manage("shell", "-v", "0", "-c", ROUND).strip())
    lead.follow("Pauses of this team")
    pause(lead, opens)
    words(lead)
    an_hour(office)
    office.watch.verdict()


def pause(lead: Visitor, opens: date) -> None:
    lead.fill(first_day=f"{opens}", last_day=f"{opens + timedelta(days=5)}", reason="Leave")
    lead.press("Show what would change")
    lead.sees("is left out")
    lead.look()
    lead.press("Pause so")
    lead.sees("Left out for this team:")


def words(lead: Visitor) -> None:
    lead.open("/programs/1/texts/nudge/fr/")
    lead.page.get_by_label("Subject").fill("%(team)s : encore un mot, avant le %(due)s")
    lead.press("See it as a mail")
    lead.sees("Liberia : encore un mot")
    lead.look()


def an_hour(office: Office) -> None:
    coach = office.visitor("coach@demo.example")
    coach.sign_in()
    coach.open("/me/reminders/")
    coach.page.get_by_label("Not before").select_option("17:00")
    coach.page.get_by_label("How often").select_option("Once a week: Thursday")
    coach.press("Save")
    expect(coach.page.get_by_label("Not before")).to_have_value("17")
    coach.look()
