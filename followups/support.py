"""Help that a team asks for: asking, bringing it to someone, saying what was done, confirming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from cohorts.models import Cohort, Program, Team
from followups import support_mails
from followups.models import SupportMove, SupportRequest

State, Kind = SupportRequest.State, SupportMove.Kind
# What each move makes of a request; a state that is not named does not take it.
MOVES: dict[str, dict[str, str]] = {
    Kind.ROUTED: {State.OPEN: State.OPEN},
    # What a second person did is added.
    Kind.HELPED: {State.OPEN: State.HELPED, State.HELPED: State.HELPED},
    # A team may have helped itself meanwhile.
    Kind.CONFIRMED: {State.OPEN: State.CONFIRMED, State.HELPED: State.CONFIRMED},
    Kind.REOPENED: {
        State.HELPED: State.OPEN,
        State.CONFIRMED: State.OPEN,
        State.WITHDRAWN: State.OPEN,
    },
    Kind.WITHDRAWN: {State.OPEN: State.WITHDRAWN},
}
# Whoever holds a request that is open again gets so long before it goes up.
AGAIN = timedelta(days=7)


class RefusedError(Exception):
    """The request does not take this move now; the message is a sentence for the person."""


@dataclass(frozen=True)
class Move:
    """What someone does about a request. `to` and `due_on` are of a routing alone."""

    kind: str
    note: str
    form_id: UUID
    to: User | None = None
    due_on: date | None = None


def holders(team: Team) -> QuerySet[User]:
    """To whom the team's requests can be routed: its coach, the facilitators, the leads."""
    facilitators = Cohort.facilitators.through.objects.filter(cohort=team.cohort_id)
    leads = Program.leads.through.objects.filter(program=team.cohort.program_id)
    staff = Q(pk=team.coach_id) | Q(pk__in=facilitators.values("user"))
    found = User.objects.filter(staff | Q(pk__in=leads.values("user")), is_active=True)
    return found.order_by("name", "pk")


def ask(
    team: Team,
    *,
    text: str,
    from_whom: str,
    wanted_by: date | None,
    form_id: UUID,
    by: User,
    now: datetime,
) -> SupportRequest:
    """Ask for help outside a check-in. The same words by the same `form_id` are one request."""
    wish = {"team": team, "text": text, "from_whom": from_whom, "wanted_by": wanted_by}
    known = SupportRequest.objects.filter(form_id=form_id).first()
    if known and any(getattr(known, name) != value for name, value in wish.items()):
        form_id = uuid5(form_id, repr((team.pk, by.pk, text, from_whom, wanted_by)))
    found, _is_new = SupportRequest.objects.get_or_create(
        form_id=form_id, defaults=wish | {"raised_by": by, "raised_at": now}
    )
    return found


@transaction.atomic
def move(request: SupportRequest, done: Move, *, by: User, now: datetime) -> None:
    """Do something about a request; the same words by the same `form_id` are done once.

    Raises RefusedError for what it does not take as it stands now.
    """
    current = SupportRequest.objects.select_for_update(of=("self",)).select_related("team__cohort")
    found = current.get(pk=request.pk)
    form_id = done.form_id
    if known := SupportMove.objects.filter(form_id=form_id).first():
        if (known.request_id, known.kind, known.note) == (found.pk, done.kind, done.note):
            return
        form_id = uuid5(form_id, repr((found.pk, done.kind, done.note)))
        if SupportMove.objects.filter(form_id=form_id).exists():
            return
    becomes = MOVES[done.kind].get(found.state)
    if becomes is None:
        raise RefusedError(_refusal(found))
    if done.kind == Kind.CONFIRMED and found.state == State.OPEN and not done.note:
        raise RefusedError(nobody_said())
    kept = SupportMove.objects.create(
        request=found,
        form_id=form_id,
        kind=done.kind,
        note=done.note,
        to=done.to,
        due_on=done.due_on,
        by=by,
        at=now,
    )
    if done.kind == found.state == State.HELPED:
        return
    support_mails.take_back(found)
    found.state, found.next_on = becomes, None
    if done.kind == Kind.ROUTED:
        found.holder = done.to
        found.set_due(done.due_on or found.due_on)
    elif done.kind == Kind.REOPENED:
        found.set_due(max(found.due_on, found.day_of(now) + AGAIN))
    found.save(update_fields=["state", "holder", "due_on", "next_step", "next_on"])
    support_mails.tell(found, kept, now)


def nobody_said() -> str:
    """What is said where a request is to be over, and nobody has said how."""
    return _("Nobody has said yet what was done: say in a few words how it went.")


def _refusal(found: SupportRequest) -> str:
    """Why a request does not take a move, for someone whose page is older than that."""
    return {
        State.OPEN: _("This request is open: nobody has said yet what was done."),
        State.HELPED: _("Someone has said meanwhile what was done. It waits for the team's word."),
        State.CONFIRMED: _("The team has confirmed meanwhile that it has what it needs."),
        State.WITHDRAWN: _("The team has taken this back meanwhile: it no longer asks for it."),
    }[State(found.state)]
