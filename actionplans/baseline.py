"""The baseline: what the team promised on the last day, kept as it was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.models import Activity, Baseline, Milestone
from actionplans.plans import ACTIVITY, MILESTONE, Group, groups, plan_of, timeframe, token
from cohorts.models import Team
from outbox.queueing import queue

# The mail that brings the signed plan to the team; `documents/` composes it.
SIGNED = "plan signed off"
SIGNED_VALID = timedelta(days=3)
# How an activity stands is no change of the promise.
NO_PROMISE = {"status"}
# An activity's first and last day.
type Dates = tuple[date | None, date | None]


class CannotSignError(Exception):
    """The plan cannot be signed as it is; the message is a sentence for people."""


@dataclass(frozen=True)
class PaperActivity:
    """An activity as it stands on paper, with dates as dates."""

    text: str
    responsible: list[str]
    accountable: str
    starts_on: date | None
    due_on: date | None
    timeframe_note: str
    comments: str
    status: str
    status_label: str
    consulted: list[str] = field(default_factory=list)
    informed: list[str] = field(default_factory=list)

    @property
    def timeframe(self) -> str:
        return timeframe(self.starts_on, self.due_on, self.timeframe_note)


def frozen(found: list[Group]) -> dict[str, Any]:
    """The plan as plain data: what a baseline keeps."""
    return {"milestones": [_milestone(group.milestone, group.activities) for group in found]}


def _milestone(milestone: Milestone, activities: list[Activity]) -> dict[str, Any]:
    return {
        "id": milestone.pk,
        "title": milestone.title,
        "activities": [_activity(activity) for activity in activities],
    }


def _activity(activity: Activity) -> dict[str, Any]:
    # Who is consulted and informed may stay unsaid, and older baselines do not know of it.
    told = {
        name: [person.name for person in getattr(activity, name).all()]
        for name in ("consulted", "informed")
    }
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
        **{name: names for name, names in told.items() if names},
    }


@transaction.atomic
def sign_off(
    team: Team, *, by: User, now: datetime, seen: str | None = None, mail: bool = True
) -> tuple[Baseline, bool]:
    """Freeze the plan as the team's baseline; was it now? The first signature stands.

    Each member gets one mail with it; `mail=False` is for a plan that was signed long ago.
    `seen` is the plan's token (`plans.token`) when the lead read it: nobody signs what they have
    not read. Raises CannotSignError when it has changed since, or has no activity.
    """
    plan = plan_of(team)
    if signed := Baseline.objects.filter(plan=plan).select_related("signed_by").first():
        return signed, False
    content = frozen(groups(team))
    if not any(milestone["activities"] for milestone in content["milestones"]):
        raise CannotSignError(
            _("The plan has no activity yet. Write one, with its R and A, then sign.")
        )
    if seen is not None and token(team) != seen:
        raise CannotSignError(
            _("The plan has changed since you opened this page. Read it once more, then sign.")
        )
    signed, is_new = Baseline.objects.get_or_create(
        plan=plan, defaults={"signed_by": by, "signed_at": now, "content": content}
    )
    if is_new and mail:
        _mail(signed, team, now)
    return signed, is_new


def _mail(signed: Baseline, team: Team, now: datetime) -> None:
    for person in User.objects.filter(memberships__team=team, is_active=True):
        queue(
            SIGNED,
            f"signed/{signed.pk}/{person.pk}",
            person=person,
            address=person.email,
            language=person.language,
            about=signed.pk,
            now=now,
            expires_at=now + SIGNED_VALID,
        )


def changed_since(signed: Baseline | None, found: list[Group]) -> set[tuple[str, int]]:
    """The rows, as table and id, that are new or promise something else than what was signed."""
    if signed is None:
        return set()
    then = _promises(signed.content)
    today = _promises(frozen(found))
    return {row for row, promise in today.items() if then.get(row) != promise}


def _promises(content: dict[str, Any]) -> dict[tuple[str, int], Any]:
    promises: dict[tuple[str, int], Any] = {}
    for milestone in content["milestones"]:
        promises[MILESTONE, milestone["id"]] = milestone["title"]
        for activity in milestone["activities"]:
            kept = {name: value for name, value in activity.items() if name not in NO_PROMISE}
            promises[ACTIVITY, activity["id"]] = (milestone["id"], kept)
    return promises


def on_paper(content: dict[str, Any]) -> list[tuple[str, list[PaperActivity]]]:
    """The milestones' titles, each with its activities, of a baseline's content."""
    return [
        (milestone["title"], [_on_paper(activity) for activity in milestone["activities"]])
        for milestone in content["milestones"]
    ]


def signed_dates(signed: Baseline | None) -> dict[int, Dates]:
    """The dates that were signed, by the activity's id; none before the plan was signed."""
    milestones = signed.content["milestones"] if signed else []
    return {
        activity["id"]: (_day(activity["starts_on"]), _day(activity["due_on"]))
        for milestone in milestones
        for activity in milestone["activities"]
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _on_paper(activity: dict[str, Any]) -> PaperActivity:
    known = {name: value for name, value in activity.items() if name != "id"}
    for name in ("starts_on", "due_on"):
        known[name] = _day(known[name])
    label = dict(Activity.Status.choices)[activity["status"]]
    return PaperActivity(**known, status_label=str(label))
