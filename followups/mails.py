"""The mails of a check-in: asking, reminding, and telling the coach. They hold no plan text."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from coalitions.days import in_words
from cohorts.models import Membership, Team
from followups import schedule
from followups.models import CheckIn, Preference
from outbox import links, mails
from outbox.kinds import Content, Kind
from outbox.models import Message

Step = CheckIn.Step
PURPOSE = "check-in"
OPT_OUT = "opt-out"
KIND_OF_STEP: dict[str, str] = {
    Step.OPENS: "check-in opens",
    Step.NUDGE: "check-in nudge",
    Step.OVERDUE: "check-in overdue",
    Step.COACH: "check-in coach",
}
ASKING = [KIND_OF_STEP[step] for step in (Step.OPENS, Step.NUDGE, Step.OVERDUE)]
ALL = [*KIND_OF_STEP.values()]
# One person is reminded at most once in so long, however many teams they are in.
REST = timedelta(hours=20)
# A late answer is still an answer.
LINK_LIVES_AFTER_CLOSING = timedelta(days=14)


def key_of(check_in: CheckIn, person: User, step: str) -> str:
    """What makes a reminder one message."""
    return f"checkin/{check_in.pk}/{person.pk}/{step}"


def _subject_of(message: Message) -> CheckIn:
    return CheckIn.objects.select_related("team__cohort", "round").get(pk=message.about or 0)


def compose(message: Message) -> Content:
    """Ask or remind a member, with the link that needs no sign-in."""
    check_in, person = _subject_of(message), _person(message)
    team, step = check_in.team, message.key.rsplit("/", 1)[1]
    due = in_words(check_in.round.due_on)
    subject = {
        Step.OPENS: _("%(team)s: how does the plan go? Check-in %(n)d"),
        Step.NUDGE: _("%(team)s: please answer check-in %(n)d by %(due)s"),
        Step.OVERDUE: _("%(team)s: check-in %(n)d was due on %(due)s"),
    }[Step(step)] % {"team": team, "due": due, "n": check_in.round.number}
    context = {
        "person": person,
        "team": team,
        "check_in": check_in,
        "step": step,
        "due": due,
        "path": reverse("check_in_link", args=[link_token(message, check_in)]),
        "opt_out": opt_out_url(person, message.created_at),
    }
    return mails.compose(
        subject, "followups/mail/check_in", context, **unsubscribe(person, message.created_at)
    )


def compose_coach(message: Message) -> Content:
    """Tell the coach that a team has not answered."""
    check_in, person = _subject_of(message), _person(message)
    context = {
        "person": person,
        "team": check_in.team,
        "check_in": check_in,
        "due": in_words(check_in.round.due_on),
        "path": reverse("team", args=[check_in.team_id]),
        "opt_out": opt_out_url(person, message.created_at),
    }
    subject = _("%(team)s has not answered check-in %(n)d; a call may help") % {
        "team": check_in.team,
        "n": check_in.round.number,
    }
    return mails.compose(
        subject, "followups/mail/coach", context, **unsubscribe(person, message.created_at)
    )


def _person(message: Message) -> User:
    if message.person is None:
        raise User.DoesNotExist("the person of this mail was erased")
    return message.person


def link_token(message: Message, check_in: CheckIn) -> str:
    """The token of the link that opens this check-in, and nothing else, for this person."""
    closes = schedule.evening(check_in.round.closes_on, check_in.team.zone)
    return links.issue(
        PURPOSE,
        message.key,
        about=check_in.pk,
        person=message.person,
        expires_at=closes + LINK_LIVES_AFTER_CLOSING,
        now=message.created_at,
    )


def opt_out_url(person: User, now: datetime) -> str:
    """Where one click stops the reminders; the link never expires. Short, so never folded."""
    token = links.issue(OPT_OUT, f"person/{person.pk}", person=person, expires_at=None, now=now)
    return settings.BASE_URL + reverse("opt_out", args=[token])


def unsubscribe(person: User, now: datetime) -> dict[str, str]:
    """The headers behind a mail program's own unsubscribe button (RFC 2369, RFC 8058)."""
    return {
        "List_Unsubscribe": f"<{opt_out_url(person, now)}>",
        "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
    }


def owed(now: datetime) -> Q:
    """A reminder is wanted while its check-in is open and its reader in the team."""
    member = Membership.objects.filter(
        user=OuterRef("person"), user__is_active=True, team__check_ins=OuterRef("about")
    )
    return Q(Exists(member)) & _awaited()


def owed_to_coach(now: datetime) -> Q:
    """The coach is told while the check-in is open and they coach the team."""
    coach = Team.objects.filter(
        coach=OuterRef("person"), coach__is_active=True, check_ins=OuterRef("about")
    )
    return Q(Exists(coach)) & _awaited()


def _awaited() -> Q:
    """Nobody has answered, and the reader wants these mails: a condition on Message."""
    waiting = CheckIn.objects.filter(pk=OuterRef("about"), state=CheckIn.State.OPEN)
    silent = Preference.objects.filter(person=OuterRef("person"), wants_reminders=False)
    return Q(Exists(waiting)) & ~Q(Exists(silent))


def zone_of(person: User, team: Team) -> ZoneInfo:
    """The zone of someone's clock; their team's while they have never signed in."""
    return person.zone if person.time_zone else team.zone


def opens(message: Message, now: datetime) -> datetime:
    """The next decent hour of the reader's own day, by the zone they have now."""
    person = _person(message)
    zone = person.zone if person.time_zone else zone_of(person, _subject_of(message).team)
    day = date.fromisoformat(message.context["on"])
    earliest = max(now, schedule.morning(day, zone, message.key))
    lately = Message.objects.filter(
        person=person, kind__in=ASKING, handed_over_at__gt=earliest - REST
    ).exclude(pk=message.pk)
    last = lately.order_by("-handed_over_at").values_list("handed_over_at", flat=True).first()
    if last and message.kind in ASKING:
        earliest = max(earliest, last + REST)
    return schedule.next_decent(earliest, zone, message.key)


KINDS = [
    Kind(kind, compose, owed=owed, opens=opens)
    if kind in ASKING
    else Kind(kind, compose_coach, owed=owed_to_coach, opens=opens)
    for kind in ALL
]
