"""Reading a list of people to invite, as it is typed or pasted: one person a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cohorts.fields import AddressField, apart, tidy

LONGEST_NAME = 300
MOST_AT_ONCE = 100
LINE_END = re.compile(r"\r\n|\r|\n")
WORD_END = re.compile(r'[\s,;<>"]+')
ROUND_AN_ADDRESS = "()[]'.:"


@dataclass(frozen=True)
class Guest:
    """Someone to invite: an e-mail address and, where told, a name."""

    email: str
    name: str = ""
    language: str = ""


def read_guests(text: str) -> list[Guest]:
    """The people of a list, each once, in its order.

    A line is “Amara Kollie <amara@example.org>”, or name and address in any order, or the address
    alone. Raises ValidationError that names each line it cannot read, by number: then nobody of
    the list is invited, and nothing of it is lost without a word.
    """
    guests: dict[str, Guest] = {}
    errors = []
    for number, line in enumerate(LINE_END.split(text), start=1):
        if not tidy(line):
            continue
        try:
            guest = _read_line(line)
            guests[guest.email] = _same(guests.get(guest.email, guest), guest)
        except ValidationError as error:
            about = {"number": number, "line": apart(tidy(line)[:60]), "why": error.messages[0]}
            errors.append(_("Line %(number)d, “%(line)s”: %(why)s") % about)
    if errors:
        raise ValidationError(errors)
    if len(guests) > MOST_AT_ONCE:
        raise ValidationError(
            _("These are %(count)d people; invite up to %(most)d at once.")
            % {"count": len(guests), "most": MOST_AT_ONCE}
        )
    return list(guests.values())


def _read_line(line: str) -> Guest:
    words = {word for word in WORD_END.split(line) if "@" in word}
    addresses = {_address(word) for word in words}
    if not addresses:
        raise ValidationError(_("there is no e-mail address."))
    if len(addresses) > 1:
        raise ValidationError(_("there is more than one address. One person a line, please."))
    for word in sorted(words, key=len, reverse=True):
        line = line.replace(word, " ")
    name = tidy(re.sub(r'[<>"]', " ", line)).strip(" ,;")
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("the name is longer than %(most)d letters.") % {"most": LONGEST_NAME}
        )
    return Guest(addresses.pop(), name)


def _address(word: str) -> str:
    bare = tidy(word).strip(ROUND_AN_ADDRESS)
    try:
        return AddressField().clean(bare.removeprefix("mailto:"))
    except ValidationError as error:
        raise ValidationError(_("we cannot read the e-mail address.")) from error


def _same(first: Guest, again: Guest) -> Guest:
    """One person from two lines with one address."""
    if first.name and again.name and first.name.casefold() != again.name.casefold():
        raise ValidationError(
            _("this address stands above with another name, %(name)s.")
            % {"name": apart(first.name)}
        )
    return first if first.name else again
