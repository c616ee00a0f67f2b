"""A browser that is closed and opened again, and everything it keeps meanwhile."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.people import Office, Visitor
from tests.installation import wait_until

# Everything a browser keeps for us, as one text.
DUMP = """async () => {
  const done = (request) => new Promise((yes) => (request.onsuccess = () => yes(request.result)));
  const say = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      return new TextDecoder("latin1").decode(value);
    }
    if (value instanceof CryptoKey) return `key, extractable: ${value.extractable}`;
    if (value && typeof value === "object") return Object.values(value).map(say).join(" ");
    return String(value);
  };
  const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const { name } of await indexedDB.databases()) {
    const db = await done(indexedDB.open(name));
    for (const table of db.objectStoreNames) {
      const rows = await done(db.transaction(table).objectStore(table).getAll());
      parts.push(...rows.map((row) => `${table}: ${say(row)}`));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      parts.push(`cache: ${request.url} ${await (await cache.match(request)).text()}`);
    }
  }
  const workers = await navigator.serviceWorker.getRegistrations();
  return [...parts, ...workers.map((worker) => `worker: ${worker.scope}`)];
}"""


class Laptop:
    """One browser with its profile on disk; who sits before it may change."""

    def __init__(self, office: Office, team: str, folder: Path) -> None:
        self.office, self.team, self.folder = office, team, folder
        self.visitor: Visitor | None = None

    def open(self, who: str = "amara") -> Visitor:
        self.close()
        address = f"{who}.{self.team}@example.org"
        self.visitor = self.office.visitor(address, profile=self.folder)
        return self.visitor

    def close(self) -> None:
        """As when the machine is shut down."""
        if self.visitor:
            self.visitor.context.close()
        self.visitor = None

    def at_the_sheet(self, who: str = "amara") -> Visitor:
        """Signed in, at today's sheet, which the browser has by now."""
        visitor = self.open(who)
        visitor.sign_in()
        go_to_the_sheet(visitor)
        return visitor


def go_to_the_sheet(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Open today's sheet").click()
    visitor.page.wait_for_url("**/sheets/2031-01-13/")


def wait_for_kept(page: Page, *signs: str) -> None:
    """Until the browser has the sheet, and what the poll told of it."""
    for sign in signs or ("pages: /teams/",):
        wait_until(lambda sign=sign: any(sign in part for part in page.evaluate(DUMP)), sign, 20)
