"""Whatever is posted to any form, or put into any address: an answer in words, never a crash."""

from __future__ import annotations

import html
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, reverse

from followups.models import Pause
from tests.access.crowd import IN_THE_YEAR
from tests.access.nasty import DIGITS, MARKS, POWER, TYPED, Form, Page
from tests.access.payloads import payload
from tests.access.table import DOORS
from tests.access.test_access import rolled_back
from tests.access.test_statements import ALLAUTHS, address
from tests.access.world import World, make_world

# Between them they read every page with a form.
WHO = ("program lead", "team lead", "member")
ACCEPTED = {302, 303}
# Where a script sends what it keeps itself.
SCRIPTS = {"save_cell", "save_block", "drafts"}
Read = tuple[str, str, Page]


def make_year() -> World:
    """The access tests' world with a pause, which can be lifted."""
    world = make_world()
    days = {"first_day": IN_THE_YEAR, "last_day": IN_THE_YEAR, "made_at": IN_THE_YEAR}
    Pause.objects.create(team_id=world.own["team_id"], reason="Leave", **days)
    return world


def browsers(world: World) -> dict[str, Client]:
    """For each of WHO a browser that says what happened inside; at a check-in's link, too."""
    found = {who: Client(raise_request_exception=False) for who in WHO}
    for who, client in found.items():
        client.force_login(world.users[who])
        client.get(reverse("home"))
        client.get(address("check_in_link", world))
    return found


def pages(world: World, clients: dict[str, Client]) -> Iterator[Read]:
    """Who reads it, its door, and each page."""
    for name, door in DOORS.items():
        for who in () if name.startswith(ALLAUTHS) else WHO:
            waiting, seen = {address(name, world)} if who in door.reads else set(), set()
            while waiting:
                url = waiting.pop()
                seen.add(url)
                answer = clients[who].get(url)
                if answer.status_code == 200 and "html" in answer.get("Content-Type", ""):
                    page = Page(answer.content.decode(), url)
                    yield who, name, page
                    # The pages of a check-in have an address in common.
                    waiting |= page.links - seen if name == "check_in_by_link" else set()


def forms(world: World, read: list[Read]) -> list[tuple[str, Form]]:
    """What can be posted, each control once: the forms of all pages, and what scripts send."""
    found = [(who, form) for who, _name, page in read for form in page.forms]
    for name, door in DOORS.items():
        sent = {key: str(value) for key, value in payload(world, name).items()}
        who = next((who for who in WHO if who in door.writes), "")
        if who and not name.startswith(ALLAUTHS):
            kinds = dict.fromkeys(sent, "script")
            found.append((who, Form(address(name, world), "post", sent, kinds)))
    known: set[tuple[str, str, str]] = set()
    return [
        (who, form)
        for who, form in found
        if form.method == "post" and is_new(form, known, world) and form.kinds
    ]


def is_new(form: Form, known: set[tuple[str, str, str]], world: World) -> bool:
    """Leave to the form the controls that are not `known` yet, and fill it in."""
    try:
        door = form.door
    except Resolver404:
        return False
    # Whoever signs out is nobody at all other doors.
    if door.startswith(ALLAUTHS):
        return False
    do = form.fields.get("do", "")
    form.fill({key: str(value) for key, value in payload(world, door).items()})
    # Rows of a list have the same controls; their names end in the row's number.
    controls = {(door, do, name.partition("-")[0]): name for name in form.kinds}
    form.kinds = {name: form.kinds[name] for key, name in controls.items() if key not in known}
    known |= set(controls)
    return True


def sent_by(form: Form) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Which control is wrong, how (None: left out), and all that is sent then."""
    for name, value in form.wrong():
        sent = {key: said for key, said in form.fields.items() if key != name}
        yield name, value, sent if value is None else sent | {name: value}
    for name, kind in form.kinds.items():
        if kind == "file":
            file = SimpleUploadedFile("x.xlsx", b'{"a": [1]}', "application/json")
            yield name, "a file that is none", form.fields | {name: file}
    yield "all", "twice", {name: [value, value] for name, value in form.fields.items()}


@contextmanager
def silent() -> Iterator[None]:
    """Each refusal is logged with all that was sent."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.strictest
def test_whatever_is_sent_is_answered_in_words(db, settings) -> None:
    """Each control of each form in turn left out, far too long, full of marks, no number, a
    foreign id, a day of no time; and as no page would, what pages put into addresses."""
    settings.MFA_REQUIRED = settings.DOORBELL = False
    with time_machine.travel(IN_THE_YEAR, tick=False), silent():
        world = make_year()
        clients = browsers(world)
        read = list(pages(world, clients))
        wrong = [*posted(world, clients, forms(world, read)), *asked(clients, read)]
    assert not wrong, "\n".join(wrong)


def posted(
    world: World, clients: dict[str, Client], found: list[tuple[str, Form]]
) -> Iterator[str]:
    for who, form in found:
        for name, value, sent in sent_by(form):
            with rolled_back():
                answer = clients[who].post(form.url, sent)
                if answer.status_code in ACCEPTED:
                    assert not answer["Location"].startswith("/accounts/login/"), form.door
                    answer = clients[who].get(answer["Location"])
                is_typed = form.kinds.get(name) in TYPED and form.door not in SCRIPTS
                trouble = fault(answer, value if is_typed else None)
            if world.sees_foreign_words(who, answer):
                trouble = "shows another team's words"
            if trouble:
                yield f"{who}: {form.door}, {name}={str(value)[:12]!r}: {trouble}"


def fault(answer: HttpResponse, typed: str | None) -> str:
    """What is wrong with an answer: a crash, a refusal without a word, or words that are gone."""
    if answer.status_code >= 500:
        return crash(answer)
    if MARKS[-4:].encode() in answer.content:
        return "what was typed becomes a tag"
    if answer.status_code == 422 and typed:
        page = html.unescape(answer.content.decode())
        if typed[-4:] not in page:
            return "what was typed is gone"
        if 'role="alert"' not in page and 'class="note' not in page:
            return "no word why"
    return ""


def crash(answer: HttpResponse) -> str:
    """Where it crashed and why, on one line."""
    told = getattr(answer, "exc_info", None)
    if not told:
        return str(answer.status_code)
    *_, last = traceback.extract_tb(told[2])
    return f"{last.filename}:{last.lineno}: {str(told[1])[:80]!r}"


def asked(clients: dict[str, Client], read: list[Read]) -> Iterator[str]:
    """What crashes by a word in its address."""
    names: dict[tuple[str, str], set[str]] = {}
    for who, _name, page in read:
        fields = {name for form in page.forms if form.method == "get" for name in form.kinds}
        names.setdefault((who, urlsplit(page.url).path), set()).update(page.queries | fields)
    for (who, path), words in names.items():
        for name in words:
            for value in (DIGITS, POWER, MARKS):
                answer = clients[who].get(path, {name: value})
                if answer.status_code >= 500:
                    yield f"{path}?{name}={value[:9]}: {crash(answer)}"
