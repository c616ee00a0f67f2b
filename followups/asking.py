"""What help the answers of a check-in ask for: the one that stands decides.

An answer that asks for the same as an earlier one asks once. What no standing answer asks for any
more is taken back, unless somebody sees to it already and an earlier answer still stands.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid5

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from followups.models import Answer, CheckIn, SupportMove, SupportRequest
from followups.support import Move, move

if TYPE_CHECKING:
    from followups.answering import Said

State, Kind = SupportRequest.State, SupportMove.Kind


def is_as_said(answer: Answer, said: Said) -> bool:
    """Does the answer ask for just this?"""
    if answer.asked is None:
        return not said.help
    asked = (answer.asked.text, answer.asked.from_whom, answer.asked.wanted_by)
    return asked == (said.help, said.help_from, said.help_by)


def _same(check_in: CheckIn, said: Said) -> SupportRequest | None:
    """The request of the check-in that asks just for this, if an answer that stands made it."""
    standing = Answer.objects.standing().filter(check_in=check_in, asked=OuterRef("pk"))
    wish = {"text": said.help, "from_whom": said.help_from, "wanted_by": said.help_by}
    return SupportRequest.objects.filter(Exists(standing), **wish).order_by("pk").first()


def note(answer: Answer, said: Said) -> None:
    """Keep what help an answer asks for."""
    if not said.help:
        return
    answer.asked = _same(answer.check_in, said) or SupportRequest.objects.create(
        team=answer.check_in.team,
        answer=answer,
        text=said.help,
        from_whom=said.help_from,
        wanted_by=said.help_by,
    )
    answer.save(update_fields=["asked"])


def settle(answer: Answer, *, by: User, now: datetime) -> None:
    """Let the check-in's requests follow the answer that stands, once `answer` is sent or gone.

    Runs in the caller's transaction, which holds the check-in's row.
    """
    standing = list(answer.check_in.answers.standing().order_by("at", "pk"))
    wanted = standing[-1].asked_id if standing else None
    said = {one.asked_id for one in standing}
    # What only the answer asked for that is gone.
    gone = {answer.asked_id} - said if answer not in standing else set()
    asked = SupportRequest.objects.filter(asked_in__check_in=answer.check_in_id).distinct()
    for request in asked:
        if request.pk == wanted and request.state == State.WITHDRAWN:
            _move(request, Kind.REOPENED, _("The answer that stands asks for it."), answer, by, now)
        if request.pk == wanted or request.state != State.OPEN:
            continue
        if request.pk in gone:
            _move(request, Kind.WITHDRAWN, _("Taken back with the answer."), answer, by, now)
        elif not _is_seen_to(request):
            _move(request, Kind.WITHDRAWN, _("Another answer stands now."), answer, by, now)


def _move(
    request: SupportRequest, kind: str, why: str, cause: Answer, by: User, now: datetime
) -> None:
    done = Move(kind, why, uuid5(cause.submission_id, f"{kind} {request.pk}"))
    move(request, done, by=by, now=now)


def _is_seen_to(request: SupportRequest) -> bool:
    """Does somebody see to it, or has anybody done something about it, or opened it again?"""
    return request.holder_id is not None or request.moves.exclude(kind=Kind.WITHDRAWN).exists()
