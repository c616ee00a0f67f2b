"""The bytes of a mail: the same for every copy of it.

Written by hand where a mail is plain, since the email package takes as long for it as all the rest
of a mail's way takes; what is not plain (other letters, long lines, files) is written by it.
"""

from __future__ import annotations

import base64
import binascii
import email.policy
import hashlib
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from django.conf import settings
from django.utils.encoding import punycode

from outbox.kinds import Attachment, Content
from outbox.models import Message

# Written as they are: a folded or encoded address is one that mail programs do not press.
NEVER_FOLDED = {"list-unsubscribe", "list-unsubscribe-post"}
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
# Not every server on the way takes 8 bits.
POLICY = email.policy.SMTP.clone(cte_type="7bit")
ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\w.-]+", re.ASCII)
# What a line of a mail may hold as it is (RFC 5322 §2.1.1), and a header may without being folded.
PLAIN_LINES = re.compile(r"(?:[\t -~]{0,998}\n)*", re.ASCII)
PLAIN_HEADER = re.compile(r"(?!.*=\?)[!-~](?:[ -~]*[!-~])?", re.ASCII)
LONGEST_HEADER = 78


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
    lines = [
        _from(settings.DEFAULT_FROM_EMAIL),
        _to(ascii_address(message.address)),
        _header("Subject", content.subject),
    ]
    as_they_are = AUTOMATIC | {
        "Date": format_datetime(message.dated_at),
        "Message-ID": message.message_id,
        "Content-Language": message.language,
        "MIME-Version": "1.0",
    }
    for name, value in content.headers.items():
        if name.lower() in NEVER_FOLDED:
            as_they_are[name] = value
        else:
            lines.append(_header(name, value))
    lines += [f"{name}: {' '.join(value.split())}\r\n" for name, value in as_they_are.items()]
    return "".join(lines).encode("ascii") + _body(message, content)


@lru_cache(maxsize=8)
def _from(sender: str) -> str:
    name, address = parseaddr(sender)
    return _folded("From", str(Address(display_name=name, addr_spec=address)))


def _to(address: str) -> str:
    """Raises ValueError for what is not one address."""
    return _header("To", address) if ADDRESS.fullmatch(address) else _folded("To", address)


def _header(name: str, value: str) -> str:
    value = " ".join(value.split())
    if PLAIN_HEADER.fullmatch(value) and len(name) + len(": ") + len(value) <= LONGEST_HEADER:
        return f"{name}: {value}\r\n"
    return _folded(name, value)


def _folded(name: str, value: str) -> str:
    return POLICY.fold(*POLICY.header_store_parse(name, value))


def _body(message: Message, content: Content) -> bytes:
    """The text, and HTML beside it, and what is attached to both; with the headers of each."""
    body = _text("plain", content.text)
    if content.html:
        body = _joined("alternative", [body, _text("html", content.html)], message.message_id)
    if content.attachments:
        parts = [body, *map(_attached, content.attachments)]
        body = _joined("mixed", parts, f"{message.message_id}/mixed")
    return body


def _text(kind: str, text: str) -> bytes:
    text = re.sub(r"\r\n?", "\n", text)
    if not text.endswith("\n"):
        text += "\n"
    raw = text.replace("\n", "\r\n").encode()
    if PLAIN_LINES.fullmatch(text):
        encoding = "7bit"
    elif text.isascii() or len(raw) < 1.2 * len(text):
        # Most letters stay what they are.
        encoding, raw = "quoted-printable", binascii.b2a_qp(raw)
    else:
        encoding, raw = "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}'
    return b"%b\r\n\r\n%b" % (head.encode(), raw)


def _attached(attachment: Attachment) -> bytes:
    main, _slash, sub = attachment.kind.partition("/")
    part = MIMEPart(policy=POLICY)
    part.set_content(
        attachment.content, main, sub, disposition="attachment", filename=attachment.name
    )
    return part.as_bytes()


def _joined(kind: str, parts: Sequence[bytes], drawn_from: str) -> bytes:
    """Parted by the same lines in every copy, not by chance."""
    line = hashlib.sha256(drawn_from.encode()).hexdigest()[:32].encode()
    head = b'Content-Type: multipart/%b;\r\n boundary="%b"\r\n\r\n' % (kind.encode(), line)
    body = b"".join(b"--%b\r\n%b\r\n" % (line, part) for part in parts)
    return b"%b%b--%b--\r\n" % (head, body, line)
