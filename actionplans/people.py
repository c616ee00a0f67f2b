"""The people a cell names: typed as text, kept as persons of the team.

Names stand apart by `;` or `,` (also in Arabic) or a new line. Whoever the team does not know yet
is added as an outsider.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from actionplans.invalid import Invalid
from cohorts.models import Person, Team

SEPARATOR = re.compile(r"([;,،؛\n])")
LONGEST_NAME = 300
MOST_PEOPLE = 50
# Marks that turn round the direction of what follows them: no name needs them, and in a line of
# names they would turn round the neighbours.
TURNERS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def tidy(name: str) -> str:
    """The name as we keep it: no control characters, single spaces."""
    plain = unicodedata.normalize("NFC", name).translate(TURNERS)
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in plain).split())


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """What two spellings of one name share: capitals, spaces and invisible marks do not count."""
    visible = (c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")
    return " ".join("".join(visible).casefold().split())


def joined(people: Iterable[Person]) -> str:
    """The canonical text of a cell that names `people`."""
    return "; ".join(person.name for person in sorted(people, key=lambda p: (p.name, p.pk)))


def joined_names(named: Iterable[Person | str]) -> str:
    """The text a cell would have that names whom `read_names` found."""
    return "; ".join(sorted(str(one) for one in named))


def read_names(text: str, known: Iterable[Person]) -> list[Person | str]:
    """Whom `text` names, each once: persons of `known`, and the names of the others.

    A known name may itself hold a separator (“Kamara, J.”), so the longest known name is taken
    first. Raises Invalid for too many or too long names.
    """
    by_key = {key(person.name): person for person in known}
    parts = SEPARATOR.split(text)
    if len(parts) > 2 * MOST_PEOPLE:
        raise Invalid(_("These are too many people for one cell."))
    found: dict[str, Person | str] = {}
    at = 0
    while at < len(parts):
        for end in range(len(parts), at, -2):
            this = key("".join(parts[at:end]))
            if this in by_key:
                found[this] = by_key[this]
                break
        else:
            end = at + 1
            # Something that nobody could see is no name.
            if key(parts[at]) and tidy(parts[at]):
                found.setdefault(key(parts[at]), _new_name(parts[at]))
        at = end + 1
    return list(found.values())


def _new_name(typed: str) -> str:
    name = tidy(typed)
    if len(name) > LONGEST_NAME:
        raise Invalid(
            _("A name can have up to %(most)d letters. Put names apart with a semicolon."),
            params={"most": LONGEST_NAME},
        )
    return name


def persons(team: Team, names: Collection[Person | str]) -> list[Person]:
    """The persons for what `read_names` found; new names become outsiders of the team."""
    known = [name for name in names if isinstance(name, Person)]
    # In one order, so that two who add the same names wait for each other only one way round.
    new = sorted(name for name in names if isinstance(name, str))
    if not new:
        return known
    try:
        with transaction.atomic():
            return known + Person.objects.bulk_create(Person(team=team, name=n) for n in new)
    except IntegrityError:
        return known + [_outsider(team, name) for name in new]


def _outsider(team: Team, name: str) -> Person:
    """Add an outsider; when someone else adds the same name at the same moment, theirs is it."""
    try:
        with transaction.atomic():
            return Person.objects.create(team=team, name=name)
    except IntegrityError:
        same = Person.objects.annotate(small=Lower("name")).filter(small=Lower(Value(name)))
        return same.get(team=team)
