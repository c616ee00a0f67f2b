"""The people of the simulated year, what they will do, and how they do it through the web."""

from __future__ import annotations

import email
import email.policy
import random
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from http.cookiejar import CookieJar

from tests.year.oracle import Reader, TeamYear

WEEK_ENDS = date(2027, 1, 8)
YEAR_ENDS = datetime(2028, 1, 8, tzinfo=UTC)
# Cairo loses an hour on the day round 4 opens; New York, Havana and Berlin in round 3; and the
# second cohort's round 7 stands across the end of their summers. Lord Howe's summer is half an
# hour, Kathmandu a quarter of an hour beside everyone, Apia a day ahead.
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
    "Australia/Lord_Howe",
]
MEMBERS_A_TEAM, TEAMS_A_COACH, LEADS = 4, 3, 3
PEOPLE_A_TEAM = 5
WISHES: list[dict[str, int]] = [
    {"hour": 7},
    {"hour": 12},
    {"hour": 14},
    {"weekly": 2},
    {"weekly": 4},
]


@dataclass(frozen=True)
class Pause:
    """A team's days off: a round that would begin in them is skipped, or opens on the day after."""

    first: date
    last: date
    moves: bool


@dataclass(frozen=True)
class Cohort:
    """A cohort of the year: a schedule (weeks after its end, or dates) and days nobody works."""

    name: str
    schedule: tuple[int | str, ...]
    holiday: date

    def opens(self) -> dict[int, date]:
        """By number, the day on which each round opens."""
        days = [
            WEEK_ENDS + timedelta(weeks=when) if isinstance(when, int) else date.fromisoformat(when)
            for when in self.schedule
        ]
        return dict(enumerate(days, start=1))


COHORTS = (
    Cohort("Spring", (2, 6, 10, 16, 22, 30, 38, 48), holiday=date(2027, 3, 22)),
    Cohort("Coast", (2, 6, 10, 16, 22, 30, "2027-10-22", 48), holiday=date(2027, 10, 26)),
)
# An election keeps a team from round 2; another goes on leave before round 6, which waits for it.
ELECTION = Pause(date(2027, 2, 17), date(2027, 3, 1), moves=False)
LEAVE = Pause(date(2027, 8, 2), date(2027, 8, 13), moves=True)
PAUSES = {4: (ELECTION, 2, None), 7: (LEAVE, 6, date(2027, 8, 14))}


def people(seed: int, teams: int) -> list[TeamYear]:
    """`teams` teams, half in each cohort: members in different zones, a coach for three of them,
    program leads, some in two teams; five people a team in all, each with wishes of their own."""
    chance = random.Random(f"people {seed}")
    made = [_team(n, n * len(COHORTS) // teams, chance) for n in range(teams)]
    in_two = PEOPLE_A_TEAM * teams - len({reader.address for t in made for reader in t.readers})
    for n in range(min(in_two, teams // 2)):
        both = Reader(f"both{n}@example.org", ZONES[n % len(ZONES)])
        for team in made[2 * n : 2 * n + 2]:
            team.readers.append(replace(both, holidays=team.readers[0].holidays))
    # Some addresses do not exist; their server says so each time.
    for team in made[:: max(1, teams // 6)]:
        team.unreachable.add(team.readers[1].address)
    return made


def cohort_of(n: int, teams: int) -> Cohort:
    """The cohort of the n-th of so many teams."""
    return COHORTS[n * len(COHORTS) // teams]


def _team(n: int, cohort: int, chance: random.Random) -> TeamYear:
    off = frozenset({COHORTS[cohort].holiday})
    team = TeamYear(f"Team {n:02}", [], opens=COHORTS[cohort].opens())
    for m in range(MEMBERS_A_TEAM):
        # The lead answers, so they have no wish that could keep a mail from them.
        wish = chance.choice(WISHES) if m == MEMBERS_A_TEAM - 1 and n % 2 else {}
        zone = ZONES[(n + 3 * m) % len(ZONES)]
        member = Reader(f"team{n}.{m}@example.org", zone, holidays=off, **wish)
        team.readers.append(member)
    coach = f"coach{cohort}.{n // TEAMS_A_COACH}@example.org"
    team.readers.append(Reader(coach, "Europe/Berlin", coaches=True, holidays=off))
    team.readers += [
        Reader(f"lead{m}@example.org", ZONES[8 - m], leads=True, holidays=off) for m in range(LEADS)
    ]
    if n in PAUSES:
        _pause, number, opens = PAUSES[n]
        team.opens = {k: day for k, day in team.opens.items() if k != number}
        team.opens |= {number: opens} if opens else {}
    return team


@dataclass(frozen=True)
class Deed:
    """Something a person does at a moment (UTC, moved clock)."""

    at: datetime
    team: str
    what: str
    number: int = 0
    address: str = ""


def deeds(teams: list[TeamYear], seed: int) -> list[Deed]:
    """Answers soon, late, at the very hour of a reminder or never; some people put mails off for
    a week, some want none any more, some leave."""
    chance = random.Random(f"deeds {seed}")
    plan = []
    for team in teams:
        for number, opens in team.opens.items():
            # Day 4, 9:30: while the nudge is on its way. Day 40: never.
            days = chance.choice([1.4, 2.5, 4.4, 4.41, 7.6, 12.4, 13.7, 40, 40])
            if days < 24:
                plan.append(Deed(_after(opens, days=days), team.name, "answer", number))
    for team in teams[::5]:
        leaver, quitter = team.readers[1].address, team.readers[2].address
        plan.append(Deed(_after(team.opens[4], weeks=1, hours=11), team.name, "leave", 0, leaver))
        plan.append(Deed(_after(team.opens[6], days=9, hours=9), team.name, "stop", 0, quitter))
    for team in teams[2::5]:
        sleeper = team.readers[2].address
        plan.append(Deed(_after(team.opens[3], days=4, hours=8), team.name, "snooze", 0, sleeper))
    return sorted(plan, key=lambda deed: (deed.at, deed.team, deed.what))


def _after(day: date, **later: float) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(**later)


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
    _press(raw, {"List-Unsubscribe": "One-Click"}, again)


def snooze(raw: bytes, again: Callable[[Callable[[], None]], None]) -> None:
    """Put mails off for a week, by the button on the page behind the same address."""
    _press(raw, {"do": "snooze"}, again)


def _press(raw: bytes, fields: dict[str, str], again: Callable[[Callable[[], None]], None]) -> None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    target = str(message["List-Unsubscribe"]).strip("<>")

    def press() -> None:
        body = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(target, body, timeout=20) as page:
            page.read()

    again(press)
