"""What nobody means to send, and the forms of pages that it is sent by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.urls import resolve

LONG = f"{'س' * 200_000} 😀"
MARKS = "a\0b\r\nc\u202e😀<b>"
# More of them than Python reads as a number, and what only `isdigit` takes for one.
DIGITS, POWER = "9" * 5_000, "²"
FIRST_DAY, LAST_DAY = "0001-01-01", "9999-12-31"
TYPED = {"text", "textarea", "search", "email"}
# By the kind of a control; every control is left out as well.
VALUES: dict[str, tuple[str, ...]] = {
    "text": (LONG, MARKS, DIGITS, LAST_DAY),
    "textarea": (LONG, MARKS, LAST_DAY),
    "date": (FIRST_DAY, LAST_DAY),
    "number": (DIGITS, "-1", "1e309"),
}
# What a person would fill in, so that one value at a time is wrong.
FILLED = {
    "date": "2026-09-20",
    "text": "Words",
    "textarea": "Words",
    "time": "10:00",
    "number": "3",
    "email": "new@example.org",
}


@dataclass
class Form:
    """A form of a page: where it goes, what a browser would send, and the kinds of its controls."""

    url: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def door(self) -> str:
        return str(resolve(urlsplit(self.url).path).url_name)

    def wrong(self) -> Iterator[tuple[str, str | None]]:
        """Each control with each value that it is tried with; None: it is left out."""
        for name, kind in self.kinds.items():
            if name != "csrfmiddlewaretoken":
                yield name, None
                is_id = self.fields[name].isdigit()
                # Ids of the two sides of the access tests' world take turns.
                foreign = (str(int(self.fields[name]) + 1),) if is_id else ()
                others = (DIGITS, *foreign) if is_id else ()
                yield from ((name, value) for value in VALUES.get(kind, (*others, POWER)))

    def fill(self, said: dict[str, str]) -> None:
        """Put something sensible where nothing stands yet, as `said` where it is named."""
        for name, kind in self.kinds.items():
            self.fields[name] = self.fields.get(name) or said.get(name) or FILLED.get(kind, "")


class Page(HTMLParser):
    """The forms of a page, and the names that its links put into addresses."""

    def __init__(self, page: str, url: str) -> None:
        super().__init__()
        self.url = url
        self.forms: list[Form] = []
        self.queries: set[str] = set()
        self.links: set[str] = set()
        self._open: Form | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            link = urlsplit(urljoin(self.url, given.get("href", "")))
            if link.path == urlsplit(self.url).path and link.query:
                self.links.add(f"{link.path}?{link.query}")
                self.queries |= {name for name, _value in parse_qsl(link.query)}
        elif tag == "form":
            url = urljoin(self.url, given.get("action", ""))
            self._open = Form(url, given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "option" and self._open and self._select:
            if "selected" in given or not self._open.fields.get(self._select):
                self._open.fields[self._select] = given.get("value", "")
        elif self._open and given.get("name"):
            self._control(self._open, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text") if tag == "input" else tag
        form.kinds[name] = kind
        self._select = name if kind == "select" else ""
        if kind in {"radio", "button"}:
            form.fields.setdefault(name, given.get("value", ""))
        elif kind != "checkbox" or "checked" in given:
            form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
