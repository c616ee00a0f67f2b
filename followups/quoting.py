"""What someone wrote in a mail, without the mail they answered.

Our own, because our mails carry a mark (docs/decisions/0028): what stands below it, or is quoted
with `>`, is ours, whatever language the mail program speaks.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from followups.reply_address import MARK

# “From: …”, “*Enviado:* …”, “من: …”: the lines that Outlook puts above what it quotes.
HEADER_LINE = re.compile(r"\W{0,3}\w[\w ’'-]{0,24}\W{0,2}[:：]\W{0,2}(\s|$)")
RULE = re.compile(r"\s*[-_–—]{5,}.*")


def without_quote(text: str) -> str:
    """The person's own lines; blank lines around them and a signature below `-- ` are left out."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    marked = next((n for n, line in enumerate(lines) if MARK in line), None)
    if marked is not None and not _is_quoted(lines[marked]):
        lines = _without_introduction(lines[:marked])
    else:
        lines = _without_quoted_lines(lines)
    for n, line in enumerate(lines):
        if line in {"-- ", "--"}:
            lines = lines[:n]
            break
    return "\n".join(line.rstrip() for line in lines).strip()


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \u200e\u200f\ufeff").startswith(">")


def _without_quoted_lines(lines: list[str]) -> list[str]:
    """Leave out lines with `>`, and “On Monday … wrote:” above the first of them."""
    first = next((n for n, line in enumerate(lines) if _is_quoted(line)), None)
    if first is None:
        return lines
    after = [line for line in lines[first:] if not _is_quoted(line)]
    return [*_without_introduction(lines[:first]), *after]


def _without_introduction(lines: list[str]) -> list[str]:
    """Leave out the last lines if a mail program put them there to introduce a quote."""
    own = _without_blank_end(lines)
    if own and own[-1].rstrip(" \u200e\u200f*").endswith((":", "：")) and not _is_header(own[-1]):
        return _without_blank_end(_without_attribution(own))
    n = len(own)
    while n and (_is_header(own[n - 1]) or not own[n - 1].strip()):
        n -= 1
    # One such line alone may be the person's own.
    if len([line for line in own[n:] if line.strip()]) < 3:
        n = len(own)
    if n and RULE.fullmatch(own[n - 1]):
        n -= 1
    return _without_blank_end(own[:n])


def _without_attribution(lines: list[str]) -> list[str]:
    """“On 5 Jan 2026, X <x@y> wrote:” takes one line, or is broken into two or three."""
    for length in (1, 2, 3):
        part = " ".join(lines[-length:])
        if re.search(r"\d", part) and "@" in part:
            return lines[:-length]
    return lines[:-1]


def _is_header(line: str) -> bool:
    return HEADER_LINE.match(line) is not None and not line.rstrip().endswith(":")


def _without_blank_end(lines: list[str]) -> list[str]:
    n = len(lines)
    while n and not lines[n - 1].strip(" \t\u200e\u200f\xa0"):
        n -= 1
    return lines[:n]


class _Words(HTMLParser):
    """The text of a mail that came as HTML alone, its quote left out."""

    BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})
    SILENT = frozenset({"blockquote", "style", "script", "head", "title"})
    VOID = frozenset({"br", "img", "hr", "meta", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_quote = "gmail_quote" in (dict(attrs).get("class") or "")
        if tag not in self.VOID and (self.silent or tag in self.SILENT or is_quote):
            self.silent.append(tag)
        elif tag in self.BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(" ".join(data.split("\n")))


def text_of_html(html: str) -> str:
    """The words of an HTML mail that are not quoted."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.words).split("\n"))
    return "\n".join(lines)
