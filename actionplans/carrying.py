"""From sheet to plan: rows become activities, and activities follow when their row says more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from actionplans import cells, people
from actionplans.cell_values import TABLES
from actionplans.invalid import Invalid
from actionplans.models import ActionPlan, Activity, Milestone, SheetRow
from actionplans.plans import ACTIVITY, FOLLOWED, MILESTONE, plan_of
from actionplans.rows import create_row
from actionplans.sheets import ROW
from cohorts.models import Team

# Where a row goes: under this milestone, under one of this title, or under its own words' one.
type Target = Milestone | str | None


@transaction.atomic
def carry(
    row: SheetRow,
    team: Team,
    *,
    into: Target = None,
    edit_id: UUID | None = None,
    by: User,
    now: datetime,
) -> tuple[Activity, bool]:
    """Make an activity of a sheet's row; was it now? A row that was carried stays what it became.

    A milestone that is not there yet is made. Raises Invalid when the row says nothing to do.
    """
    plan = plan_of(team)
    # Two members who press at once take turns, so that they do not make the milestone twice.
    ActionPlan.objects.select_for_update().get(pk=plan.pk)
    if known := Activity.objects.live().filter(from_row=row).first():
        return known, False
    edit_id = edit_id or uuid4()
    with override(team.language):
        text = row.action or row.action_kind_label
        into = into or " ".join(row.milestone.split()) or _("From the week")
    if not text:
        raise Invalid(_("This row does not say yet what you will do. Write it, then carry it."))
    if isinstance(into, str):
        into = _milestone(plan, into, uuid5(edit_id, "its milestone"), by=by, now=now)
    activity = create_row(
        into,
        table=ACTIVITY,
        edit_id=edit_id,
        initial={
            "text": text,
            "responsible": people.joined(row.by_whom.all()),
            "due_on": row.by_when.isoformat() if row.by_when else "",
        },
        by=by,
        now=now,
        from_row=row,
    )
    return activity, True


def _milestone(plan: ActionPlan, title: str, edit_id: UUID, *, by: User, now: datetime) -> Any:
    """The plan's milestone of this title, made when there is none."""
    living = Milestone.objects.live().filter(plan=plan)
    known = next((m for m in living if people.key(m.title) == people.key(title)), None)
    return known or create_row(
        plan, table=MILESTONE, edit_id=edit_id, initial={"title": title}, by=by, now=now
    )


@dataclass
class Carried:
    """What became of many rows: new in the plan, there already, and with nothing to do in them."""

    new: list[Activity] = field(default_factory=list)
    known: list[Activity] = field(default_factory=list)
    empty: list[SheetRow] = field(default_factory=list)


@transaction.atomic
def carry_many(
    rows: Iterable[SheetRow], team: Team, *, into: Target = None, by: User, now: datetime
) -> Carried:
    """Carry rows in their order, all below one milestone if it is told. Twice is once."""
    found = Carried()
    for row in rows:
        try:
            activity, is_new = carry(row, team, into=into, by=by, now=now)
        except Invalid:
            found.empty.append(row)
        else:
            (found.new if is_new else found.known).append(activity)
    return found


@dataclass(frozen=True)
class Difference:
    """A cell that says something else in the plan than in the sheet it came from."""

    field: str
    label: str
    plan: str
    sheet: str
    edit_id: UUID


def differences(activity: Activity) -> list[Difference]:
    """Where the activity and the row it came from differ, as texts of their cells."""
    found = []
    for name, source in FOLLOWED.items():
        plan = TABLES[ACTIVITY].cells[name].text_of(activity)
        sheet = TABLES[ROW].cells[source].text_of(activity.from_row)
        if sheet and sheet != plan:
            label = TABLES[ACTIVITY].label(name)
            found.append(Difference(name, label, plan, sheet, uuid4()))
    return found


def looked_at(activity: Activity, version: int) -> None:
    """Note that the team has seen the row of the sheet as it was at its `version`."""
    older = Activity.objects.filter(pk=activity.pk).exclude(followed_version__gte=version)
    older.update(followed_version=version)


@transaction.atomic
def follow(
    team: Team, activity: Activity, taken: dict[str, dict[str, Any]], *, by: User, now: datetime
) -> int:
    """Take cells over from the sheet; how many were changed by someone else meanwhile.

    `taken` gives each cell's value, what was seen in the plan, and its edit_id. Raises Invalid.
    """
    told: dict[str, Any] = {"table": ACTIVITY, "row_id": activity.pk, "by": by, "now": now}
    saved = [
        cells.save_cell(team, **told, field=name, **cell)
        for name, cell in taken.items()
        if name in FOLLOWED
    ]
    return sum(not one.kept for one in saved)
