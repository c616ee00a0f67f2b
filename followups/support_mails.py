"""Mails about help that a team asks for. They name the team and lead to the page, no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from coalitions.days import in_words
from cohorts.models import Membership
from followups import mails, staff_mails
from followups.models import SupportMove, SupportRequest
from outbox import mails as outbox_mails
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import cancel, queue

ROUTED, HELPED = "support routed", "support helped"
OVERDUE = mails.SUPPORT_OVERDUE
VALID = timedelta(days=7)


def take_back(request: SupportRequest) -> None:
    """What waits to be said of the request is true no more."""
    cancel([ROUTED, HELPED, OVERDUE], about=request.pk, reason="the request moved on")


def tell(request: SupportRequest, move: SupportMove, now: datetime) -> None:
    """Tell whom a move concerns: who it is routed to; the team's leads that they may confirm."""
    if move.kind == SupportMove.Kind.ROUTED and move.to and move.to != move.by:
        _queue(ROUTED, f"support/{request.pk}/routed/{move.pk}", request, move.to, now)
    if move.kind == SupportMove.Kind.HELPED:
        leads = request.team.memberships.filter(role=Membership.Role.LEAD, user__is_active=True)
        for membership in leads.select_related("user"):
            key = f"support/{request.pk}/helped/{move.pk}/{membership.user_id}"
            _queue(HELPED, key, request, membership.user, now)


def tell_overdue(
    request: SupportRequest, person: User, now: datetime, not_before: datetime
) -> None:
    """Tell someone that help is overdue: once for each date by which it was to come."""
    key = f"support/{request.pk}/overdue/{request.due_on}/{person.pk}"
    _queue(OVERDUE, key, request, person, now, not_before)


def _queue(
    kind: str,
    key: str,
    request: SupportRequest,
    person: User,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    queue(
        kind,
        key,
        person=person,
        address=person.email,
        language=person.language,
        about=request.pk,
        now=now,
        not_before=not_before,
        expires_at=max(now, not_before or now) + VALID,
    )


def compose(message: Message) -> Content:
    """What the mail's kind says of the request, and where it stands."""
    request = _request_of(message)
    due = in_words(request.due_on, "day")
    subject = {
        ROUTED: _("%(team)s asks for help, and it is with you: please bring it by %(due)s"),
        HELPED: _("%(team)s: did the help come?"),
        OVERDUE: _("%(team)s still waits for help that was due on %(due)s"),
    }[message.kind] % {"team": request.team, "due": due}
    context: dict[str, object] = {
        "kind": message.kind,
        "team": request.team,
        "due": due,
        "days": request.days_open(message.dated_at),
        "path": reverse("support_request", args=[request.team_id, request.pk]),
    }
    headers = {}
    if message.kind == OVERDUE and message.person:
        context["opt_out"] = mails.opt_out_url(message.person, message.created_at)
        headers = mails.unsubscribe(message.person, message.created_at)
    return outbox_mails.compose(subject, "followups/mail/support", context, **headers)


def _request_of(message: Message) -> SupportRequest:
    return SupportRequest.objects.select_related("team").get(pk=message.about or 0)


def opens(message: Message, now: datetime) -> datetime:
    """A decent hour where the reader is: where their team is while they have never signed in."""
    zone = mails.zone_of(mails.person_of(message), _request_of(message).team)
    return staff_mails.decent(message, zone, now)


def _of_staff() -> Q:
    """Still looking after the team, so that the page opens: a condition on SupportRequest."""
    return (
        Q(team__coach=OuterRef("person"), team__coach__is_active=True)
        | Q(team__cohort__facilitators=OuterRef("person"))
        | Q(team__cohort__program__leads=OuterRef("person"))
    )


def owed_to_holder(now: datetime) -> Q:
    """Whoever it was routed to is told while they hold it and it is open."""
    held = SupportRequest.objects.open().filter(_of_staff(), pk=OuterRef("about"))
    return Q(Exists(held.filter(holder=OuterRef("person"))), person__is_active=True)


def owed_to_lead(now: datetime) -> Q:
    """The team's lead is asked while the request waits for their word."""
    waiting = SupportRequest.objects.filter(
        pk=OuterRef("about"),
        state=SupportRequest.State.HELPED,
        team__memberships__user=OuterRef("person"),
        team__memberships__role=Membership.Role.LEAD,
    )
    return Q(Exists(waiting))


def owed_while_open(now: datetime) -> Q:
    """Staff are told what is overdue while it is open and they want such mails."""
    open_ = SupportRequest.objects.open().filter(_of_staff(), pk=OuterRef("about"))
    return Q(Exists(open_)) & staff_mails.wanted()


KINDS = [
    Kind(ROUTED, compose, owed=owed_to_holder, opens=opens),
    Kind(HELPED, compose, owed=owed_to_lead, opens=opens),
    Kind(OVERDUE, compose, owed=owed_while_open, opens=opens),
]
