"""What people do: each has a browser of their own, reads their mail, presses what they see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.e2e.mailbox import Mailbox
from tests.e2e.watch import LAPTOP, PHONE, Watch
from tests.installation import Installation, wait_until

CHROMIUM: dict[str, Any] = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}
# What others write appears within seconds: pages look every three (poll.js), the board every five.
SECONDS = 12_000
expect.set_options(timeout=SECONDS)


class Office:
    """An installation in use: its processes, its mail, its clock, and who sits before a screen."""

    open: ClassVar[list[Office]] = []

    def __init__(
        self, browser: Browser, installation: Installation, mailbox: Mailbox, watch: Watch
    ) -> None:
        self.browser = browser
        self.installation = installation
        self.mailbox = mailbox
        self.watch = watch
        self.visitors: list[Visitor] = []
        Office.open.append(self)

    def set_clock(self, moment: datetime) -> None:
        """Let it be `moment` (UTC) for every process of the installation."""
        ahead = moment - datetime.now(UTC)
        self.installation.move_clock(ahead.total_seconds())

    def visitor(
        self,
        address: str = "",
        *,
        phone: bool = False,
        zone: str = "UTC",
        script: bool = True,
        profile: Path | None = None,
        worker: bool = True,
    ) -> Visitor:
        """Someone with an e-mail address and a browser that nobody used before.

        Unless `profile` is the folder of one that was used: it keeps what browsers keep on disk.
        Without `worker` there are no service workers, which hide requests from a test's routes.
        """
        found = Visitor(
            self, address, phone=phone, zone=zone, script=script, profile=profile, worker=worker
        )
        self.visitors.append(found)
        return found

    def close(self) -> None:
        """Everybody goes home."""
        Office.open.remove(self)
        for visitor in self.visitors:
            visitor.context.close()


class Visitor:
    """A person before a screen: a phone of 360 × 760 or a laptop of 1440 × 900."""

    def __init__(
        self,
        office: Office,
        address: str,
        *,
        phone: bool,
        zone: str,
        script: bool,
        profile: Path | None,
        worker: bool,
    ) -> None:
        self.office = office
        self.address = address
        self.script = script
        width, height = PHONE if phone else LAPTOP
        browser: dict[str, Any] = {
            "base_url": office.installation.url,
            "viewport": {"width": width, "height": height},
            "is_mobile": phone,
            "has_touch": phone,
            "locale": "en-GB",
            "timezone_id": zone,
            "java_script_enabled": script,
            "service_workers": "allow" if worker else "block",
        }
        if profile:
            launch = office.browser.browser_type.launch_persistent_context
            self.context = launch(profile, **CHROMIUM, **browser)
        else:
            self.context = office.browser.new_context(**browser)
        # A page may take long on a busy machine: that is no fault of it.
        self.context.set_default_timeout(3 * SECONDS)
        office.watch.over(self.context)
        self.page: Page = self.context.new_page()

    def tells(self) -> str:
        """Who this is, at which address, and what the page says."""
        try:
            shown = self.page.locator("body").inner_text(timeout=1000)
        except Error as error:
            shown = str(error)
        return f"{self.address} at {self.page.url}\n{shown}"

    # Pages -------------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        self.page.goto(address)

    def look(self, *, again: bool = True) -> None:
        """Look at the page with the eyes of `Watch`, which need a script."""
        if self.script:
            self.office.watch.look(self.page, again=again)

    def follow(self, name: str, within: Locator | None = None, *, again: bool = True) -> None:
        """Press a link and look at the page it leads to."""
        place = within or self.page.get_by_role("main")
        with self.page.expect_navigation():
            place.get_by_role("link", name=name).first.click()
        self.look(again=again)

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button."""
        place = within or self.page.get_by_role("main")
        place.get_by_role("button", name=name, exact=True).first.click()

    def fill(self, **texts: str) -> None:
        """Type into fields of a form, by their names there."""
        for name, text in texts.items():
            self.page.locator(f"main form [name={name}]:visible").fill(text)

    def sees(self, text: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Wait until a text is on the page, without loading it again."""
        place = within or self.page.get_by_role("main")
        expect(place.get_by_text(text).first).to_be_visible(timeout=SECONDS)

    def reads(self, *texts: str) -> None:
        """The page holds these texts, of cells that are open for writing too."""
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def sees_after_a_while(self, text: str) -> None:
        """What the clock does shows on one of the next visits to the page."""

        def there() -> bool:
            self.page.reload()
            return self.page.get_by_role("main").get_by_text(text).first.is_visible()

        wait_until(there, f"“{text}” on {self.page.url}", 30)

    # Coming in ---------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """From the first page, with the code that was mailed."""
        self.open("/")
        self.look(again=False)
        self.page.get_by_role("link", name="Sign in").click()
        self.page.wait_for_url("**/accounts/login/")
        self.look(again=False)
        self.fill(login=self.address)
        self.press("Send me a code")
        self.type_code()

    def come_in(self) -> None:
        """By the link of the invitation: one press and a code."""
        self.open(self.office.mailbox.link(self.address, "your place in", "i"))
        self.look(again=False)
        self.press("Come in: send me a code")
        self.type_code()

    def type_code(self) -> None:
        expect(self.page.get_by_role("heading", name="Your code")).to_be_visible()
        self.look(again=False)
        self.page.get_by_label("Code").fill(self.office.mailbox.code(self.address))
        self.press("Come in")
        expect(self.page.get_by_text("Sign out", exact=True)).to_be_attached()
        self.look()

    # Cells -------------------------------------------------------------------------------------

    def row(self, text: str) -> Locator:
        """The line of a table that shows `text`."""
        return self.page.get_by_role("row").filter(has_text=text).first

    def open_cell(self, shown: str) -> Locator:
        """Press a cell that shows `shown`; the line is open for writing then."""
        self.page.locator("a.cell").filter(has_text=shown).first.click()
        row = self.page.locator("tr.editing").filter(has=self.page.locator(":focus"))
        return self.page.locator(f"tr[id='{row.get_attribute('id')}']")

    def write(self, control: Locator, text: str) -> None:
        """Write into a cell, leave it, and wait until it says that it is saved."""
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(label=text)
        else:
            control.fill(text)
        control.blur()
        self.is_saved(control)

    def is_saved(self, control: Locator) -> None:
        state = self.page.locator(f"[id='{control.get_attribute('id')}-state']")
        expect(state).to_have_text(re.compile(r"^Saved \d\d:\d\d( · .+)?$"))

    def close_row(self, row: Locator) -> None:
        """Press Done: the line turns to text again."""
        identity = row.get_attribute("id")
        self.press("Done", row)
        expect(self.page.locator(f"tr[id='{identity}']:not(.editing)")).to_be_visible()
