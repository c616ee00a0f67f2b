"""Mails about help that a team asks for. They name the team and lead to the page, no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from accounts.models import User
from coalitions.days import in_words
from cohorts.models import Membership
from followups import mails, staff_mails
from followups.items import Item, says
from followups.models import SupportMove, SupportRequest
from outbox.kinds import Kind
from outbox.models import Message
from outbox.queueing import cancel, queue

ROUTED, HELPED = "support routed", "support helped"
OVERDUE = mails.SUPPORT_OVERDUE
VALID = timedelta(days=7)


def take_back(request: SupportRequest) -> None:
    """What waits to be said of the request is true no more."""
    cancel([ROUTED, HELPED, OVERDUE], about=request.pk, reason=gettext_noop("the request moved on"))


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


@says(ROUTED, HELPED, OVERDUE)
def item_of(message: Message) -> Item:
    """What the mail says of the request, and where it stands; no word of the team's."""
    request = _request_of(message)
    days = request.days_open(message.dated_at)
    told = {"team": request.team, "due": in_words(request.due_on, "day"), "days": days}
    subject = {
        ROUTED: _("%(team)s asks for help, and it is with you: please bring it by %(due)s"),
        HELPED: _("%(team)s: did the help come?"),
        OVERDUE: _("%(team)s still waits for help that was due on %(due)s"),
    }[message.kind]
    words = {
        ROUTED: _(
            "%(team)s asks for help, and its request was brought to you. Please see to it by "
            "%(due)s, and say on its page what was done."
        ),
        HELPED: _(
            "Someone says what was done about the help that %(team)s asked for. Please confirm "
            "that it helped, or say why it did not: until then it is not over."
        ),
        OVERDUE: ngettext(
            "The help that %(team)s asked for was due on %(due)s, and nobody has said yet what was "
            "done. It has been open for %(days)s day.",
            "The help that %(team)s asked for was due on %(due)s, and nobody has said yet what was "
            "done. It has been open for %(days)s days.",
            days,
        ),
    }[message.kind]
    path = reverse("support_request", args=[request.team_id, request.pk])
    return Item(str(request.team), subject % told, words % told, _("Open the request"), path)


def _request_of(message: Message) -> SupportRequest:
    return SupportRequest.objects.select_related("team__cohort").get(pk=message.about or 0)


def opens(message: Message, now: datetime) -> datetime:
    """A decent hour where the reader is, on no holiday of the team's cohort."""
    reader = mails.reader_of(mails.person_of(message), _request_of(message).team)
    return staff_mails.decent(message, reader, now)


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
    Kind(
        kind,
        mails.alone,
        owed=owed,
        opens=opens,
        free=mails.free if kind in mails.WHOLE_FAMILY else None,
        together=mails.compose,
        label=label,
    )
    for kind, owed, label in (
        (ROUTED, owed_to_holder, gettext_lazy("Help was brought to someone")),
        (HELPED, owed_to_lead, gettext_lazy("Did the help come?")),
        (OVERDUE, owed_while_open, gettext_lazy("Help is overdue")),
    )
]
