"""Answering a check-in: an answer is kept as it was sent, and the latest one stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from actionplans.cells import save_cell
from actionplans.models import Activity, Milestone
from cohorts.models import Person, Team
from followups import asking, mails
from followups.draft_models import Briefing, Outlook
from followups.models import ANSWERABLE as ANSWERABLE
from followups.models import Answer, CheckIn
from outbox.queueing import cancel

State = CheckIn.State
QUESTIONS = ("did", "learned", "struggling", "next")
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
    """What a check-in says: the four questions, per activity a status and a line, and help.

    `likely`: how likely each milestone is, by its id. `met`: ids of the team's people whom it met,
    `met_others`: the names of anybody else.
    """

    texts: dict[str, str] = field(default_factory=dict)
    activities: dict[int, dict[str, str]] = field(default_factory=dict)
    help: str = ""
    help_from: str = ""
    help_by: date | None = None
    likely: dict[int, str] = field(default_factory=dict)
    met: tuple[int, ...] = ()
    met_others: tuple[str, ...] = ()


def open_activities(
    team: Team, *, told: Collection[int] = (), sent: Collection[int] = ()
) -> list[Activity]:
    """The activities a check-in asks about: neither done nor dropped, in the plan's order.

    Besides those, activities by id: `told` while they are in the plan, `sent` in any case.
    """
    in_plan = Q(removed_at__isnull=True, milestone__removed_at__isnull=True)
    closed = Q(status__in=[Activity.Status.DONE, Activity.Status.DROPPED])
    return list(
        Activity.objects.filter(milestone__plan__team=team)
        .filter((in_plan & ~closed) | (in_plan & Q(pk__in=told)) | Q(pk__in=sent))
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
    """Keep what `by` said; the same words with the same `submission_id` are one answer.

    In one transaction: the answer, the check-in's state, the end of its reminders, the
    activities' statuses and the request for help. A later answer stands instead of an earlier one,
    which stays on record; so do other words under the same `submission_id`.
    Raises ClosedError when the round takes no answers.
    """
    sent_before = Answer.objects.filter(submission_id=submission_id).first()
    if sent_before and not _is_what_was_said(sent_before, check_in, said, by):
        words = repr((check_in.pk, by.pk, said))
        submission_id = uuid5(submission_id, words)
        sent_before = Answer.objects.filter(submission_id=submission_id).first()
    if sent_before:
        return sent_before
    try:
        with transaction.atomic():
            return _keep(check_in, said, by, submission_id, by_link, now)
    except IntegrityError:
        # Sent twice at once: the other one kept it, perhaps with other words.
        if not Answer.objects.filter(submission_id=submission_id).exists():
            raise
    return submit(check_in, said, by=by, submission_id=submission_id, by_link=by_link, now=now)


def _keep(
    check_in: CheckIn, said: Said, by: User, submission_id: UUID, by_link: bool, now: datetime
) -> Answer:
    if not _mark_submitted(check_in, by, now):
        raise ClosedError(_("This check-in takes no answers now. Nothing was sent."))
    answer = Answer.objects.create(
        check_in=check_in,
        submission_id=submission_id,
        person=by,
        by_link=by_link,
        at=now,
        activities={str(pk): told for pk, told in said.activities.items()},
        **said.texts,
    )
    cancel(mails.ALL, about=check_in.pk, reason=gettext_noop("answered"))
    _tell_plan(check_in.team, said, by, submission_id, now)
    _note_outlooks(answer, said)
    _note_briefings(answer, said)
    asking.note(answer, said)
    asking.settle(answer, by=by, now=now)
    return answer


def _is_what_was_said(answer: Answer, check_in: CheckIn, said: Said, by: User) -> bool:
    return (
        (answer.check_in_id, answer.person_id) == (check_in.pk, by.pk)
        and all(getattr(answer, name) == said.texts.get(name, "") for name in QUESTIONS)
        and answer.activities == {str(pk): told for pk, told in said.activities.items()}
        and dict(answer.outlooks.values_list("milestone_id", "likely")) == said.likely
        and _names(answer, said) == set(answer.briefings.values_list("name", flat=True))
        and asking.is_as_said(answer, said)
    )


def _note_outlooks(answer: Answer, said: Said) -> None:
    """Keep how likely the team's own milestones are."""
    own = Milestone.objects.filter(plan__team=answer.check_in.team_id, pk__in=said.likely)
    Outlook.objects.bulk_create(
        Outlook(answer=answer, milestone=milestone, likely=said.likely[milestone.pk])
        for milestone in own
    )


def _note_briefings(answer: Answer, said: Said) -> None:
    """Keep who was met, each once, by the name they have today."""
    known = answer.check_in.team.people.filter(pk__in=said.met)
    people: dict[str, Person | None] = dict.fromkeys(said.met_others)
    people |= {person.name: person for person in known}
    Briefing.objects.bulk_create(
        Briefing(answer=answer, person=person, name=name) for name, person in people.items()
    )


def _names(answer: Answer, said: Said) -> set[str]:
    known = answer.check_in.team.people.filter(pk__in=said.met)
    return {*said.met_others, *known.values_list("name", flat=True)}


def _mark_submitted(check_in: CheckIn, by: User, now: datetime) -> bool:
    """Note the first answer; False when the check-in takes none. Its row stays locked till then."""
    answered = CheckIn.objects.filter(pk=check_in.pk, state=State.SUBMITTED)
    first = CheckIn.objects.filter(pk=check_in.pk, state__in=[State.OPEN, State.MISSED]).update(
        state=State.SUBMITTED,
        submitted_at=now,
        submitted_by=by,
        next_step=CheckIn.Step.NONE,
        next_at=None,
        version=F("version") + 1,
    )
    return bool(first or answered.update(version=F("version") + 1))


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


def next_round(check_in: CheckIn) -> CheckIn | None:
    """The team's next check-in that has not opened yet."""
    coming = check_in.team.check_ins.filter(
        round__number__gt=check_in.round.number, state=State.SCHEDULED
    )
    return coming.select_related("round").order_by("round__number").first()
