"""People talk: beside a plan, to a whole cohort, and between teams on the last day."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.mailbox import text_of
from tests.e2e.people import SECONDS, Office, Visitor

pytestmark = pytest.mark.browser

FEMI, AMARA, BOIMA, WANJIRU = (
    f"{name}@example.org" for name in ("femi", "amara", "boima", "wanjiru")
)
WORLD = """
from tests.factories import *
from actionplans.models import ActionPlan, Activity, Milestone
cohort = make_cohort(name="June in Monrovia")
cohort.facilitators.add(make_user("Femi Okoye", email="femi@example.org"))
liberia = make_team(cohort, name="Liberia")
kenya = make_team(cohort, name="Kenya", challenge="Light for all.")
make_member(liberia, make_user("Amara Kollie", email="amara@example.org"), role="lead")
make_member(liberia, make_user("Boima Tarr", email="boima@example.org"))
make_member(kenya, make_user("Wanjiru Otieno", email="wanjiru@example.org"), role="lead")
for team in (liberia, kenya):
    plan = ActionPlan.objects.create(team=team)
    milestone = Milestone.objects.create(plan=plan, title=f"{team} is ready")
    for n in range(3):
        Activity.objects.create(milestone=milestone, text=f"Step {n + 1} of {team}")
"""


@pytest.fixture(scope="module")
def office(found: Callable[..., Office]) -> Office:
    """A week with two teams under way."""
    started = found()
    started.installation.manage("shell", "-c", WORLD)
    return started


def to_the_plan(visitor: Visitor, team: str) -> None:
    visitor.open("/")
    visitor.follow("June in Monrovia", again=False)
    visitor.follow(team, again=False)
    visitor.page.get_by_role("link", name="Action plan", exact=True).first.click()
    visitor.page.wait_for_url("**/plan/")


def comments_below(visitor: Visitor) -> Locator:
    """Scroll down to the comments, which come when they are to be seen."""
    visitor.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(visitor.page.get_by_label("Your comment")).to_be_visible(timeout=SECONDS)
    return visitor.page.get_by_role("region", name="Comments")


def test_a_comment_finds_its_answer(office: Office) -> None:
    femi = office.visitor(FEMI)
    femi.sign_in()
    to_the_plan(femi, "Liberia")
    comments = comments_below(femi)
    comments.get_by_label("Your comment").fill("Who pays for step 2?")
    mention = comments.locator("[name=mention]")
    mention.focus()
    names_of = comments.get_by_role("option")
    mention.press_sequentially("tar")
    expect(names_of).to_have_text(["Boima Tarr"])
    femi.look(again=False)
    mention.press("ArrowDown")
    expect(names_of).to_have_attribute("aria-selected", "true")
    mention.press("Enter")
    expect(mention).to_have_value("Boima Tarr")
    expect(names_of).to_have_count(0)
    # Escape closes the names and leaves what is written.
    mention.fill("ama")
    expect(names_of).to_have_text(["Amara Kollie"])
    mention.press("Escape")
    expect(names_of).to_have_count(0)
    mention.fill("boi")
    names_of.click()
    expect(mention).to_be_focused()
    femi.press("Comment", comments)
    femi.sees("Who pays for step 2?", comments)
    # What was just said has the focus, so that reading goes on there.
    expect(comments.locator("[id^=comment-]")).to_be_focused(timeout=SECONDS)
    femi.sees("1 open comment", comments)
    femi.look()

    mail = text_of(office.mailbox.next(AMARA, "new comment"))
    assert "By Femi Okoye" in mail
    assert "Who pays" not in mail
    amara = office.visitor(AMARA, phone=True)
    amara.sign_in()
    amara.open(next(line for line in mail.splitlines() if "/comments/" in line))
    amara.page.get_by_text("Reply", exact=True).first.click()
    amara.page.get_by_label("Your reply").fill("The ministry does.")
    amara.look()
    amara.page.get_by_role("button", name="Reply").click()
    amara.sees("The ministry does.")
    amara.press("Resolve")
    amara.sees("resolved by Amara Kollie")
    amara.look()

    femi.page.reload()
    comments = comments_below(femi)
    femi.sees("The ministry does.", comments)
    femi.press("Reopen", comments)
    femi.sees("1 open comment", comments)
    office.watch.verdict()


def test_comments_work_without_a_script(office: Office) -> None:
    boima = office.visitor(BOIMA, script=False)
    boima.sign_in()
    to_the_plan(boima, "Liberia")
    boima.page.get_by_role("link", name="Comments", exact=True).click()
    boima.page.get_by_label("Your comment").fill("Written without a script")
    boima.press("Comment")
    boima.sees("Written without a script")
    boima.press("Take back")
    expect(boima.page.get_by_text("Written without a script")).to_have_count(0)
    assert not office.watch.troubles


def test_an_announcement_reaches_everyone(office: Office) -> None:
    femi = office.visitor(FEMI)
    femi.sign_in()
    femi.follow("June in Monrovia")
    femi.follow("Announce something")
    with office.watch.expecting("status of 422"):
        femi.press("Announce")
        femi.sees("Something needs your attention")
        femi.look()
    femi.fill(title="Bus at eight", text="From the hotel.")
    femi.press("Announce")
    femi.sees("It is announced")
    femi.fill(title="Dinner", text="At the river.", day="2099-06-01", time="19:00")
    femi.press("Announce")
    femi.sees("Monday 1 June 2099, 19:00 at the venue")
    femi.look()
    femi.press("Withdraw")
    femi.sees("It is withdrawn")
    mail = text_of(office.mailbox.next(WANJIRU, "Bus at eight"))
    assert "From the hotel." in mail
    wanjiru = office.visitor(WANJIRU, phone=True)
    wanjiru.sign_in()
    wanjiru.sees("Bus at eight")
    wanjiru.follow("Kenya")
    wanjiru.sees("From the hotel.")
    expect(wanjiru.page.get_by_text("Dinner")).to_have_count(0)
    office.watch.verdict()


def test_teams_review_one_anothers_plan(office: Office) -> None:
    femi = office.visitor(FEMI)
    femi.sign_in()
    femi.follow("June in Monrovia", again=False)
    femi.follow("Peer review")
    femi.press("Open it")
    femi.sees("The review is open.")
    wanjiru, amara = office.visitor(WANJIRU), office.visitor(AMARA, phone=True)
    for lead, team in ((wanjiru, "Kenya"), (amara, "Liberia")):
        lead.sign_in()
        lead.follow(team, again=False)
        lead.follow("Peer review")
        lead.press("Take part")
        lead.sees("Your team takes part, and the review is open")
    amara.follow("Kenya")
    amara.sees("Step 2 of Kenya")
    amara.fill(help="We know the bank.")
    amara.press("Send")
    amara.sees("the other team reads it on its page")
    amara.look()
    wanjiru.page.reload()
    wanjiru.sees("We know the bank.")
    wanjiru.look()
    wanjiru.follow("Kenya", wanjiru.page.get_by_role("navigation", name="Where you are"))
    wanjiru.sees("amara@example.org")
    femi.page.reload()
    femi.look()
    femi.press("Close it")
    femi.sees("What was said stays.")
    office.watch.verdict()
