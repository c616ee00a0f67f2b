"""Who steers programs is led to a second factor, and comes in with it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.accounts.test_second_factor import present_code
from tests.e2e.people import Office

pytestmark = pytest.mark.browser


def test_a_program_lead_sets_up_a_second_factor_and_comes_in_with_it(
    found: Callable[..., Office],
) -> None:
    office = found(MFA_REQUIRED="1")
    office.installation.manage(
        "make_program", "Leading with Coalitions", "--lead", "grace@example.org", "--admin"
    )
    grace = office.visitor("grace@example.org")
    grace.sign_in()
    expect(grace.page).to_have_url(re.compile("/accounts/second-factor/app/$"))
    grace.sees("Who steers programs signs in with a second factor. Set it up.")
    grace.open("/me/")
    expect(grace.page).to_have_url(re.compile("/accounts/second-factor/app/$"))

    secret = grace.page.locator("code").inner_text()
    grace.page.get_by_label("Authenticator code").fill(present_code(secret))
    grace.press("Done")
    # Recovery codes are shown to whoever proves once more that the app is at hand.
    expect(grace.page).to_have_url(re.compile("/accounts/second-factor/again/"))
    grace.look()
    grace.fill(code=present_code(secret))
    grace.press("Go on")
    expect(grace.page).to_have_url(re.compile("/accounts/second-factor/recovery/$"))
    grace.look()
    recovery = grace.page.locator("main li").first.inner_text()
    grace.open("/")
    grace.sees("Leading with Coalitions")

    again = office.visitor("grace@example.org", phone=True)
    again.open("/accounts/login/")
    again.fill(login=again.address)
    again.press("Send me a code")
    again.page.get_by_label("Code").fill(office.mailbox.code(again.address))
    again.press("Come in")
    expect(again.page).to_have_url(re.compile("/accounts/second-factor/code/"))
    again.look()
    again.open("/me/")
    expect(again.page).to_have_url(re.compile("/accounts/second-factor/code/"))
    again.fill(code=recovery)
    again.press("Come in")
    again.sees("Leading with Coalitions")
    office.watch.verdict()
