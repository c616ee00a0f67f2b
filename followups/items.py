"""What a mail of the year tells of one thing; each module says it of its own kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outbox.models import Message


@dataclass(frozen=True)
class Item:
    """What a mail says of one thing: whom it is about, its title, its words, and where it leads.

    `path` is on our site. `parts` are headings with lines under each, after the words.
    """

    about: str
    title: str
    body: str
    label: str
    path: str
    note: str = ""
    parts: Sequence[tuple[str, Sequence[str]]] = ()

    @property
    def paragraphs(self) -> list[str]:
        return [part.strip() for part in self.body.split("\n\n") if part.strip()]


type ItemOf = Callable[[Message], Item]
_items: dict[str, ItemOf] = {}


def says(*kinds: str) -> Callable[[ItemOf], ItemOf]:
    """Let a function say what the family's mail tells of messages of these kinds."""

    def register(item_of: ItemOf) -> ItemOf:
        _items.update(dict.fromkeys(kinds, item_of))
        return item_of

    return register


def said_of(message: Message) -> Item | None:
    """What is told of the message; None where no function was let say it."""
    item_of = _items.get(message.kind)
    return item_of(message) if item_of else None
