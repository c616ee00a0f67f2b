"""The address under which a check-in mail is answered: one a message, with a token in it.

`answers+<26 characters>@example.org`: 128 bits, of which the database holds the hash. Lower-case
letters and digits only, since some servers on the way do not keep capitals.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from followups.models import CheckIn
from outbox import links
from outbox.links import Link, Trouble
from outbox.models import LinkToken, Message

PURPOSE = "reply"
# Stands above the mail's own text; what people write stands above it (or around it).
MARK = "##--##"
TOKEN = re.compile(r"\+([a-z2-7]{26})@", re.ASCII | re.IGNORECASE)


def link_of(message: Message, check_in: CheckIn, expires_at: datetime) -> Link | None:
    """What opens by an answer to this message; nothing where no mailbox is read."""
    if not settings.REPLY_MAILBOX:
        return None
    return Link(PURPOSE, message.key, message.created_at, expires_at, check_in.pk, message.person)


def address_of(link: Link) -> str:
    """The address for answers."""
    secret = base64.urlsafe_b64decode(f"{link.token}==")
    tag = base64.b32encode(secret).decode().rstrip("=").lower()
    name, _at, domain = settings.REPLY_ADDRESS.rpartition("@")
    return f"{name}+{tag}@{domain}"


def find(headers: Iterable[str], now: datetime) -> LinkToken | None:
    """The link that one of the addresses in `headers` holds, while it opens."""
    for tag in TOKEN.findall(" ".join(headers)):
        secret = base64.b32decode(f"{tag.upper()}======")
        token = base64.urlsafe_b64encode(secret).decode().rstrip("=")
        link = links.find(PURPOSE, token, now)
        if not isinstance(link, Trouble):
            return link
    return None
