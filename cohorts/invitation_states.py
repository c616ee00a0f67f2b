"""How far an invitation has come, in words for those who sent it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cohorts.invitations import KIND
from cohorts.models import Membership
from outbox.models import Message


class State(StrEnum):
    """From the one that needs a hand most to the one that needs none."""

    FAILED = auto()
    NOT_SENT = auto()
    RUN_OUT = auto()
    SENT = auto()
    OPENED = auto()
    QUEUED = auto()
    JOINED = auto()


LOOKS = {State.FAILED: "bad", State.RUN_OUT: "warn", State.OPENED: "good", State.JOINED: "good"}
WAITS = {Message.State.QUEUED, Message.State.CLAIMED, Message.State.UNKNOWN}
REFUSED_FOR_GOOD = "refused for good"


@dataclass(frozen=True)
class Standing:
    """Where one membership stands; `at` is when it came to that, `mail` its latest invitation."""

    membership: Membership
    state: State
    at: datetime | None
    mail: Message | None

    @property
    def label(self) -> str:
        return {
            State.FAILED: _("failed"),
            State.NOT_SENT: _("not sent yet"),
            State.RUN_OUT: _("link has run out"),
            State.SENT: _("sent"),
            State.OPENED: _("link opened"),
            State.QUEUED: _("waits to be sent"),
            State.JOINED: _("joined"),
        }[self.state]

    @property
    def looks(self) -> str:
        return LOOKS.get(self.state, "")

    @property
    def is_refused(self) -> bool:
        """Will mail to this address be refused again?"""
        if self.state != State.FAILED or self.mail is None:
            return False
        return self.mail.state == Message.State.SUPPRESSED or self.mail.reason == REFUSED_FOR_GOOD

    @property
    def why(self) -> str:
        """Why it failed, in a sentence; empty where it did not."""
        if self.state != State.FAILED or self.mail is None:
            return ""
        if self.mail.state == Message.State.SUPPRESSED:
            return _("Mail to this address was refused before. Correct the address.")
        if self.mail.reason == REFUSED_FOR_GOOD:
            return _("There is no such mailbox. Correct the address.")
        if self.mail.smtp_code and self.mail.smtp_code >= 500:
            return _("The mail server refused it each time.")
        if self.mail.handed_over_at:
            return _("Nobody knows whether it arrived.")
        return _("No mail server took it in time.")

    @property
    def answer(self) -> str:
        """What the mail server said, where it refused."""
        return self.mail.error if self.mail and self.why else ""


def standings(memberships: QuerySet[Membership], now: datetime) -> list[Standing]:
    """Where each of them stands, in their order; in two statements."""
    about = memberships.order_by().values("pk")
    mails = Message.objects.filter(kind=KIND, about__in=about).order_by("pk")
    latest = {mail.about: mail for mail in mails.defer("context")}
    return [
        _standing(membership, latest.get(membership.pk), now)
        for membership in memberships.select_related("user", "team")
    ]


def neediest_first(found: list[Standing]) -> list[Standing]:
    """Those that need a hand first."""
    order = list(State)
    return sorted(found, key=lambda standing: order.index(standing.state))


def counts(found: list[Standing]) -> Counter[str]:
    """How many stand where."""
    return Counter(standing.state.value for standing in found)


def _standing(membership: Membership, mail: Message | None, now: datetime) -> Standing:
    if membership.joined_at:
        return Standing(membership, State.JOINED, membership.joined_at, mail)
    if mail is None or mail.state == Message.State.CANCELLED:
        return Standing(membership, State.NOT_SENT, None, mail)
    if mail.state in WAITS:
        return Standing(membership, State.QUEUED, mail.created_at, mail)
    if mail.state != Message.State.SENT:
        return Standing(membership, State.FAILED, mail.created_at, mail)
    if mail.expires_at <= now:
        return Standing(membership, State.RUN_OUT, mail.expires_at, mail)
    if membership.opened_at:
        return Standing(membership, State.OPENED, membership.opened_at, mail)
    return Standing(membership, State.SENT, mail.sent_at, mail)
