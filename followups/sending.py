"""Who sends a check-in, telling the lead that it is ready, and taking an answer back.

The lead sends (docs/decisions/0025). Times are UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.cells import save_cell
from actionplans.models import Activity, Edit
from cohorts.models import Membership
from followups import answering, asking, schedule, sending_mails
from followups.answering import ClosedError, Said
from followups.models import Answer, CheckIn, Preference, Withdrawal
from outbox.models import Suppression

State, Step = CheckIn.State, CheckIn.Step
UNDO = timedelta(hours=72)


def senders(check_in: CheckIn, person: User, now: datetime) -> list[User]:
    """Whom `person` has to leave the sending to; nobody when they may send themselves.

    The team's leads, as long as one of them can be reached and the check-in is not past its date
    on the team's calendar; from then on anyone of the team may.
    """
    if now.astimezone(check_in.team.zone).date() > check_in.round.due_on:
        return []
    leads = Membership.objects.filter(
        team=check_in.team_id, role=Membership.Role.LEAD, user__is_active=True
    ).select_related("user")
    found = [membership.user for membership in leads]
    return [] if person in found else _reached(found)


def leads(check_in: CheckIn, person: User) -> bool:
    """Is this a lead of the check-in's team?"""
    own = Membership.objects.filter(team=check_in.team_id, user=person)
    return own.filter(role=Membership.Role.LEAD).exists()


def _reached(leads: list[User]) -> list[User]:
    """Those whom a mail reaches, and who want our mails."""
    if not leads:
        return []
    silent = Preference.objects.filter(person__in=leads, wants_reminders=False)
    dead = Suppression.objects.filter(address__in=[lead.email.lower() for lead in leads])
    deaf = set(silent.values_list("person", flat=True))
    gone = set(dead.values_list("address", flat=True))
    return [lead for lead in leads if lead.pk not in deaf and lead.email.lower() not in gone]


@transaction.atomic
def send(
    check_in: CheckIn,
    said: Said,
    *,
    by: User,
    submission_id: UUID,
    by_link: bool,
    now: datetime,
) -> Answer:
    """Submit the check-in for the team; who came by a link gets a mail that lets them undo it.

    Raises ClosedError when the round takes no answers, or someone else is to send.
    """
    if senders(check_in, by, now):
        raise ClosedError(_("Your team's lead sends the answer. What you wrote is kept."))
    answer = answering.submit(
        check_in, said, by=by, submission_id=submission_id, by_link=by_link, now=now
    )
    if by_link:
        sending_mails.confirm(answer, by, now, until=answer.at + UNDO)
    return answer


def hand_over(check_in: CheckIn, *, by: User, now: datetime) -> tuple[list[User], list[User]]:
    """Tell the leads that the check-in is written and theirs to send; once a day at most.

    Gives those who are told now, and those who were today.
    """
    leads = senders(check_in, by, now)
    told = [lead for lead in leads if sending_mails.tell_ready(check_in, lead, by, now)]
    return told, [lead for lead in leads if lead not in told]


def can_be_taken_back(answer: Answer, now: datetime) -> bool:
    """Within 72 hours, unless somebody has already."""
    return answer.at + UNDO > now and not Withdrawal.objects.filter(answer=answer).exists()


@transaction.atomic
def take_back(answer: Answer, *, by: User, now: datetime) -> bool:
    """Undo an answer: it stays on record, and no longer counts. False when it is too late.

    In one transaction: what it changed in the plan goes back where nobody changed it since and no
    answer that stands says the same, the help that it alone asked for is taken back, and the
    check-in opens again with the reminders still to come, if its round is open and no other answer
    stands. What was written stands in the draft.
    """
    # Whoever submits meanwhile waits here, or we for them.
    check_in = CheckIn.objects.select_for_update().get(pk=answer.check_in_id)
    if not can_be_taken_back(answer, now):
        return False
    Withdrawal.objects.create(answer=answer, by=by, at=now)
    standing = check_in.answers.standing().order_by("-at", "-pk").first()
    _undo_in_plan(answer, standing, by, now)
    asking.settle(answer, by=by, now=now)
    if standing is None:
        _open_again(check_in, now)
    else:
        CheckIn.objects.filter(pk=check_in.pk).update(
            submitted_at=standing.at, submitted_by=standing.person, version=F("version") + 1
        )
    return True


def _undo_in_plan(answer: Answer, standing: Answer | None, by: User, now: datetime) -> None:
    """Give activities back the status they had, where they still have the one that was said.

    Not where the answer that stands now says just that, too.
    """
    still = standing.activities if standing else {}
    edit_ids = {uuid5(answer.submission_id, pk): int(pk) for pk in answer.activities}
    edits = Edit.objects.filter(edit_id__in=edit_ids, outcome=Edit.Outcome.APPLIED)
    was = {edit.row_id: edit.seen for edit in edits}
    said = Q()
    for pk in was:
        status = answer.activities[str(pk)]["status"]
        if still.get(str(pk), {}).get("status") != status:
            said |= Q(pk=pk, status=status)
    if not said:
        return
    for activity in Activity.objects.live().filter(said).select_for_update(of=("self",)):
        save_cell(
            answer.check_in.team,
            table="activity",
            row_id=activity.pk,
            field="status",
            value=was[activity.pk],
            seen=activity.status,
            edit_id=uuid5(answer.submission_id, f"{activity.pk} back"),
            by=by,
            now=now,
        )


def _open_again(check_in: CheckIn, now: datetime) -> None:
    """Let the reminders that are still to come begin again; a round that is over is missed."""
    coming = [
        (step, begins)
        for step in schedule.STEPS
        if (begins := schedule.begins(schedule.step_date(check_in.round, step))) > now
    ]
    step, at = coming[0] if coming else (Step.NONE, None)
    CheckIn.objects.filter(pk=check_in.pk, state=State.SUBMITTED).update(
        state=State.OPEN if coming else State.MISSED,
        next_step=step,
        next_at=at,
        submitted_at=None,
        submitted_by=None,
        version=F("version") + 1,
    )
