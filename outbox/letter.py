"""The bytes of a mail: the same for every copy of it."""

from __future__ import annotations

import email.policy
import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.utils.encoding import punycode

from outbox.kinds import Content
from outbox.models import Message

# Written as they are: a folded or encoded address is one that mail programs do not press.
NEVER_FOLDED = {"list-unsubscribe", "list-unsubscribe-post"}
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
# Not every server on the way takes 8 bits.
POLICY = email.policy.SMTP.clone(cte_type="7bit")


def sender_address() -> str:
    """The bare address mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def ascii_address(address: str) -> str:
    """The address with its domain as the mail system spells it (IDNA).

    Raises ValueError for a name before the @ that is not ASCII: not every server takes those.
    """
    name, _, domain = address.rpartition("@")
    if not name.isascii():
        raise ValueError(f"the part before the @ of {address!r} is not ASCII")
    return f"{name}@{punycode(domain)}"


def write(message: Message, content: Content) -> bytes:
    """The mail as RFC 5322 bytes with CRLF; header values hold no line breaks (Django's rule)."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    letter = EmailMessage(policy=POLICY)
    letter["From"] = Address(display_name=name, addr_spec=address)
    letter["To"] = ascii_address(message.address)
    letter["Subject"] = " ".join(content.subject.split())
    # Short and of our own making, so written as they are: reading them through the email package
    # takes as long as the rest of the mail.
    unfolded = AUTOMATIC | {
        "Date": format_datetime(message.dated_at),
        "Message-ID": message.message_id,
        # Setting the content would take it away.
        "Content-Language": message.language,
    }
    for header, value in content.headers.items():
        if header.lower() in NEVER_FOLDED:
            unfolded[header] = value
        else:
            letter[header] = " ".join(value.split())
    letter.set_content(content.text)
    if content.html:
        letter.add_alternative(content.html, subtype="html")
    for attachment in content.attachments:
        main, _slash, sub = attachment.kind.partition("/")
        letter.add_attachment(attachment.content, main, sub, filename=attachment.name)
    _draw_boundaries(letter, message.message_id)
    lines = [f"{header}: {' '.join(value.split())}\r\n" for header, value in unfolded.items()]
    return "".join(lines).encode("ascii") + letter.as_bytes()


def _draw_boundaries(letter: EmailMessage, message_id: str) -> None:
    """Part the mail's parts by the same lines in every copy, not by chance."""
    for n, part in enumerate(letter.walk()):
        if part.is_multipart():
            part.set_boundary(hashlib.sha256(f"{message_id}{n or ''}".encode()).hexdigest()[:32])
