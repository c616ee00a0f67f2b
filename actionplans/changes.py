"""What became of the promise: added, dropped, moved and reworded since the baseline, and why.

A row is one of these. One that was moved may be reworded besides; it says so in its differences.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from actionplans.baseline import Dates, frozen, signed_dates
from actionplans.cell_values import TABLES
from actionplans.invalid import Invalid
from actionplans.models import Activity, Baseline, SlipReason
from actionplans.plans import ACTIVITY, MILESTONE, Group
from coalitions.days import in_words
from cohorts.models import Team

DROPPED = Activity.Status.DROPPED.value
DATES = ("starts_on", "due_on")
WORDS = (
    "text",
    "responsible",
    "accountable",
    "consulted",
    "informed",
    "timeframe_note",
    "comments",
)


class Kind(StrEnum):
    """What became of a row that was signed, or that is there now."""

    ADDED = "added"
    DROPPED = "dropped"
    MOVED = "moved"
    REWORDED = "reworded"


TITLES = {
    Kind.MOVED: gettext_lazy("Moved"),
    Kind.DROPPED: gettext_lazy("Dropped"),
    Kind.ADDED: gettext_lazy("Added"),
    Kind.REWORDED: gettext_lazy("Reworded"),
}


@dataclass(frozen=True)
class Difference:
    """A cell that promises something else: what it is called, what it said, what it says."""

    label: str
    then: str
    now: str


@dataclass(frozen=True)
class Change:
    """A row of the plan that is not as it was signed. `slipped` says it is due later."""

    kind: Kind
    table: str
    pk: int
    text: str
    milestone: str
    differences: list[Difference] = field(default_factory=list)
    was_due_on: date | None = None
    due_on: date | None = None

    @property
    def slipped(self) -> bool:
        return self.kind != Kind.DROPPED and is_later(self.was_due_on, self.due_on)


def is_later(was: date | None, due: date | None) -> bool:
    """Is what was due then due later now?"""
    return bool(was and due and due > was)


def since(signed: Baseline, groups: list[Group]) -> list[Change]:
    """The changes since the plan was signed, in the plan's order; what is gone comes last."""
    return compare(signed.content, frozen(groups))


def compare(then: dict[str, Any], now: dict[str, Any]) -> list[Change]:
    """The changes between two contents of a baseline."""
    before, after = _rows(then), _rows(now)
    found = [_change(before.get(key), row, key) for key, row in after.items()]
    found += [_change(row, None, key) for key, row in before.items() if key not in after]
    return [change for change in found if change]


def _rows(content: dict[str, Any]) -> dict[tuple[str, int], dict[str, Any]]:
    """Milestones and activities, the latter with the title and id of their milestone."""
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for milestone in content["milestones"]:
        title = milestone["title"]
        rows[MILESTONE, milestone["id"]] = {"title": title, "milestone": title}
        for activity in milestone["activities"]:
            told = {"milestone": title, "milestone_id": milestone["id"]}
            rows[ACTIVITY, activity["id"]] = activity | told
    return rows


def _change(
    then: dict[str, Any] | None, now: dict[str, Any] | None, key: tuple[str, int]
) -> Change | None:
    table, pk = key
    shown = now or then or {}
    was_there, is_there = _pursued(then), _pursued(now)
    differences = _differences(then, now) if then and now and was_there and is_there else []
    if is_there and not was_there:
        kind = Kind.ADDED
    elif was_there and not is_there:
        kind = Kind.DROPPED
    elif differences:
        kind = Kind.MOVED if then and now and _has_moved(then, now) else Kind.REWORDED
    else:
        return None
    text = shown["text"] if table == ACTIVITY else shown["title"]
    due = [_day(row.get("due_on")) if row else None for row in (then, now)]
    return Change(kind, table, pk, text, shown["milestone"], differences, due[0], due[1])


def _pursued(row: dict[str, Any] | None) -> bool:
    return row is not None and row.get("status") != DROPPED


def _has_moved(then: dict[str, Any], now: dict[str, Any]) -> bool:
    return any(then.get(name) != now.get(name) for name in (*DATES, "milestone_id"))


def _differences(then: dict[str, Any], now: dict[str, Any]) -> list[Difference]:
    if "text" not in now:
        title = TABLES[MILESTONE].label("title")
        return [Difference(title, then["title"], now["title"])] if then != now else []
    label = TABLES[ACTIVITY].label
    found = []
    if then["milestone_id"] != now["milestone_id"]:
        found.append(Difference(label("milestone"), then["milestone"], now["milestone"]))
    for name in (*DATES, *WORDS):
        texts = _text(name, then.get(name)), _text(name, now.get(name))
        if texts[0] != texts[1]:
            found.append(Difference(label(name), *texts))
    return found


def _text(name: str, value: Any) -> str:
    if name in DATES:
        return in_words(date.fromisoformat(value), "short date") if value else ""
    return "; ".join(sorted(value)) if isinstance(value, list) else value or ""


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def slipped(signed: Baseline | None, groups: list[Group]) -> set[int]:
    """The activities, by id, that are due later than was signed and are pursued still."""
    was: dict[int, Dates] = signed_dates(signed)
    return {
        activity.pk
        for group in groups
        for activity in group.activities
        if activity.status != DROPPED and activity.pk in was
        if is_later(was[activity.pk][1], activity.due_on)
    }


def reasons(team: Team) -> dict[int, list[SlipReason]]:
    """Why dates slipped, by the activity's id, the last reason first; one statement."""
    found: dict[int, list[SlipReason]] = {}
    of_team = SlipReason.objects.filter(activity__milestone__plan__team=team)
    for reason in of_team.select_related("by"):
        found.setdefault(reason.activity_id, []).append(reason)
    return found


@transaction.atomic
def give_reason(
    team: Team, activity: Activity, text: str, *, form_id: UUID, by: User, now: datetime
) -> SlipReason:
    """Keep why an activity is due later than was signed. Sent twice is once.

    Raises Invalid when nothing is said, or when the date is no later than was signed.
    """
    text = text.strip()
    if not text:
        raise Invalid(_("Say in a few words why it is due later."))
    was = signed_dates(Baseline.objects.filter(plan__team=team).first()).get(activity.pk)
    if was is None or not is_later(was[1], activity.due_on):
        raise Invalid(_("This is due as it was signed, so it needs no reason."))
    told = {"activity": activity, "was_due_on": was[1], "due_on": activity.due_on}
    return SlipReason.objects.get_or_create(
        form_id=form_id, defaults=told | {"text": text, "by": by, "at": now}
    )[0]
