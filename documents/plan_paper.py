"""The action plan in the template's columns: milestone, activities, R, A, timeframe, comments."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from actionplans import people, plans
from actionplans.baseline import PaperActivity, on_paper
from actionplans.cell_values import TABLES
from actionplans.models import Activity, Baseline, Edit
from actionplans.plans import ACTIVITY, MILESTONE
from coalitions.days import in_words
from cohorts.models import Team
from documents import words
from documents.papers import UNTITLED, Column, Line, Paper, Read

LONGEST_NAME = 120
TIMEFRAME = ("starts_on", "due_on", "timeframe_note")


class PlanPaper(Paper):
    """A team's plan. A line's `title` is its milestone's; a milestone without activities is one."""

    table = ACTIVITY
    headings = words.PLAN_HEADINGS
    columns = (
        Column("milestone", lambda: _("Milestone"), ("title",), 18, "milestones"),
        Column("text", lambda: _("Activities"), ("text",), 25),
        Column("responsible", lambda: _("R"), ("responsible",), 13, "people"),
        Column("accountable", lambda: _("A"), ("accountable",), 11, "people"),
        Column("timeframe", lambda: _("Timeframe"), TIMEFRAME, 13),
        Column("comments", lambda: _("Comments, resources"), ("comments",), 20),
    )

    @classmethod
    def of(cls, team: Team) -> PlanPaper:
        """The plan as it is now; a fixed number of statements."""
        lines = []
        for group in plans.groups(team):
            key = f"{MILESTONE}-{group.milestone.pk}.{group.milestone.version}"
            title = {"title": group.milestone.title}
            lines += [
                Line(
                    f"{ACTIVITY}-{activity.pk}.{activity.version} {key}",
                    title | fields_of(activity),
                    row=activity,
                    opens=activity is group.activities[0],
                )
                for activity in group.activities
            ] or [Line(key, title, row=group.milestone)]
        return cls(team, lines)

    @classmethod
    def signed(cls, team: Team, baseline: Baseline) -> PlanPaper:
        """The plan as a baseline keeps it, and who signed it when by the team's clock."""
        lines = []
        for title, activities in on_paper(baseline.content):
            lines += [
                Line("", {"title": title} | _kept(one), opens=one is activities[0])
                for one in activities
            ] or [Line("", {"title": title})]
        paper = cls(team, lines)
        when = in_words(baseline.signed_at.astimezone(team.zone), "date time")
        told = {"when": when, "name": baseline.signed_by or "–"}
        paper.remark = _("Signed off on %(when)s by %(name)s.") % told
        return paper

    @property
    def title(self) -> str:
        return _("Action plan")

    def choices(self) -> dict[str, list[str]]:
        titles = dict.fromkeys(line.fields["title"] for line in self.lines)
        return super().choices() | {"milestones": [title for title in titles if title]}

    def column_choices(self) -> list[tuple[str, str]]:
        full = {"responsible": _("R – responsible"), "accountable": _("A – accountable")}
        choices = [(name, full.get(name, heading)) for name, heading in super().column_choices()]
        return [*choices, ("is_done", _("a tick: it is done"))]

    def text(self, column: str, fields: dict[str, str], *, spoken: bool = False) -> str:
        if column == "milestone":
            return fields["title"] or UNTITLED
        if column == "timeframe":
            return _spoken(fields) if spoken else _written(fields)
        return fields.get(column, "")

    def read(self, raw: dict[str, str]) -> Read:
        found = Read({"title": _title(raw.get("milestone", ""))})
        for name in ("text", "comments"):
            if name in raw:
                found.fields[name] = raw[name]
        for name in ("responsible", "accountable"):
            if name in raw:
                self._read_people(name, raw[name], found)
        if "timeframe" in raw:
            found.fields |= dict.fromkeys(TIMEFRAME, "") | words.read_timeframe(raw["timeframe"])
            if words.looks_like_day(found.fields["timeframe_note"]):
                found.told.append(
                    _(
                        "we cannot tell which day %(words)s is, so it stays as words. "
                        "Write it as year-month-day, like 2027-03-31."
                    )
                    % {"words": found.fields["timeframe_note"]}
                )
        if words.means_yes(raw.get("is_done", "")):
            found.fields["status"] = Activity.Status.DONE
        return found

    def _read_people(self, name: str, text: str, found: Read) -> None:
        """What is too long to be a name, or a second A, goes to the comments."""
        known = {people.key(person.name) for person in self.people}
        named, prose = names_in(text, known)
        if name == "accountable":
            named, prose = named[:1], named[1:] + prose
        found.fields[name] = "; ".join(named)
        if prose:
            letter = name[0].upper()
            comments = [found.fields.get("comments", ""), f"{letter}: {'; '.join(prose)}"]
            found.fields["comments"] = "\n".join(filter(None, comments))
            found.told.append(_("a part of %(column)s went to the comments.") % {"column": letter})

    def identity(self, fields: dict[str, str]) -> tuple[str, ...]:
        return people.key(fields["title"]), people.key(fields.get("text", ""))

    def canonical(self, name: str, text: str) -> str:
        if name == "title":
            return TABLES[MILESTONE].cells["title"].tidy(text)
        return super().canonical(name, text)

    def label(self, name: str) -> str:
        return TABLES[MILESTONE].label("title") if name == "title" else super().label(name)

    def said(self, name: str, text: str) -> str:
        return str(Activity.Status(text).label) if name == "status" else text


def fields_of(activity: Activity) -> dict[str, str]:
    """The canonical texts of an activity that stand on paper or may come from a file."""
    names = ("text", "responsible", "accountable", *TIMEFRAME, "comments", "status")
    return {name: TABLES[ACTIVITY].cells[name].text_of(activity) for name in names}


def _kept(activity: PaperActivity) -> dict[str, str]:
    return {
        "text": activity.text,
        "responsible": "; ".join(activity.responsible),
        "accountable": activity.accountable,
        "starts_on": activity.starts_on.isoformat() if activity.starts_on else "",
        "due_on": activity.due_on.isoformat() if activity.due_on else "",
        "timeframe_note": activity.timeframe_note,
        "comments": activity.comments,
    }


def _title(text: str) -> str:
    title = " ".join(text.split())
    return "" if title == UNTITLED else title


def _spoken(fields: dict[str, str]) -> str:
    date_of = TABLES[Edit.Table.ACTIVITY].cells["due_on"].to_column
    first, last = (date_of(fields.get(name, "")) for name in ("starts_on", "due_on"))
    return plans.timeframe(first, last, fields.get("timeframe_note", ""))


def _written(fields: dict[str, str]) -> str:
    first, last, note = (fields.get(name, "") for name in TIMEFRAME)
    days = f"{first} – {last}".strip() if first else last
    return " · ".join(part for part in (days, note) if part)


def names_in(text: str, known: set[str]) -> tuple[list[str], list[str]]:
    """People or bodies named in a cell, and what is too long to be a name.

    A comma parts names too, except in a name that the team knows (“Kamara, J.”).
    """
    named: list[str] = []
    for part in re.split(r"[;\n؛]", text):
        whole = [part] if people.key(part) in known else re.split(r"[,،]", part)
        named += [" ".join(piece.split()) for piece in whole if piece.strip()]
    short = [name for name in named if len(name) <= LONGEST_NAME]
    return short, [name for name in named if len(name) > LONGEST_NAME]
