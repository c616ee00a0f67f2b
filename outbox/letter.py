"""The bytes of a mail: the same for every copy of it."""

from __future__ import annotations

import email.policy
import hashlib
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings

from outbox.kinds import Content
from outbox.models import Message

# Written as they are: a folded or encoded address is one that mail programs do not press.
NEVER_FOLDED = {"list-unsubscribe", "list-unsubscribe-post"}


def sender_address() -> str:
    """The bare address mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def write(message: Message, content: Content) -> bytes:
    """The mail as RFC 5322 bytes with CRLF; header values hold no line breaks (Django's rule)."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"] = Address(display_name=name, addr_spec=address)
    letter["To"] = message.address
    letter["Subject"] = " ".join(content.subject.split())
    letter["Date"] = format_datetime(message.dated_at)
    letter["Message-ID"] = message.message_id
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter["Content-Language"] = message.language
    unfolded = b""
    for header, value in content.headers.items():
        if header.lower() in NEVER_FOLDED:
            unfolded += f"{header}: {' '.join(value.split())}\r\n".encode("ascii")
        else:
            letter[header] = " ".join(value.split())
    letter.set_content(content.text)
    if content.html:
        letter.add_alternative(content.html, subtype="html")
        letter.set_boundary(hashlib.sha256(message.message_id.encode()).hexdigest()[:32])
    return unfolded + letter.as_bytes()
