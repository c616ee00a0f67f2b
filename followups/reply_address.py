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
from outbox.links import Trouble
from outbox.models import LinkToken, Message

PURPOSE = "reply"
# Stands above the mail's own text; what people write stands above it (or around it).
MARK = "##--##"
TOKEN = re.compile(r"\+([a-z2-7]{26})@", re.ASCII | re.IGNORECASE)


def of(message: Message, check_in: CheckIn, expires_at: datetime) -> str:
    """The address for answers to this message; nothing where no mailbox is read."""
    if not settings.REPLY_MAILBOX:
        return ""
    token = links.issue(
        PURPOSE,
        message.key,
        about=check_in.pk,
        person=message.person,
        expires_at=expires_at,
        now=message.created_at,
    )
    secret = base64.urlsafe_b64decode(f"{token}==")
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
