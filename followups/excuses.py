"""Excusing a team from a round: an election, a month of leave. Its mails stop at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from followups import mails, schedule
from followups.models import CheckIn, Excuse
from outbox.queueing import cancel

State, Step = CheckIn.State, CheckIn.Step


class TooLateError(Exception):
    """It cannot be done any more; the message is a sentence for the person."""


def standing(check_in: CheckIn) -> Excuse | None:
    """Why the team is excused, if it is."""
    found = Excuse.objects.filter(check_in=check_in, taken_back_at=None)
    return found.select_related("by").first()


@transaction.atomic
def excuse(check_in: CheckIn, reason: str, *, by: User, now: datetime) -> None:
    """Let the team skip a round that is to come or open. The same words again change nothing.

    Raises TooLateError when it has answered, when the round is over, or someone excused it before.
    """
    waits = CheckIn.objects.filter(pk=check_in.pk, state__in=[State.SCHEDULED, State.OPEN])
    if waits.update(
        state=State.EXCUSED, next_step=Step.NONE, next_at=None, version=F("version") + 1
    ):
        Excuse.objects.create(check_in=check_in, reason=reason, by=by, at=now)
        cancel(mails.ALL, about=check_in.pk, reason=gettext_noop("excused"))
        return
    there = standing(check_in)
    if there is None:
        raise TooLateError(_("This round is answered or over, so it needs no excuse."))
    if (there.by_id, there.reason) != (by.pk, reason):
        sentence = _("%(name)s has excused this round already.")
        raise TooLateError(sentence % {"name": there.by or _("A former member")})


@transaction.atomic
def take_back(check_in: CheckIn, *, by: User, now: datetime) -> bool:
    """Ask for an answer after all, from the round's next step on; False when that is so already.

    Raises TooLateError once the round is over.
    """
    coming = [
        (step, schedule.begins(schedule.step_date(check_in.round, step))) for step in schedule.STEPS
    ]
    ahead = [(step, begins) for step, begins in coming if begins > now]
    if not ahead:
        raise TooLateError(_("This round is over: it stays excused."))
    step, begins = ahead[0]
    asked_again = CheckIn.objects.filter(pk=check_in.pk, state=State.EXCUSED).update(
        state=State.SCHEDULED if step == Step.OPENS else State.OPEN,
        next_step=step,
        next_at=begins,
        version=F("version") + 1,
    )
    if asked_again:
        Excuse.objects.filter(check_in=check_in, taken_back_at=None).update(
            taken_back_at=now, taken_back_by=by
        )
    return bool(asked_again)
