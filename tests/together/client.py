"""One of the people who edit the plan at once: a process of its own that speaks HTTP like the page.

    python -m tests.together.client '<json of Task>'

Writes what it submitted, and what it was told, as JSON lines. Ends by itself.
"""

from __future__ import annotations

import json
import random
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

HOT_SHARE = 0.3
# So long does a client try to get an answer about one edit.
PATIENCE = 90
# Between two looks at the whole plan, in edits.
LOOK_EVERY = 25
ROW_DEEDS = {"add": 0.01, "remove": 0.008, "up": 0.006, "down": 0.006}
STATUSES = ("not_started", "on_track", "stuck", "done", "dropped")
WORDS = [
    "meet",
    "the",
    "union",
    "before",
    "the",
    "budget",
    "is",
    "read",
    "and",
    "count",
    "every",
    "civil",
    "servant",
    "twice",
]

type Key = tuple[str, str, str]


@dataclass(frozen=True)
class Task:
    """Who edits, where, how much; `log` is the file for what was submitted."""

    url: str
    team: int
    cookies: dict[str, str]
    csrf: str
    user: int
    name: str
    people: list[str]
    hot: Key
    edits: int
    seed: int
    log: str
    # What a form would send besides: for the control that saves whole rows
    whole_rows: bool = False


class Editor:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.chance = random.Random(f"client {task.seed} {task.name}")
        self.cells: dict[Key, str] = {}
        self.made = 0
        self.etag = ""
        self.log = Path(task.log)
        self.log.touch()
        self.line: HTTPConnection | None = None
        self.base = f"/teams/{task.team}"

    # The line ------------------------------------------------------------------------------

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Any:
        """One answer, or None when the line broke; (status, body, ms)."""
        began = time.monotonic()
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.task.cookies.items()),
            "X-CSRFToken": self.task.csrf,
            "X-Requested-With": "fetch",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if method == "GET" and self.etag:
            headers["If-None-Match"] = self.etag
        try:
            if self.line is None:
                where = urlsplit(self.task.url)
                self.line = HTTPConnection(where.hostname or "", where.port, timeout=30)
            self.line.request(method, path, urlencode(fields or {}), headers)
            answer = self.line.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            if self.line:
                self.line.close()
            self.line = None
            return None
        if method == "GET" and answer.status == 200:
            self.etag = answer.getheader("ETag") or ""
        return answer.status, body, (time.monotonic() - began) * 1000

    def insist(self, method: str, path: str, fields: dict[str, str] | None = None) -> Any:
        """Ask again, with the same words, until there is an answer that is none of a crash."""
        deadline, pause = time.monotonic() + PATIENCE, 0.02
        while time.monotonic() < deadline:
            answer = self.ask(method, path, fields)
            if answer and answer[0] < 500 and answer[0] != 429:
                return answer
            time.sleep(pause)
            pause = min(2 * pause, 1)
        return None

    # What is known -------------------------------------------------------------------------

    def look(self) -> None:
        answer = self.insist("GET", f"{self.base}/plan/changes/")
        if not answer or answer[0] != 200:
            return
        for part in json.loads(answer[1]).get("parts", []):
            table, _dash, row = part["id"].partition("-")
            for field, text in part["cells"].items():
                if field not in {"position", "milestone"}:
                    self.cells[table, row, field] = text

    def rows(self) -> list[str]:
        return sorted({row for table, row, _field in self.cells if table == "activity"}, key=int)

    # Deeds ---------------------------------------------------------------------------------

    def live(self) -> None:
        self.look()
        while self.made < self.task.edits:
            time.sleep(self.chance.uniform(0, 0.05))
            drawn = self.chance.random()
            for deed, share in ROW_DEEDS.items():
                if drawn < share:
                    self.change_rows(deed)
                    break
                drawn -= share
            else:
                self.edit(self.pick())
            if self.made % LOOK_EVERY == 0:
                self.look()

    def pick(self) -> Key:
        if self.chance.random() < HOT_SHARE:
            return self.task.hot
        return self.chance.choice([key for key in self.cells if key != self.task.hot])

    def edit(self, key: Key) -> None:
        seen = self.cells.get(key, "")
        answer = self.save(key, self.text_for(key, seen), seen)
        if answer and answer.get("outcome") == "conflict":
            self.settle(key, answer)

    def save(self, key: Key, value: str, seen: str, settles: str = "") -> dict[str, Any] | None:
        """Submit a text, and write down what came of it."""
        self.made += 1
        table, row, field = key
        cell = {"table": table, "row": row, "field": field, "value": value, "seen": seen}
        edit_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        sent = cell | {"edit_id": edit_id, "settles": settles}
        if self.task.whole_rows:
            shown = {k[2]: text for k, text in self.cells.items() if k[:2] == key[:2]}
            sent["whole_row"] = json.dumps(shown)
        answer = self.insist("POST", f"{self.base}/cells/", sent)
        told: dict[str, Any] = {}
        with suppress(ValueError):
            told = json.loads(answer[1]) if answer else {}
        outcome = told.get("outcome", "refused" if answer and answer[0] == 422 else "")
        noted = {"edit_id": edit_id, "by": self.task.user, "outcome": outcome}
        noted |= cell | {"ms": round(answer[2], 1) if answer else None}
        with self.log.open("a") as log:
            log.write(json.dumps(noted) + "\n")
        if "text" in told:
            self.cells[key] = told["text"]
        return told

    def settle(self, key: Key, answer: dict[str, Any]) -> None:
        """Keep mine, keep theirs, or leave the choice for later."""
        choice = self.chance.choice(["mine", "theirs", "later", "later"])
        if choice == "mine" and self.made < self.task.edits:
            self.save(key, self.text_for(key, answer["text"]), answer["text"], answer["edit"])
        elif choice == "theirs":
            once = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            sent = {"conflict": answer["edit"], "choice": "theirs", "edit_id": once}
            self.insist("POST", f"{self.base}/conflicts/", sent)

    def change_rows(self, deed: str) -> None:
        row = self.chance.choice(self.rows())
        if deed == "add":
            milestone = self.chance.choice(
                sorted({k[1] for k in self.cells if k[0] == "milestone"})
            )
            once = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
            path = f"{self.base}/plan/milestones/{milestone}/activities/"
            self.insist("POST", path, {"edit_id": once})
        else:
            self.insist("POST", f"{self.base}/plan/activities/{row}/", {"do": deed})
        if deed == "remove" and row != self.task.hot[1] and self.chance.random() < 0.3:
            return
        if deed == "remove":
            self.insist("POST", f"{self.base}/plan/activities/{row}/", {"do": "restore"})

    # Words ---------------------------------------------------------------------------------

    def text_for(self, key: Key, seen: str) -> str:
        field = key[2]
        if field in {"starts_on", "due_on"}:
            return f"2027-{self.chance.randint(1, 12):02}-{self.chance.randint(1, 28):02}"
        if field == "status":
            return self.chance.choice(STATUSES)
        if field == "accountable":
            return self.chance.choice(self.task.people)
        if field in {"responsible", "consulted", "informed"}:
            named = self.chance.sample(self.task.people, self.chance.randint(1, 3))
            return "; ".join([*named, f"Outsider {self.chance.randint(1, 5)}"])
        return self.words(seen)

    def words(self, seen: str) -> str:
        """A text that nobody else submits: a line more, a line rewritten, or all of it anew."""
        mine = f"{self.task.name} {self.made}: " + " ".join(
            self.chance.choices(WORDS, k=self.chance.choice([3, 8, 8, 60]))
        )
        lines = seen.split("\n")
        drawn = self.chance.random()
        if not seen or len(seen) > 2000 or drawn < 0.2:
            return mine
        if drawn < 0.6:
            return "\n".join([*lines, mine])
        lines[self.chance.randrange(len(lines))] = mine
        return "\n".join(lines)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    given["hot"] = tuple(given["hot"])
    Editor(Task(**given)).live()
