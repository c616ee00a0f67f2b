"""The action plan: reading it whole, growing it from the sheet, and signing it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans import people
from actionplans.cells import create_row
from actionplans.models import ActionPlan, Activity, Baseline, Milestone, SheetRow
from cohorts.models import Person, Team


class EmptyPlanError(Exception):
    """A plan without an activity cannot be signed; the message is a sentence for people."""


@dataclass(frozen=True)
class Group:
    """A milestone with its activities, both living and in order."""

    milestone: Milestone
    activities: list[Activity]


def plan_of(team: Team) -> ActionPlan:
    """The team's plan, made when there is none yet. Writes: only for a POST."""
    return ActionPlan.objects.get_or_create(team=team)[0]


def groups(team: Team) -> list[Group]:
    """The whole plan in four statements: milestones, activities, their R, people of A."""
    activities = (
        Activity.objects.live()
        .select_related("accountable", "from_row__session", "from_row__sheet")
        .prefetch_related(Prefetch("responsible", Person.objects.order_by("name", "pk")))
    )
    milestones = (
        Milestone.objects.live()
        .filter(plan__team=team)
        .prefetch_related(Prefetch("activities", activities, to_attr="living"))
    )
    return [Group(milestone, milestone.living) for milestone in milestones]


@transaction.atomic
def carry(row: SheetRow, team: Team, *, edit_id: UUID, by: User, now: datetime) -> Activity:
    """Make an activity of a sheet's row; a row that was carried before stays what it became.

    It goes under the milestone of the row's own words, which is made when there is none.
    """
    known = Activity.objects.live().filter(from_row=row).first()
    if known:
        return known
    plan = plan_of(team)
    title = " ".join(row.milestone.split()) or _("From the week")
    milestone = Milestone.objects.live().filter(plan=plan, title__iexact=title).first()
    if milestone is None:
        milestone = create_row(
            plan,
            table="milestone",
            edit_id=uuid5(edit_id, "milestone"),
            initial={"title": title},
            by=by,
            now=now,
        )
    return create_row(
        milestone,
        table="activity",
        edit_id=edit_id,
        initial={
            "text": row.action or row.get_action_kind_display(),
            "responsible": people.joined(row.by_whom.all()),
            "due_on": row.by_when.isoformat() if row.by_when else "",
        },
        by=by,
        now=now,
        from_row=row,
    )


def frozen(team: Team) -> dict[str, Any]:
    """The plan as plain data: what a baseline keeps."""
    return {
        "milestones": [
            {
                "id": group.milestone.pk,
                "title": group.milestone.title,
                "activities": [_frozen_activity(activity) for activity in group.activities],
            }
            for group in groups(team)
        ]
    }


def _frozen_activity(activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.pk,
        "text": activity.text,
        "responsible": [person.name for person in activity.responsible.all()],
        "accountable": activity.accountable.name if activity.accountable else "",
        "starts_on": activity.starts_on.isoformat() if activity.starts_on else None,
        "due_on": activity.due_on.isoformat() if activity.due_on else None,
        "timeframe_note": activity.timeframe_note,
        "comments": activity.comments,
        "status": activity.status,
    }


def sign_off(team: Team, *, by: User, now: datetime) -> tuple[Baseline, bool]:
    """Freeze the plan as the team's baseline; was it now? The first signature stands.

    Raises EmptyPlanError when there is nothing to sign.
    """
    content = frozen(team)
    if not any(milestone["activities"] for milestone in content["milestones"]):
        raise EmptyPlanError(
            _("The plan has no activity yet. Write one, with its R and A, then sign.")
        )
    try:
        with transaction.atomic():
            return Baseline.objects.get_or_create(
                plan=plan_of(team),
                defaults={"signed_by": by, "signed_at": now, "content": content},
            )
    except IntegrityError:
        return Baseline.objects.get(plan__team=team), False


def changed_since(baseline: Baseline | None, found: list[Group]) -> set[int]:
    """The activities that are new or other than when the team signed."""
    if baseline is None:
        return set()
    signed = {
        activity["id"]: activity
        for milestone in baseline.content["milestones"]
        for activity in milestone["activities"]
    }
    ignored = {"status"}

    def differs(activity: Activity) -> bool:
        then, today = signed.get(activity.pk), _frozen_activity(activity)
        return then is None or any(then[k] != today[k] for k in today.keys() - ignored)

    return {a.pk for group in found for a in group.activities if differs(a)}
