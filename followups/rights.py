"""The right to answer one check-in as one person, without a session.

A cookie carries it for half an hour after the mail's link was opened; the page itself carries it
for a day, so that a POST needs neither cookie nor session, and whoever writes slowly, answers in
two tabs or is signed out meanwhile loses nothing. It is signed and names a check-in, a person and
the mail's link; whether it still stands is asked of the database each time (docs/decisions/0005).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from accounts.models import User
from followups import mails
from followups.models import CheckIn
from outbox.links import Trouble
from outbox.models import LinkToken

COOKIE_SECONDS = 30 * 60
PAGE_SECONDS = 24 * 60 * 60
IN_COOKIE, IN_PAGE = "followups.cookie", "followups.page"


@dataclass(frozen=True)
class Right:
    """To answer `check_in` as `person` (ids). `link`: the mail's, None from a signed-in page."""

    check_in: int
    person: int
    link: int | None = None

    def signed(self, where: str) -> str:
        """The right as text for the cookie or the page."""
        return signing.dumps(astuple(self), salt=where)

    def is_same(self, other: Right | None) -> bool:
        """Do both open the same check-in for the same person?"""
        return other is not None and (self.check_in, self.person) == (other.check_in, other.person)


def read(text: str, where: str, *, seconds: int | None) -> Right | None:
    """The right in a signed text that is at most so old; None when it is older or was altered."""
    try:
        return Right(*signing.loads(text, salt=where, max_age=seconds))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def holder(right: Right, now: datetime) -> tuple[CheckIn, Any] | Trouble:
    """The check-in and its person while the right stands, or why it does not.

    It ends with the mail's link, with the membership and with the account. `now` is UTC.
    """
    if right.link is not None:
        link = LinkToken.objects.filter(pk=right.link, purpose=mails.PURPOSE).first()
        if link is None or link.revoked_at:
            return Trouble.REVOKED
        if link.expires_at and link.expires_at <= now:
            return Trouble.EXPIRED
    check_in = CheckIn.objects.select_related("team__cohort", "round").filter(pk=right.check_in)
    member = User.objects.filter(
        pk=right.person, is_active=True, memberships__team__check_ins=right.check_in
    )
    found, person = check_in.first(), member.first()
    if found is None or person is None:
        return Trouble.REVOKED
    return found, person
