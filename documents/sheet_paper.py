"""A daily sheet in the template's columns: session, milestone, action, by whom, by when."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from actionplans import people, sheet_kinds, sheets
from actionplans.cell_values import TABLES
from actionplans.models import SheetRow
from coalitions.days import in_words
from cohorts.models import Session, Team
from documents import words
from documents.papers import LANGUAGES, Column, Line, Paper, Read

KIND_OF = {"milestone": sheet_kinds.MILESTONE, "action": sheet_kinds.ACTION}
NAMES = [name for name in TABLES[sheets.ROW].cells if name != "position"]


class SheetPaper(Paper):
    """A team's sheet of one day. A column of a kind says the kind on its first line."""

    table = sheets.ROW
    headings = words.SHEET_HEADINGS
    columns = (
        Column("session", lambda: _("Session name"), ("session",), 18, "sessions"),
        Column(
            "milestone",
            lambda: _("Milestone, theme"),
            (sheet_kinds.MILESTONE, "milestone"),
            25,
            sheet_kinds.MILESTONE,
        ),
        Column(
            "action",
            lambda: _("Actions to make progress on B"),
            (sheet_kinds.ACTION, "action"),
            28,
            sheet_kinds.ACTION,
        ),
        Column("by_whom", lambda: _("By whom"), ("by_whom",), 17, "people"),
        Column("by_when", lambda: _("By when"), ("by_when",), 12),
    )

    def __init__(self, page: sheets.Page, offered: list[Session]) -> None:
        """`offered` are the sessions of the day that a row may name."""
        lines = [Line(f"{sheets.ROW}-{r.pk}.{r.version}", fields_of(r), row=r) for r in page.rows]
        super().__init__(page.team, lines)
        self.page, self.offered = page, offered
        named = {str(row.session_id): row.session.title for row in page.rows if row.session}
        self.sessions = named | {str(session.pk): session.title for session in offered}

    @classmethod
    def of(cls, team: Team, day: date) -> SheetPaper:
        """The sheet as it is now; a fixed number of statements. 404 outside the week."""
        page = sheets.open_page(team, sheets.day_of(team, day))
        live = Session.objects.live().filter(cohort=team.cohort_id, day=day)
        return cls(page, list(live.exclude(kind=Session.Kind.BREAK)))

    @property
    def title(self) -> str:
        return _("Daily activity")

    @property
    def subtitle(self) -> str:
        number = (self.page.day - self.team.cohort.starts_on).days + 1
        day = _("Day %(n)s") % {"n": number}
        return f"{self.team.name} · {day} · {in_words(self.page.day, 'weekday date')}"

    @property
    def day(self) -> date:
        return self.page.day

    @property
    def below(self) -> list[tuple[str, str]]:
        return [
            (_("Key takeaways"), self.page.sheet.takeaways),
            (_("Key action items"), self.page.sheet.action_items),
        ]

    def advice(self, column: Column) -> str:
        if column.name in KIND_OF:
            return _("Choose a kind from the list, then write your words after it and a colon.")
        return super().advice(column)

    def choices(self) -> dict[str, list[str]]:
        program = self.team.cohort.program
        kinds = {
            column: [label for _code, label in sheet_kinds.choices(program, column)]
            for column in KIND_OF.values()
        }
        return super().choices() | kinds | {"sessions": [one.title for one in self.offered]}

    def text(self, column: str, fields: dict[str, str], *, spoken: bool = False) -> str:
        text = fields.get(column, "")
        if column == "session":
            return self.sessions.get(text, "")
        if kind := KIND_OF.get(column):
            return "\n".join(filter(None, [self.said(kind, fields.get(kind, "")), text]))
        if column == "by_when" and spoken and text:
            return in_words(date.fromisoformat(text), "short date")
        return text

    def read(self, raw: dict[str, str]) -> Read:
        found = Read({})
        for name in raw.keys() & {"by_whom", "by_when"}:
            found.fields[name] = raw[name]
        if day := words.read_day(" ".join(raw.get("by_when", "").split())):
            found.fields["by_when"] = day.isoformat()
        for name in raw.keys() & KIND_OF.keys():
            kind, text = self._kind_in(KIND_OF[name], raw[name])
            found.fields |= {KIND_OF[name]: kind, name: text}
        if "session" in raw:
            found.fields["session"] = self._session(raw["session"], found)
        return found

    def _session(self, text: str, found: Read) -> str:
        titles = {words.plain(title): pk for pk, title in reversed(self.sessions.items())}
        if text and words.plain(text) not in titles:
            found.told.append(
                _("no session of this day is called %(words)s, so it names none.") % {"words": text}
            )
        return titles.get(words.plain(text), "")

    def _kind_in(self, column: str, text: str) -> tuple[str, str]:
        """The code of the kind with which a text begins, and the rest."""
        kinds = sheet_kinds.kinds_of(self.team.cohort.program, column)
        codes = {people.key(k.label_in(code)): k.code for k in kinds for code in LANGUAGES}
        for sign in ("\n", ":"):
            first, _sign, rest = text.partition(sign)
            if code := codes.get(people.key(first)):
                return code, rest.strip()
        return "", text

    def identity(self, fields: dict[str, str]) -> tuple[str, ...]:
        return tuple(people.key(fields.get(name, "")) for name in (*KIND_OF, *KIND_OF.values()))

    def said(self, name: str, text: str) -> str:
        if name == "session":
            return self.sessions.get(text, text)
        program = self.team.cohort.program
        return sheet_kinds.label(program, name, text) if name in KIND_OF.values() else text


def fields_of(row: SheetRow) -> dict[str, str]:
    """The canonical texts of a row."""
    return {name: TABLES[sheets.ROW].cells[name].text_of(row) for name in NAMES}
