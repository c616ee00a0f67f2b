"""What kinds of mail there are. Apps register theirs; the outbox knows none of them by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from outbox.models import Message

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `kind` is its type, such as `application/pdf`."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Content:
    """A composed mail. `headers` are added as they are.

    Attachments are made with the mail, when it is handed over: no row keeps them.
    """

    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


def _always(now: datetime) -> Q:
    return Q()


def _at_once(message: Message, now: datetime) -> datetime:
    return now


@dataclass(frozen=True)
class Kind:
    """A kind of mail.

    `compose` makes the text when the mail is handed over, in the message's language (active then).
    `owed` is a condition on Message, usable in a query and in an update: is the mail still wanted?
    It is built once, so a `now` in it is a place in the statement and not a moment to compute with.
    `opens` gives the earliest decent moment (UTC) that is not before `now`.
    `free`: what `opens` says of the mails its reader got lately, as a condition like `owed`. It is
    asked while no other mail can be handed to them; where there is none, `opens` is asked then.
    `resend_unknown`: send once more when nobody knows whether the first copy arrived.
    `asked_for`: the reader asked for it just now (a sign-in code), so it goes even to an address
    that once refused mail for good; being taken lifts that.
    `together`: makes one mail of several messages to one person. Kinds with the same one go
    together, when the moment of each has come.
    `label` is what people call it, on the operations page.
    `gather` looks up at once what a chunk of these mails needs, and leaves it on them.
    """

    name: str
    compose: Callable[[Message], Content]
    owed: Callable[[datetime], Q] = _always
    opens: Callable[[Message, datetime], datetime] = _at_once
    free: Callable[[datetime], Q] | None = None
    resend_unknown: bool = True
    asked_for: bool = False
    together: Callable[[Sequence[Message]], Content] | None = None
    label: StrOrPromise = ""
    gather: Callable[[Sequence[Message]], None] | None = None

    @property
    def keeps_hours(self) -> bool:
        """Does its moment hang on the reader's day, and on what else they got?"""
        return self.opens is not _at_once


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called from an app's `ready`."""
    _kinds[kind.name] = kind


def kind_of(message: Message) -> Kind:
    """The kind of a message. Raises KeyError when no app registered it."""
    return _kinds[message.kind]


def label_of(message: Message) -> str:
    """What people call such a mail; its name in the code when no app knows it any more."""
    kind = _kinds.get(message.kind)
    return str(kind.label) if kind and kind.label else message.kind


def precedence(message: Message) -> tuple[bool, bool, int]:
    """Sorts the messages of one mail. The first lends it its Message-ID and counts as sent for all.

    So it is one after which its reader rests, and of these one that goes once more after a doubt.
    """
    kind = _kinds.get(message.kind)
    rests = kind is not None and kind.free is not None
    return not rests, not resends_unknown(message), message.pk


def resends_unknown(message: Message) -> bool:
    """Does the message go once more after a doubt? Not when no app knows its kind any more."""
    kind = _kinds.get(message.kind)
    return kind is not None and kind.resend_unknown


def goes_anyway(message: Message) -> bool:
    """Does the message go even to a suppressed address?"""
    kind = _kinds.get(message.kind)
    return kind is not None and kind.asked_for


def names_together(message: Message) -> list[str]:
    """The names of the kinds that go in one mail with the message's; none when it goes alone."""
    kind = _kinds.get(message.kind)
    if kind is None or kind.together is None:
        return []
    return [other.name for other in _kinds.values() if other.together == kind.together]


def go_together(message: Message, other: Message) -> bool:
    """Are both to be one mail?"""
    return (
        message.person_id is not None
        and (message.person_id, message.address) == (other.person_id, other.address)
        and other.kind in names_together(message)
    )


def names_asked_for() -> list[str]:
    """The names of the kinds that readers ask for themselves."""
    return [kind.name for kind in _kinds.values() if kind.asked_for]
