"""The people of the simulated year, what they will do, and how they do it through the web."""

from __future__ import annotations

import email
import email.policy
import random
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from http.cookiejar import CookieJar

from tests.year.oracle import WEEKS, Reader, TeamYear

WEEK_ENDS = date(2027, 1, 8)
ZONES = [
    "Africa/Monrovia",
    "Africa/Nairobi",
    "Asia/Ho_Chi_Minh",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Havana",
    "Pacific/Apia",
    "Europe/Berlin",
    "America/New_York",
]
TEAMS = {"Liberia": 0, "Kenya": 3, "Vietnam": 6}
MEMBERS_A_TEAM = 4
# Who is in two teams, and who leads the program of all: what they are due is one mail.
IN_TWO_TEAMS = Reader("both@example.org", "Africa/Nairobi")
LEAD = Reader("lead@example.org", "America/New_York", leads=True)


def people(seed: int) -> list[TeamYear]:
    """Three teams of four in different zones, each with a coach; one more is in two of them."""
    teams = []
    for name, first in TEAMS.items():
        readers = [
            Reader(f"{name.lower()}{n}@example.org", ZONES[(first + n) % len(ZONES)])
            for n in range(MEMBERS_A_TEAM)
        ]
        readers.append(Reader(f"{name.lower()}.coach@example.org", "Europe/Berlin", coaches=True))
        readers += [LEAD, IN_TWO_TEAMS] if first else [LEAD]
        teams.append(TeamYear(name, readers))
    # One address does not exist; its server says so each time.
    teams[-1].unreachable.add(teams[-1].readers[1].address)
    return teams


def pace(moment: datetime) -> timedelta:
    """How far to go in one step: hour by hour through the rounds, faster between them."""
    days = (moment.date() - WEEK_ENDS).days
    in_round = any(7 * weeks - 2 <= days <= 7 * weeks + 26 for weeks in WEEKS)
    return timedelta(hours=1 if in_round else 6)


@dataclass(frozen=True)
class Deed:
    """Something a person does at a moment (UTC, moved clock)."""

    at: datetime
    team: str
    what: str
    number: int = 0
    address: str = ""


def deeds(teams: list[TeamYear], seed: int) -> list[Deed]:
    """Answers soon, late, at the very hour of a reminder or never; an opt-out; a departure."""
    chance = random.Random(f"deeds {seed}")
    plan = []
    for team in teams:
        for number, weeks in enumerate(WEEKS, start=1):
            opened = datetime.combine(WEEK_ENDS + timedelta(weeks=weeks), time(), UTC)
            # Day 4, 9:30: while the nudge is on its way. Day 40: never.
            days = chance.choice([1.4, 2.5, 4.4, 4.41, 7.6, 12.4, 13.7, 40, 40])
            if days < 24:
                plan.append(Deed(opened + timedelta(days=days), team.name, "answer", number))
    for team in teams[:2]:
        leaver, quitter = team.readers[1].address, team.readers[2].address
        spring = datetime.combine(WEEK_ENDS + timedelta(weeks=WEEKS[3] + 1), time(11), UTC)
        autumn = datetime.combine(WEEK_ENDS + timedelta(weeks=WEEKS[5], days=4), time(9), UTC)
        plan.append(Deed(spring, team.name, "leave", address=leaver))
        plan.append(Deed(autumn, team.name, "opt out", address=quitter))
    return sorted(plan, key=lambda deed: (deed.at, deed.team, deed.what))


def link_in(raw: bytes, path: str) -> str | None:
    """The first address below `/path/` in a mail's text."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    found = re.search(rf"http://[^\s]+/{path}/[\w-]{{22}}", body.get_content() if body else "")
    return found.group() if found else None


def names(raw: bytes, team: str) -> bool:
    """Does the mail's text speak of the team?"""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    return body is not None and team in body.get_content()


class Form(HTMLParser):
    """The fields of the first form that posts, as a browser would send them untouched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post" and self.action is None:
            self.action, self.inside = given.get("action", ""), True
        elif self.inside and tag in {"input", "textarea"} and "name" in given:
            chosen = given.get("type") not in {"radio", "checkbox", "submit"} or "checked" in given
            if chosen:
                self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def answer_by_link(link: str, said: str, again: Callable[[Callable[[], None]], None]) -> None:
    """Open the link of a check-in mail, fill the first question, send. `again` retries a step."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    seen: dict[str, str] = {}

    def open_page(address: str) -> None:
        with browser.open(address, timeout=20) as page:
            seen["url"], seen["page"] = page.url, page.read().decode()

    def press(button: str, **filled: str) -> None:
        form = Form(seen["page"])
        fields = form.fields | filled | {"do": button}
        target = urllib.parse.urljoin(seen["url"], form.action)
        with browser.open(target, urllib.parse.urlencode(fields).encode(), timeout=20) as page:
            page.read()

    again(lambda: open_page(link))
    again(lambda: press("next", did=said))
    again(lambda: open_page(urllib.parse.urljoin(seen["url"], "?step=send")))
    again(lambda: press("send", agreed="yes"))


def opt_out(raw: bytes, again: Callable[[Callable[[], None]], None]) -> None:
    """Press the mail program's own button: POST to the List-Unsubscribe address (RFC 8058)."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    target = str(message["List-Unsubscribe"]).strip("<>")

    def press() -> None:
        with urllib.request.urlopen(target, b"List-Unsubscribe=One-Click", timeout=20) as page:
            page.read()

    again(press)
