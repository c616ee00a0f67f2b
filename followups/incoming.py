"""A mail as it came: whom it is for, whether a machine sent it, and what its sender wrote."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from email.message import EmailMessage
from email.utils import parseaddr

from followups.quoting import text_of_html, without_quote
from outbox.mailbox import MOST_BYTES

ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
MACHINES = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@", re.IGNORECASE)
SAFE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{3,180}>", re.ASCII)


class Incoming:
    """One mail's bytes, read as well as they can be. Never raises over what a stranger sent."""

    def __init__(self, raw: bytes, *, is_whole: bool = True) -> None:
        self.is_whole = is_whole and len(raw) <= MOST_BYTES
        self.raw = raw
        head = raw if self.is_whole else raw[: raw.find(b"\r\n\r\n") if b"\r\n\r\n" in raw else 0]
        self.mail: EmailMessage = email.message_from_bytes(
            head or raw[:MOST_BYTES], policy=email.policy.default
        )

    def header(self, name: str) -> str:
        """All of a header's values; what the standard library cannot read is as good as absent."""
        try:
            return " ".join(str(value) for value in self.mail.get_all(name, []))
        except Exception:
            # Its parser meets strangers' bytes, and raises whatever it stumbles over.
            return ""

    @property
    def addressed(self) -> list[str]:
        return [self.header(name) for name in ADDRESSED]

    @property
    def sender(self) -> str:
        return parseaddr(self.header("From"))[1][:254].replace("\0", "")

    @property
    def message_id(self) -> str:
        """The Message-ID where it may be put into a header of ours, otherwise nothing."""
        found = SAFE_ID.fullmatch(self.header("Message-ID").strip())
        return found.group() if found else ""

    @property
    def sha256(self) -> str:
        """What makes it one mail however often it is delivered."""
        return hashlib.sha256(self.header("Message-ID").strip().encode() or self.raw).hexdigest()

    @property
    def is_automatic(self) -> bool:
        """Did a machine send it: out of office, a bounce, a list (RFC 3834 and its relatives)?"""
        submitted = self.header("Auto-Submitted").strip().lower()
        precedence = self.header("Precedence").strip().lower()
        return (
            submitted not in {"", "no"}
            or precedence in {"bulk", "junk", "list", "auto_reply"}
            or self.header("Return-Path").strip() == "<>"
            or any(self.header(f"X-{name}") for name in ("Autoreply", "Autorespond", "Loop"))
            or bool(self.header("List-Id"))
            or MACHINES.match(self.sender) is not None
            or self.mail.get_content_type() == "multipart/report"
        )

    @property
    def attachments(self) -> int:
        """How many files came along; pictures inside a signature are none."""
        return sum(_is_attachment(part) for part in self.mail.walk())

    def text(self) -> str:
        """What the sender wrote, without what they quoted."""
        plain = [part for part in self.mail.walk() if _is_text(part, "text/plain")]
        if plain:
            return without_quote("\n".join(_decoded(part) for part in plain))
        html = [part for part in self.mail.walk() if _is_text(part, "text/html")]
        return without_quote("\n".join(text_of_html(_decoded(part)) for part in html))


def _is_text(part: EmailMessage, kind: str) -> bool:
    return part.get_content_type() == kind and not _is_attachment(part)


def _is_attachment(part: EmailMessage) -> bool:
    if part.is_multipart():
        return False
    disposition = (part.get_content_disposition() or "").lower()
    if disposition == "inline" or part.get("Content-ID"):
        return not part.get_content_type().startswith(("text/", "image/"))
    return disposition == "attachment" or not part.get_content_type().startswith("text/")


def _decoded(part: EmailMessage) -> str:
    """The text of a part; a character set that is wrong or unknown is guessed."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", errors="replace")
