"""What bringing a file in would do: each of its rows beside the row it is, cell by cell.

A row of our own files bears a key with the version that it was made of. The ledger tells what its
cells said then, so what the file's author changed is known apart from what changed here meanwhile:
where both did, it is a conflict. A row without a key is known by its own words; what both the file
and we say differently is a conflict too, and an empty cell of the file says nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _

from actionplans import people
from actionplans.cell_values import TABLES, rows_of
from actionplans.invalid import Invalid
from actionplans.ledger import as_of
from actionplans.plans import MILESTONE
from documents.papers import Line, Paper
from documents.reading import FileLine
from documents.texts import as_read

NEW, CHANGED, UNCHANGED, CONFLICT, PROBLEM = "new", "changed", "unchanged", "conflict", "problem"
STATES = (NEW, CHANGED, UNCHANGED, CONFLICT, PROBLEM)
# What a row without a key is known by: another spelling of it is not another text.
BY_WORDS = {"title", "text", "milestone", "action"}
KEY = re.compile(r"([a-z]+)-(\d{1,18})\.(\d{1,9})")


@dataclass(frozen=True)
class Difference:
    """A cell of which the file says something else: what we have (`seen`), and the file (`value`).

    The `title` of an activity is the milestone it goes under; that of a milestone its name.
    """

    table: str
    field: str
    label: str
    seen: str
    value: str
    here: str
    there: str


@dataclass
class Entry:
    """A row of the file and what becomes of it: `changes` come in, `clashes` by one's choice."""

    line: FileLine
    fields: dict[str, str] = field(default_factory=dict)
    state: str = UNCHANGED
    table: str = ""
    row: Any = None
    was_removed: bool = False
    changes: list[Difference] = field(default_factory=list)
    clashes: list[Difference] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    n: int = 0

    @property
    def state_label(self) -> str:
        return {
            NEW: _("new"),
            CHANGED: _("changed"),
            UNCHANGED: _("unchanged"),
            CONFLICT: _("changed here too"),
            PROBLEM: _("problem"),
        }[self.state]

    @property
    def said(self) -> list[str]:
        """What the file says in this row, what is to be done first."""
        first = [self.line.raw.get(name, "") for name in ("text", "action", "milestone", "session")]
        return [text for text in first if text] or [text for text in self.line.raw.values() if text]

    @property
    def what_stands(self) -> str:
        """Other whenever one would choose anew: what clashes, and what it clashes with."""
        told = [(one.field, one.seen, one.value) for one in self.clashes]
        return f"{crc32(repr((self.row.pk, self.was_removed, told)).encode()):08x}"

    def settle(self) -> None:
        """Take the state from what was found."""
        if self.state in {UNCHANGED, CHANGED} and (self.changes or self.clashes):
            self.state = CONFLICT if self.clashes else CHANGED


class Known:
    """The rows of a paper, and what the keys of a file say of them."""

    def __init__(self, paper: Paper, lines: list[FileLine]) -> None:
        self.paper = paper
        self.living = {(line.row._meta.model_name, line.row.pk): line for line in paper.lines}
        self.by_words: dict[tuple[str, ...], list[Line]] = defaultdict(list)
        for line in paper.lines:
            self.by_words[paper.identity(line.fields)].append(line)
        self.titles = {people.key(line.fields.get("title", "")) for line in paper.lines}
        self.taken: set[tuple[str, int]] = set()
        keys = [keys_of(line) for line in lines]
        versions: dict[str, dict[int, int]] = defaultdict(dict)
        for found in keys:
            for table, (pk, version) in found.items():
                if table in {paper.table, MILESTONE}:
                    versions[table].setdefault(pk, version)
        self.then = {table: as_of(paper.team, table, of) for table, of in versions.items()}
        away = versions[paper.table].keys() - {
            pk for table, pk in self.living if table == paper.table
        }
        removed = rows_of(paper.team, paper.table).filter(pk__in=away, removed_at__isnull=False)
        named = [c.field for c in TABLES[paper.table].cells.values() if c.control == "people"]
        self.removed = {row.pk: row for row in removed.prefetch_related(*named)}

    def base(self, table: str, found: dict[str, tuple[int, int]]) -> dict[str, str] | None:
        """What the row of a file said when the file was made; None where nobody knows."""
        then = self.then.get(table, {}).get(found.get(table, (0, 0))[0])
        if then is None or table == MILESTONE or MILESTONE not in found:
            return then
        above = self.then[MILESTONE].get(found[MILESTONE][0])
        return then | {"title": above["title"]} if above else None


def keys_of(line: FileLine) -> dict[str, tuple[int, int]]:
    """The id and version of each row that a line's key names, by table."""
    return {table: (int(pk), int(version)) for table, pk, version in KEY.findall(line.key)}


def entries(paper: Paper, lines: list[FileLine]) -> list[Entry]:
    """What each line would do, in a fixed number of statements."""
    known = Known(paper, lines)
    # Rows with a key come first: what they are cannot be claimed by another's words.
    ordered = sorted(enumerate(lines), key=lambda at: not at[1].key)
    found = {n: _entry(known, line) for n, line in ordered}
    _rename(known, found)
    for n, entry in found.items():
        entry.n = n
        entry.settle()
    return [found[n] for n in sorted(found)]


def _entry(known: Known, line: FileLine) -> Entry:
    entry = Entry(line, table=known.paper.table)
    if line.problem:
        entry.state = PROBLEM
        entry.told.append(line.problem)
        return entry
    keys = keys_of(line)
    table = known.paper.table if known.paper.table in keys else next(iter(keys), "")
    if (table, keys.get(table, (0, 0))[0]) in known.taken:
        keys, table = {}, ""
    base = known.base(table, keys)
    try:
        _understand(known.paper, entry, base)
    except Invalid as refused:
        entry.state = PROBLEM
        entry.told.append(refused.sentence)
        return entry
    pk = keys.get(table, (0, 0))[0]
    if here := known.living.get((table, pk)):
        _compare(known, entry, here, base)
    elif table == known.paper.table and pk in known.removed:
        _compare_removed(known, entry, known.removed[pk], base)
    elif here := _by_words(known, entry):
        _compare(known, entry, here, None)
    elif not _is_there(known, entry):
        entry.state = NEW
    return entry


def _is_there(known: Known, entry: Entry) -> bool:
    """Is it but a milestone that has activities here?"""
    title = people.key(entry.fields.get("title", ""))
    return "title" in entry.fields and not entry.fields.get("text") and title in known.titles


def _understand(paper: Paper, entry: Entry, base: dict[str, str] | None) -> None:
    """The fields of a line; what our own file said means what it meant. Raises Invalid."""
    raw = dict(entry.line.raw)
    untouched: dict[str, str] = {}
    for column in paper.columns:
        if base is not None and column.name in raw:
            then = {name: base[name] for name in column.fields if name in base}
            if then and as_read(raw[column.name]) in map(as_read, paper.texts(column.name, then)):
                untouched |= then
                raw.pop(column.name)
    read = paper.read(raw)
    entry.told += read.told
    fields = {name: text for name, text in read.fields.items() if name not in untouched}
    if "comments" in fields and "comments" in untouched:
        # A part of another column went to comments that the file did not change.
        fields["comments"] = f"{untouched['comments']}\n{fields['comments']}".strip()
    entry.fields = untouched | {name: checked(paper, name, text) for name, text in fields.items()}


def checked(paper: Paper, name: str, text: str) -> str:
    """The canonical text of a field, if it can stand there. Raises Invalid."""
    text = paper.canonical(name, text)
    cells = TABLES[MILESTONE if name == "title" else paper.table].cells
    if cells[name].control != "people" and name != "session":
        cells[name].parse(text, paper.team, None)
    return text


def _by_words(known: Known, entry: Entry) -> Line | None:
    """The first row that says the same and is not another line's yet."""
    for line in known.by_words.get(known.paper.identity(entry.fields), ()):
        if (line.row._meta.model_name, line.row.pk) not in known.taken:
            return line
    return None


def _compare(known: Known, entry: Entry, here: Line, base: dict[str, str] | None) -> None:
    entry.row, entry.table = here.row, here.row._meta.model_name
    known.taken.add((entry.table, here.row.pk))
    for name, value in entry.fields.items():
        seen = here.fields.get(name, "")
        if value == seen or name not in here.fields:
            continue
        if base is None:
            is_clash = seen not in {"", "not_started"}
            same_words = name in BY_WORDS and people.key(value) == people.key(seen)
            if not value or same_words:
                continue
        else:
            if value == base.get(name, ""):
                continue
            is_clash = seen != base.get(name, "")
        difference = _difference(known.paper, entry.table, name, seen, value)
        (entry.clashes if is_clash else entry.changes).append(difference)


def _compare_removed(known: Known, entry: Entry, row: Any, base: dict[str, str] | None) -> None:
    """A row that was taken away here: of interest only if the file says something new."""
    entry.row, entry.was_removed = row, True
    known.taken.add((entry.table, row.pk))
    entry.told.append(_("This row was removed here meanwhile."))
    for name, value in entry.fields.items():
        if name in TABLES[entry.table].cells and base is not None and value != base.get(name, ""):
            seen = TABLES[entry.table].cells[name].text_of(row)
            entry.clashes.append(_difference(known.paper, entry.table, name, seen, value))


def _difference(paper: Paper, table: str, name: str, seen: str, value: str) -> Difference:
    here, there = paper.said(name, seen), paper.said(name, value)
    return Difference(table, name, paper.label(name), seen, value, here, there)


def _rename(known: Known, found: dict[int, Entry]) -> None:
    """Where the file calls a milestone otherwise in all of its rows, it is renamed, not left."""
    rows: dict[int, list[Entry]] = defaultdict(list)
    for n in sorted(found):
        if above := keys_of(found[n].line).get(MILESTONE):
            rows[above[0]].append(found[n])
    for pk, entries_of in rows.items():
        titles = {entry.fields.get("title", "") for entry in entries_of}
        moves = [one for entry in entries_of for one in _moves(entry)]
        stayed = all(
            entry.row and getattr(entry.row, "milestone_id", None) == pk for entry in entries_of
        )
        if len(titles) > 1 or not moves or not stayed or people.key(*titles) in known.titles:
            continue
        for entry in entries_of:
            is_clash = any(one in moves for one in entry.clashes)
            entry.changes = [one for one in entry.changes if one not in moves]
            entry.clashes = [one for one in entry.clashes if one not in moves]
        renamed = replace(moves[0], table=MILESTONE)
        (entries_of[0].clashes if is_clash else entries_of[0].changes).append(renamed)


def _moves(entry: Entry) -> list[Difference]:
    both = entry.changes + entry.clashes
    return [one for one in both if one.field == "title" and one.table != MILESTONE]
