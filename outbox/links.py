"""Links in mails: 128 bits, of which only the hash is stored."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from django.db.models import Q
from django.utils.crypto import salted_hmac

from outbox.models import LinkToken

LENGTH = 22


class Trouble(StrEnum):
    """Why a link does not open."""

    UNKNOWN = auto()
    EXPIRED = auto()
    REVOKED = auto()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(
    purpose: str,
    key: str,
    *,
    now: datetime,
    expires_at: datetime | None,
    about: int | None = None,
    person: Any = None,
) -> str:
    """The token of the link that `purpose` and `key` name; made when it is not there yet.

    It is derived from the secret key, so that a mail composed twice holds the same link although
    the database holds only a hash. `expires_at` (UTC) None: never.
    """
    secret = salted_hmac("outbox.links", f"{purpose}/{key}", algorithm="sha256").digest()[:16]
    token = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    if not LinkToken.objects.filter(sha256=_digest(token)).exists():
        link = LinkToken(
            sha256=_digest(token),
            purpose=purpose,
            about=about,
            person=person,
            created_at=now,
            expires_at=expires_at,
        )
        # Two may compose at once; the link of either is the same.
        LinkToken.objects.bulk_create(
            [link], update_conflicts=True, unique_fields=["sha256"], update_fields=["sha256"]
        )
    return token


def find(purpose: str, token: str, now: datetime) -> LinkToken | Trouble:
    """The link behind a token, or why it does not open."""
    link = (
        LinkToken.objects.filter(sha256=_digest(token), purpose=purpose)
        .select_related("person")
        .first()
    )
    if link is None:
        return Trouble.UNKNOWN
    if link.revoked_at:
        return Trouble.REVOKED
    if link.expires_at and link.expires_at <= now:
        return Trouble.EXPIRED
    return link


def revoke(purpose: str, *, now: datetime, **about: Any) -> int:
    """Close the links of a purpose that fit the conditions (`about=`, `person=`); how many."""
    return LinkToken.objects.filter(Q(**about), purpose=purpose, revoked_at__isnull=True).update(
        revoked_at=now
    )
