"""Take the README's pictures anew: `make screenshots`, or `python -m tests.screenshots`.

Starts an installation of its own with the demo's data, looks at each main page as the person who
uses it most, and keeps what a screen of a usual size shows. The demo's dates follow the day on
which it is loaded, so the pictures are never quite the same twice.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.installation import ROOT, Installation

FOLDER = ROOT / "docs" / "screens"
HEAVIEST = 150_000  # bytes a picture: the README should open on a bad line, too
LAPTOP, PHONE = (1200, 750), (360, 740)
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

type Way = Callable[[Page], object]


def _press(name: str) -> Way:
    return lambda page: page.get_by_role("link", name=name, exact=True).first.click()


def _to_cohort(page: Page) -> None:
    page.locator("main .teams a").first.click()


def _to_agenda(page: Page) -> None:
    _to_cohort(page)
    _press("Agenda")(page)


def _to_dark_board(page: Page) -> None:
    _press("Week board")(page)
    _press("Dark")(page)


def _to_busiest_sheet(page: Page) -> None:
    """The second day: the team has written, spoken and handed in."""
    _press("Liberia")(page)
    page.get_by_role("link", name=re.compile(r"^Day 2,")).click()


def _to_plan(page: Page) -> None:
    _press("Liberia")(page)
    _press("Action plan")(page)


def _to_check_in(page: Page) -> None:
    page.get_by_role("link", name="Answer the check-in").click()
    page.get_by_role("radio", name="on track").first.check()
    page.get_by_role("radio", name="stuck").nth(1).check()


# Name of the picture, whose page it is, the way there from their first page, the screen.
PICTURES: list[tuple[str, str, Way, tuple[int, int]]] = [
    ("landing", "", lambda page: None, LAPTOP),
    ("home", "Team lead — Hon.", lambda page: None, LAPTOP),
    ("cohort", "Program lead", _to_cohort, LAPTOP),
    ("agenda", "Facilitator", _to_agenda, LAPTOP),
    ("week-board", "Facilitator", _to_dark_board, LAPTOP),
    ("daily-sheet", "Team lead — Hon.", _to_busiest_sheet, LAPTOP),
    ("daily-sheet-phone", "Member", _to_busiest_sheet, PHONE),
    ("action-plan", "Team lead — Hon.", _to_plan, LAPTOP),
    ("check-in-phone", "Team lead — Eng.", _to_check_in, PHONE),
    ("follow-up", "Program lead", _press("Follow-up"), LAPTOP),
]


def take(folder: Path) -> list[Path]:
    """Put every picture into `folder`; their paths. Raises ValueError where one is too heavy."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        demo = Installation(Path(place), DEBUG="1")
        try:
            demo.manage("migrate", "--no-input")
            demo.manage("load_demo")
            demo.start("web", "web")
            demo.wait_for_web()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=CHROMIUM
                )
                return [_take(demo, browser, folder, *picture) for picture in PICTURES]
        finally:
            demo.stop()


def _take(
    demo: Installation,
    browser: Browser,
    folder: Path,
    name: str,
    role: str,
    way: Way,
    screen: tuple[int, int],
) -> Path:
    width, height = screen
    with browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="light",
        locale="en-GB",
        has_touch=screen == PHONE,
        is_mobile=screen == PHONE,
    ) as context:
        page = context.new_page()
        page.goto(_door(demo, role) if role else demo.url)
        way(page)
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo(0, 0)")
        path = folder / f"{name}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
    if path.stat().st_size > HEAVIEST:
        raise ValueError(f"{path.name} weighs {path.stat().st_size} bytes, more than {HEAVIEST}")
    return path


def _door(demo: Installation, role: str) -> str:
    """A sign-in link of the person whose line begins with `role`; each works once."""
    lines = demo.manage("demo_links").splitlines()
    return next(line for line in lines if line.startswith(role)).rpartition(" — ")[2]


if __name__ == "__main__":
    for picture in take(FOLDER):
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1000} kB")
