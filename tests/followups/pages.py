"""Someone's browser on the pages of the year: it keeps cookies and sends forms as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import time_machine
from django.http import HttpResponse
from django.test import Client

from accounts.models import User


def stranger() -> Client:
    """A browser that is not signed in; CSRF tokens are asked for, as in production."""
    return Client(enforce_csrf_checks=True)


class Form(HTMLParser):
    """A check-in's form: where to it posts, and its fields as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.names: list[str] = []
        self._inside = False
        self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = (
                given.get("method", "").lower() == "post" and given.get("action") == "/c/"
            )
            self.action = "/c/" if self._inside else self.action
        elif self._inside and given.get("name"):
            self.names.append(given["name"])
            self._text = given["name"] if tag == "textarea" else ""
            chosen = given.get("type") not in {"radio", "checkbox", "submit"} or "checked" in given
            if chosen and tag != "button":
                self.fields[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._text:
            # The first line break after <textarea> is no part of its text.
            self.fields[self._text] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            self._text = ""


@dataclass
class Browser:
    """One person's browser at a moment (UTC)."""

    now: datetime
    client: Client = field(default_factory=stranger)

    def get(self, path: str, **more: Any) -> HttpResponse:
        with time_machine.travel(self.now, tick=False):
            return self.client.get(path, **more)

    def head(self, path: str) -> HttpResponse:
        with time_machine.travel(self.now, tick=False):
            return self.client.head(path)

    def post(self, path: str, fields: dict[str, Any]) -> HttpResponse:
        with time_machine.travel(self.now, tick=False):
            return self.client.post(path, fields)

    def sign_in(self, person: User) -> None:
        with time_machine.travel(self.now, tick=False):
            self.client.force_login(person)

    def wait(self, time: timedelta) -> None:
        self.now += time

    def follow(self, link: str) -> HttpResponse:
        """Press a link of a mail: the page behind it."""
        first = self.get(link)
        return self.get(first["Location"]) if first.status_code == 303 else first

    def send(self, page: HttpResponse, do: str = "next", **said: str) -> HttpResponse:
        """Fill the page's form and press one of its buttons."""
        form = Form(page.content.decode())
        assert form.action, page.content.decode()
        unknown = {name for name in said if name not in form.names}
        assert not unknown, f"the page does not ask for {unknown}"
        return self.post(form.action, form.fields | said | {"do": do})

    def turn_to(self, page: HttpResponse, step: str) -> HttpResponse:
        """Another page of the same check-in."""
        return self.get(f"{page.wsgi_request.path}?step={step}")  # type: ignore[attr-defined]

    def write(self, page: HttpResponse, **said: str) -> None:
        """Fill in pages of a check-in and press Next on each, by their fields' names."""
        steps: dict[str, dict[str, str]] = {}
        for name, text in said.items():
            steps.setdefault(step_of(name), {})[name] = text
        for step, fields in steps.items():
            taken = self.send(self.turn_to(page, step), **fields)
            assert taken.status_code == 303, text_of(taken)

    def answer(self, page: HttpResponse, **said: str) -> HttpResponse:
        """Fill in pages of a check-in, look at the last one and send it."""
        self.write(page, **said)
        return self.send_off(self.turn_to(page, "send"))

    def send_off(self, last: HttpResponse) -> HttpResponse:
        """Send what stands on the last page of a check-in, ticking what has to be ticked."""
        agrees = {"agreed": "yes"} if "agreed" in Form(last.content.decode()).names else {}
        return self.send(last, "send", **agrees)


def step_of(name: str) -> str:
    """The page on which a field stands."""
    part, _dash, number = name.partition("-")
    if part in {"status", "line"}:
        return f"activity-{number}"
    return {"likely": "outlook", "met": "met", "met_others": "met"}.get(
        part, "help" if part.startswith("help") else part
    )


def text_of(page: HttpResponse) -> str:
    """The page's words, tags and superfluous blanks left out."""

    class Words(HTMLParser):
        found: list[str] = []

        def handle_data(self, data: str) -> None:
            self.found.append(data)

    words = Words()
    words.found = []
    words.feed(page.content.decode())
    return " ".join(" ".join(words.found).split())
