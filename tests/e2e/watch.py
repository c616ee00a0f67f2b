"""What must be true of every page: no error, nothing cut off, and axe finds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

PHONE, LAPTOP = (360, 760), (1440, 900)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
# What a browser may say of a line that breaks, also while the page is still asking for its parts.
BROKEN_LINE = (
    "net::",
    "status of 50",
    "fetching the script",
    "dynamically imported module",
    # What axe says when it asks for the style sheets once more.
    "Couldn't load preload assets",
)
# Pages look the same on both databases: of two halves one judges them (tests/run.py).
JUDGES_LOOKS = os.environ.get("TEST_HALF") != "postgresql"
# Elements that stick out sideways, unless something around them scrolls.
STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const out = [...document.querySelectorAll("body *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.width && (box.right > wide + 1 || box.left < -1);
  });
  return [`${document.documentElement.scrollWidth} > ${wide}`,
          ...out.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
}"""

# Cells of a table so narrow that their words stand in a column.
SQUEEZED = """() => [...document.querySelectorAll("td")].filter((cell) => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return cell.innerText.trim().length > 3
    && words.getBoundingClientRect().height > 3 * cell.offsetWidth;
}).slice(0, 5).map((cell) => cell.outerHTML.slice(0, 120))"""


class Watch:
    """Gathers troubles of all pages, so that one run shows them all; `verdict` judges."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        self.seen: set[str] = set()
        self.expected: dict[str, int] = {}

    def over(self, context: BrowserContext) -> None:
        """Listen to everything that happens in the pages of `context`."""
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._note(f"script error: {error.error}"))
        context.on("requestfailed", self._on_request_failed)
        context.on("response", self._on_response)

    @contextmanager
    def expecting(self, *signs: str, perhaps: tuple[str, ...] = ()) -> Iterator[None]:
        """Within, troubles that hold one of `signs` must happen, those of `perhaps` may."""
        self.expected = dict.fromkeys((*signs, *perhaps), 0)
        yield
        missing = [sign for sign in signs if not self.expected[sign]]
        self.expected = {}
        assert not missing, f"did not happen: {missing}"

    def look(self, page: Page, *, again: bool = True) -> None:
        """Look at the page as it is now, on a phone and on a laptop; its own size stays.

        With `again` False not at one of the same title: everybody signs in on the same pages.
        """
        page.wait_for_load_state()
        if page.title() in self.seen and not again:
            return
        self.seen.add(page.title())
        if not JUDGES_LOOKS:
            return
        size = page.viewport_size
        assert size
        for width, height in (PHONE, LAPTOP):
            page.set_viewport_size({"width": width, "height": height})
            where = f"{_path(page.url)} at {width}"
            for part in page.evaluate(STICKS_OUT):
                self._note(f"{where} sticks out: {part}")
            for part in page.evaluate(SQUEEZED):
                self._note(f"{where} is squeezed: {part}")
            if not page.evaluate("'axe' in window"):
                page.evaluate(AXE_SCRIPT)
            for found in page.evaluate("options => axe.run(options)", OPTIONS)["violations"]:
                for node in found["nodes"]:
                    self._note(f"{where} {found['id']}: {node['html'][:200]} {node['target']}")
        page.set_viewport_size(size)

    def verdict(self) -> None:
        """Fail with every trouble that was seen since the last verdict."""
        assert self.seen
        found, self.troubles = self.troubles, []
        assert not found, "\n".join(dict.fromkeys(found))

    def _note(self, trouble: str) -> None:
        for sign in self.expected:
            if sign in trouble:
                self.expected[sign] += 1
                return
        print(f"trouble: {trouble}")
        self.troubles.append(trouble)

    def _on_console(self, message: ConsoleMessage) -> None:
        # Where a test's visitor has no service worker.
        if message.text.endswith("registration blocked by Playwright"):
            return
        if message.type in {"error", "warning"}:
            self._note(f"console {message.type}: {message.text} ({message.location['url']})")

    def _on_request_failed(self, request: Request) -> None:
        # Whoever leaves a page takes back what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {request.method} {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(
                f"answered with status of {response.status}: "
                f"{response.request.method} {response.url}"
            )


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]
