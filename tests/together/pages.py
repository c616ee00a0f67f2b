"""Six people before real browsers, typing sentences into the plan while the clients write.

    python -m tests.together.pages '<json of Task>'

Each sentence is typed in two halves, with what others change coming in between. Types until the
file `stop` exists; then everybody leaves their cells, and what each page shows is written down.
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Locator, Page, sync_playwright

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
CHROMIUM += ["--disable-component-update", "--disable-sync"]
SECONDS = 30_000
PATIENCE = 8_000
FIRST, SECOND = " that the union", " agreed to count."
# The first text of each line of the plan, where it is not open for writing.
SHOWN = """() => Object.fromEntries(
  [...document.querySelectorAll("tr[id^=activity-]:not(.editing)")]
    .map((row) => [row.id.split("-")[1], row.querySelector("a.cell").textContent]))"""
UNSENT = """() => [...document.querySelectorAll(".save")].filter((state) =>
  state.dataset.state === "saving" || state.textContent.startsWith("Not saved yet. We")).length"""


@dataclass(frozen=True)
class Task:
    """Who sits where; `hot` is the row that everybody writes in."""

    url: str
    seats: list[dict[str, Any]]
    hot: str
    seed: int
    # A file that is made when everybody has arrived, and one that ends the work when it is there
    ready: str
    stop: str
    report: str


class Writer:
    """One person before a page of the plan."""

    def __init__(self, context: BrowserContext, task: Task, seat: dict[str, Any]) -> None:
        context.set_default_timeout(SECONDS)
        cookies = [{"name": n, "value": v, "url": task.url} for n, v in seat["cookies"].items()]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        self.task = task
        self.user = seat["user"]
        self.name = seat["name"]
        self.chance = random.Random(f"page {task.seed} {self.name}")
        self.page: Page = context.new_page()
        self.page.goto(f"{task.url}/teams/{seat['team']}/plan/")
        self.sentences: list[dict[str, Any]] = []
        self.disturbed: list[str] = []
        self.troubles: list[str] = []
        self.cell: Locator | None = None
        self.begun = ""

    def begin(self) -> None:
        """Open a cell and type the first half of a sentence."""
        self.settle()
        row = self.task.hot if self.chance.random() < 0.3 else self.some_row()
        line = self.page.locator(f"tr[id='activity-{row}']")
        if not line.evaluate("row => row.classList.contains('editing')"):
            line.locator("a.cell[href*='cell=comments']").click()
        cell = line.locator("[data-field=comments]")
        # Where the line broke, the row did not open: a person presses again.
        cell.focus(timeout=PATIENCE)
        cell.evaluate("cell => cell.setSelectionRange(cell.value.length, cell.value.length)")
        self.begun = f"{self.name} says, sentence {len(self.sentences)},"
        self.sentences.append({"by": self.user, "row": row, "text": self.begun})
        if cell.input_value():
            # Enter alone leaves a cell.
            self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.type(f"{self.begun}{FIRST}", delay=8)
        self.cell = cell

    def finish(self) -> None:
        """Type the rest where the caret is, look that it stayed there, and leave the cell."""
        if self.cell is None:
            return
        self.page.keyboard.type(SECOND, delay=8)
        sentence = self.begun + FIRST + SECOND
        if sentence not in self.cell.input_value():
            self.disturbed.append(sentence)
        self.sentences[-1]["text"] = sentence
        self.cell.evaluate("cell => cell.blur()")
        self.cell = None

    def some_row(self) -> str:
        ids = self.page.locator("tr[id^=activity-]").evaluate_all("rows => rows.map(row => row.id)")
        return self.chance.choice(ids).split("-")[1]

    def settle(self) -> None:
        """Choose where both texts stand side by side."""
        for _try in range(6):
            box = self.page.locator(".conflict").first
            if not box.count():
                return
            choice = self.chance.choice(["mine", "theirs"])
            box.locator(f"button[value={choice}]").click()
            box.wait_for(state="detached")

    def safely(self, deed: str) -> None:
        try:
            getattr(self, deed)()
        except Error as error:
            self.troubles.append(f"{self.name} {deed}: {error.message.splitlines()[0]}")
            self.cell = None

    def rest(self) -> None:
        """Leave every cell, and wait until the page has sent everything."""
        self.page.evaluate("document.activeElement?.blur()")
        deadline = time.monotonic() + 60
        while self.page.evaluate(UNSENT) and time.monotonic() < deadline:
            self.page.wait_for_timeout(200)

    def wait_for_news(self) -> None:
        """Until a look at the server has brought nothing new."""
        for _look in range(20):
            with self.page.expect_response("**/changes/", timeout=SECONDS) as answer:
                pass
            if answer.value.status == 304:
                return


def work(task: Task) -> dict[str, Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        writers = [Writer(browser.new_context(), task, seat) for seat in task.seats]
        Path(task.ready).touch()
        while not Path(task.stop).exists():
            for deed in ("begin", "finish"):
                for writer in writers:
                    writer.safely(deed)
        for deed in ("settle", "rest"):
            for writer in writers:
                writer.safely(deed)
        for writer in writers:
            writer.safely("wait_for_news")
        report = {
            "sentences": [sentence for writer in writers for sentence in writer.sentences],
            "disturbed": [sentence for writer in writers for sentence in writer.disturbed],
            "troubles": [trouble for writer in writers for trouble in writer.troubles],
            "shown": [writer.page.evaluate(SHOWN) for writer in writers],
        }
        browser.close()
    return report


if __name__ == "__main__":
    given = Task(**json.loads(sys.argv[1]))
    Path(given.report).write_text(json.dumps(work(given)))
