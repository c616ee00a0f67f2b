"""Answering a check-in: what someone says is kept, whoever said something before them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.cells import save_cell
from actionplans.models import Activity
from cohorts.models import Team
from followups import mails
from followups.models import Answer, CheckIn, SupportRequest
from outbox.queueing import cancel

State = CheckIn.State
QUESTIONS = ("did", "learned", "struggling", "next")
ANSWERABLE = (State.OPEN, State.SUBMITTED, State.MISSED)
SAID_IN_CHECK_IN = (
    Activity.Status.DONE,
    Activity.Status.ON_TRACK,
    Activity.Status.STUCK,
    Activity.Status.DROPPED,
)


class ClosedError(Exception):
    """This check-in takes no answer now; the message is a sentence for the person."""


@dataclass(frozen=True)
class Said:
    """What a form holds: the four questions, per activity a status and a line, and help."""

    texts: dict[str, str] = field(default_factory=dict)
    activities: dict[int, dict[str, str]] = field(default_factory=dict)
    help: str = ""
    help_from: str = ""
    help_by: date | None = None


def open_activities(team: Team) -> list[Activity]:
    """The activities a check-in asks about: neither done nor dropped, in the plan's order."""
    live = Activity.objects.live().filter(
        milestone__plan__team=team, milestone__removed_at__isnull=True
    )
    closed = [Activity.Status.DONE, Activity.Status.DROPPED]
    return list(
        live.exclude(status__in=closed)
        .select_related("milestone", "accountable")
        .order_by("milestone__position", "milestone_id", "position", "pk")
    )


def submit(
    check_in: CheckIn,
    said: Said,
    *,
    by: User,
    submission_id: UUID,
    by_link: bool,
    now: datetime,
) -> Answer:
    """Keep what `by` said; the same `submission_id` again is the same answer.

    In one transaction: the answer, the check-in's state, the end of its reminders, the
    activities' statuses and the request for help. A second answer adds to the first.
    Raises ClosedError when the round takes no answers.
    """
    if check_in.state not in ANSWERABLE:
        raise ClosedError(_("This check-in is not open."))
    try:
        with transaction.atomic():
            _mark_submitted(check_in, by, now)
            answer = Answer.objects.create(
                check_in=check_in,
                submission_id=submission_id,
                person=by,
                by_link=by_link,
                at=now,
                activities={str(pk): told for pk, told in said.activities.items()},
                **said.texts,
            )
            cancel(mails.ALL, about=check_in.pk, reason="answered")
            _tell_plan(check_in.team, said, by, submission_id, now)
            if said.help:
                SupportRequest.objects.create(
                    team=check_in.team,
                    answer=answer,
                    text=said.help,
                    from_whom=said.help_from,
                    wanted_by=said.help_by,
                )
    except IntegrityError:
        return Answer.objects.get(submission_id=submission_id, check_in=check_in)
    return answer


def _mark_submitted(check_in: CheckIn, by: User, now: datetime) -> None:
    CheckIn.objects.filter(pk=check_in.pk, state__in=[State.OPEN, State.MISSED]).update(
        state=State.SUBMITTED,
        submitted_at=now,
        submitted_by=by,
        next_step=CheckIn.Step.NONE,
        next_at=None,
        version=F("version") + 1,
    )


def _tell_plan(team: Team, said: Said, by: User, submission_id: UUID, now: datetime) -> None:
    """Give the activities the status they were said to have; the newest word counts."""
    known = Activity.objects.live().filter(milestone__plan__team=team, pk__in=said.activities)
    for activity in known.select_for_update(of=("self",)):
        status = said.activities[activity.pk].get("status", "")
        if status in SAID_IN_CHECK_IN and status != activity.status:
            save_cell(
                team,
                table="activity",
                row_id=activity.pk,
                field="status",
                value=status,
                seen=activity.status,
                edit_id=uuid5(submission_id, str(activity.pk)),
                by=by,
                now=now,
            )


def last_answer(team: Team, before: CheckIn) -> dict[str, Any]:
    """What the team said in its last answered round before this one; empty when it is the first."""
    answer = (
        Answer.objects.filter(check_in__team=team, check_in__round__number__lt=before.round.number)
        .select_related("person")
        .order_by("-check_in__round__number", "-pk")
        .first()
    )
    return {"answer": answer} if answer else {}


def resolve(request: SupportRequest, *, by: User, done: str, now: datetime) -> bool:
    """Note that the help was given; False when it was noted before."""
    return bool(
        SupportRequest.objects.filter(pk=request.pk, state=SupportRequest.State.OPEN).update(
            state=SupportRequest.State.RESOLVED,
            resolved_at=now,
            resolved_by=by,
            resolution=done,
        )
    )
