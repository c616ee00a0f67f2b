"""A client that sees what goes over the wire: raw sizes, every header, no cookie jar."""

from __future__ import annotations

import gzip
import http.client
import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlencode, urljoin, urlsplit

import brotli

# What a browser fetches by itself for a page.
ASSET = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
IMPORT = re.compile(r'^import[^"]*"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One answer as it came."""

    status: int
    headers: Message
    raw: bytes

    @property
    def text(self) -> str:
        decode = {"br": brotli.decompress, "gzip": gzip.decompress}
        encoding = self.headers.get("Content-Encoding", "")
        return decode.get(encoding, bytes)(self.raw).decode()

    @property
    def size(self) -> int:
        """Bytes of head and body."""
        return len(self.headers.as_bytes()) + len(self.raw)

    @property
    def cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie", [])


def ask(port: int, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
    """GET `path`, or POST `form` to it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {"Accept-Encoding": "gzip, br"} | headers
    body = None
    if form is not None:
        body = urlencode(form)
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if form is None else "POST", path, body, sent)
    answer = connection.getresponse()
    raw = answer.read()
    connection.close()
    return Answer(answer.status, answer.headers, raw)


def first_visit(port: int, path: str, **headers: str) -> dict[str, Answer]:
    """The page and everything a browser fetches for it, by path."""
    answers: dict[str, Answer] = {}
    wanted = [path]
    while wanted:
        at = wanted.pop(0)
        if at in answers:
            continue
        answers[at] = answer = ask(port, at, **headers)
        kind = answer.headers.get_content_type()
        pattern = {"text/html": ASSET, "text/javascript": IMPORT}.get(kind)
        if pattern:
            found = (urljoin(at, address) for address in pattern.findall(answer.text))
            wanted += [address for address in found if not urlsplit(address).netloc]
    return answers
