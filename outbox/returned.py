"""Understanding mails that came back: delivery reports (RFC 3464) and complaints (RFC 5965)."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from hashlib import sha256

from flufl.bounce import all_failures

from coalitions import clock
from outbox import events
from outbox.mailbox import Letter
from outbox.models import MailEvent

What = MailEvent.What
MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\s]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """What a returned mail tells of one address."""

    what: str
    address: str
    message_id: str
    event_id: str
    words: str


def take(letter: Letter) -> int:
    """Note what a letter says about mails of ours; how many bounces or complaints were new."""
    return sum(
        events.note(
            told.what,
            told.address,
            source="mailbox",
            event_id=told.event_id,
            now=clock.now(),
            words=told.words,
            message_id=told.message_id,
        )
        for told in read(email.message_from_bytes(letter.raw, policy=email.policy.default))
    )


def read(letter: EmailMessage) -> list[Told]:
    """What the letter tells; nothing when it is no report that anyone understands."""
    own = str(letter["Message-ID"] or "").strip()
    event_id = own or sha256(letter.as_bytes()).hexdigest()
    about = {"message_id": _returned_id(letter), "event_id": event_id}
    if letter.get_param("report-type") == "feedback-report":
        return [Told(What.COMPLAINED, to, words="", **about) for to in _complained_of(letter)]
    passing, lasting = all_failures(letter)
    words = _words(letter)
    return [
        Told(what, address.decode(errors="replace"), words=words, **about)
        for what, addresses in ((What.BOUNCED, lasting), (What.SOFT, passing - lasting))
        for address in sorted(addresses)
    ]


def _parts(letter: EmailMessage, kind: str) -> Iterator[Message]:
    return (part for part in letter.walk() if part.get_content_type() == kind)


def _returned_id(letter: EmailMessage) -> str:
    """The Message-ID of our mail, from its text or its headers that came back with the report."""
    for kind in ("message/rfc822", "text/rfc822-headers"):
        for part in _parts(letter, kind):
            if found := MESSAGE_ID.search(part.as_bytes()):
                return found[1].decode(errors="replace")
    return ""


def _complained_of(letter: EmailMessage) -> list[str]:
    """To whom the mail went that somebody calls unwanted: the report says, or the mail itself."""
    for part in _parts(letter, "message/feedback-report"):
        for fields in _fields(part):
            if to := fields.get("Original-Rcpt-To"):
                return [str(to).strip("<> ")]
    for part in _parts(letter, "message/rfc822"):
        for mail in _fields(part):
            if to := mail.get("To"):
                return [str(to).strip("<> ")]
    return []


def _fields(part: Message) -> list[Message]:
    """The blocks of header fields in a part."""
    inner = part.get_payload()
    return (
        [block for block in inner if isinstance(block, Message)] if isinstance(inner, list) else []
    )


def _words(letter: EmailMessage) -> str:
    """What the other server said."""
    for part in _parts(letter, "message/delivery-status"):
        for fields in _fields(part):
            if said := fields.get("Diagnostic-Code") or fields.get("Status"):
                return " ".join(str(said).split())
    return " ".join(str(letter["Subject"] or "").split())
