"""What pasted text means: the columns of a table on screen, as cells of its rows.

A column may show two cells, as the kind and the words of an action, or the two dates of a
timeframe. A text that means nothing special stands as it is, and the cell says why it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from actionplans import people, said_dates, sheet_kinds
from actionplans.invalid import Invalid
from actionplans.models import Activity, Edit
from cohorts.models import Session, Team

type Texts = dict[str, str]
BETWEEN_DAYS = re.compile(r"\s+[–—-]\s+")


@dataclass(frozen=True)
class Pasting:
    """Into which table of whose, and when; `sessions` are the day's, for a sheet."""

    team: Team
    table: str
    now: datetime
    sessions: list[Session]

    def cells(self, column: str, text: str) -> Texts:
        """The texts of the cells that `column` shows, for what was pasted into it."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        read: Callable[[str], Texts] | None = {
            (Edit.Table.SHEET_ROW, "session"): self._session,
            (Edit.Table.SHEET_ROW, "milestone"): self._milestone,
            (Edit.Table.SHEET_ROW, "action"): self._action,
            (Edit.Table.ACTIVITY, "due_on"): self._timeframe,
            (Edit.Table.ACTIVITY, "status"): self._status,
        }.get((Edit.Table(self.table), column))
        return read(text) if read else {column: text}

    def _session(self, text: str) -> Texts:
        wanted = people.key(text)
        same = (str(s.pk) for s in self.sessions if people.key(s.title) == wanted)
        return {"session": next(same, text)}

    def _milestone(self, text: str) -> Texts:
        return self._kind_and_words(sheet_kinds.MILESTONE, "milestone", text)

    def _action(self, text: str) -> Texts:
        return self._kind_and_words(sheet_kinds.ACTION, "action", text)

    def _kind_and_words(self, column: str, field: str, text: str) -> Texts:
        """A cell shows its kind on a line of its own, above its words."""
        first, _line, rest = text.partition("\n")
        code = self._kinds[column].get(people.key(first)) if first else None
        if code:
            return {column: code, field: rest.strip()}
        return {field: text} if text else {column: "", field: ""}

    @cached_property
    def _kinds(self) -> dict[str, dict[str, str]]:
        """The code of each kind of each column, by all its names."""
        return {
            column: {
                people.key(kind.label_in(language)): kind.code
                for kind in sheet_kinds.kinds_of(self.team.cohort.program, column)
                for language in sheet_kinds.LANGUAGES
            }
            for column in sheet_kinds.SEEDS
        }

    def _status(self, text: str) -> Texts:
        wanted = people.key(text)
        same = (code for code, label in Activity.Status.choices if people.key(str(label)) == wanted)
        return {"status": next(same, text)}

    def _timeframe(self, text: str) -> Texts:
        """One day, or two with a dash between; other words stay words, as in a workbook."""
        if not text:
            return {"starts_on": "", "due_on": "", "timeframe_note": ""}
        by = _("by %(day)s") % {"day": "\n"}
        before, after = by.split("\n")
        whole = text.removeprefix(before).removesuffix(after) if text.startswith(before) else text
        if day := self._day(whole):
            return {"due_on": day}
        first, *last = BETWEEN_DAYS.split(text)
        days = [self._day(first), self._day(" ".join(last))]
        if len(last) == 1 and all(days):
            return {"starts_on": days[0], "due_on": days[1]}
        return {"timeframe_note": text}

    def _day(self, text: str) -> str:
        try:
            today = self.now.astimezone(self.team.zone).date()
            return said_dates.read(text, today).isoformat()
        except Invalid:
            return ""
