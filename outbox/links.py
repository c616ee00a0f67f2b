"""Links in mails: 128 bits, of which only the hash is stored."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from functools import cached_property
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


@dataclass(frozen=True)
class Link:
    """The link that `purpose` and `key` name. Times are UTC; `expires_at` None: never."""

    purpose: str
    key: str
    now: datetime
    expires_at: datetime | None
    about: int | None = None
    person: Any = None

    @cached_property
    def token(self) -> str:
        """What stands in the mail, once it is issued.

        It is derived from the secret key, so that a mail composed twice holds the same link
        although the database holds only a hash.
        """
        named = f"{self.purpose}/{self.key}"
        secret = salted_hmac("outbox.links", named, algorithm="sha256").digest()[:16]
        return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def issue_all(wanted: Iterable[Link]) -> None:
    """Let these links open; those that are there already stay as they are."""
    links = {_digest(link.token): link for link in wanted}
    there = LinkToken.objects.filter(sha256__in=links).values_list("sha256", flat=True)
    for sha256 in set(there):
        del links[sha256]
    if not links:
        return
    # Two may compose at once; the link of either is the same.
    LinkToken.objects.bulk_create(
        [
            LinkToken(
                sha256=sha256,
                purpose=link.purpose,
                about=link.about,
                person=link.person,
                created_at=link.now,
                expires_at=link.expires_at,
            )
            for sha256, link in links.items()
        ],
        update_conflicts=True,
        unique_fields=["sha256"],
        update_fields=["sha256"],
    )


def issue(
    purpose: str,
    key: str,
    *,
    now: datetime,
    expires_at: datetime | None,
    about: int | None = None,
    person: Any = None,
) -> str:
    """The token of one link; made when it is not there yet."""
    link = Link(purpose, key, now, expires_at, about, person)
    issue_all([link])
    return link.token


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
