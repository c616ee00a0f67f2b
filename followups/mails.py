"""The mails of a check-in: asking, reminding, and telling coach and lead. They hold no plan text.

What one person is due at once is one mail that names it all; at most one goes to them in twenty
hours and two in seven days (docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import (
    Exists,
    OuterRef,
    Q,
    Subquery,
    prefetch_related_objects,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from coalitions.days import comma, in_words
from cohorts.models import Team
from followups import owing, reply_address, texts
from followups.hours import Reader
from followups.items import Item, said_of, says
from followups.models import CheckIn, Preference
from outbox import links, mails
from outbox.kinds import Content, Kind
from outbox.links import Link
from outbox.models import Message
from outbox.queueing import handed_over

Step = CheckIn.Step
PURPOSE = "check-in"
OPT_OUT = "opt-out"
KIND_OF_STEP: dict[str, str] = {
    Step.OPENS: "check-in opens",
    Step.NUDGE: "check-in nudge",
    Step.DUE: "check-in due",
    Step.OVERDUE: "check-in overdue",
    Step.COACH: "check-in coach",
    Step.LEAD: "check-in lead",
    Step.CLOSES: "check-in closed",
}
STEP_OF_KIND = {kind: step for step, kind in KIND_OF_STEP.items()}
READER_OUT = "check-in reader out"
SUPPORT_OVERDUE, COACH_DIGEST = "support overdue", "coach digest"
PROMISE_DUE, PROMISE_LATE = "promise due", "promise late"
# Who writes the answer hears of these; coach and program lead of the others.
TO_MEMBERS = (Step.OPENS, Step.NUDGE, Step.DUE, Step.OVERDUE, Step.CLOSES)
ALL = [*KIND_OF_STEP.values()]
WHOLE_FAMILY = [*ALL, READER_OUT, SUPPORT_OVERDUE, COACH_DIGEST, PROMISE_DUE, PROMISE_LATE]
# One person gets at most one of these mails on a day of theirs, and two in any seven days, however
# many teams they are in. Each span is four hours short, so that a mail that went late in its day
# does not push back the one that is due a day or a week after; at decent hours it still ends on
# another day.
SHORT = timedelta(hours=4)
REST = timedelta(days=1) - SHORT
WEEK, MOST_A_WEEK = timedelta(days=7) - SHORT, 2
# A late answer is still an answer.
LINK_LIVES_AFTER_CLOSING = timedelta(days=14)


def key_of(check_in: CheckIn, person: User, step: str) -> str:
    """What makes a reminder one message."""
    return f"checkin/{check_in.pk}/{person.pk}/{step}"


def gather(messages: Sequence[Message]) -> None:
    """Look up at once what these mails need, and let their links open."""
    people = [message.person for message in messages if message.person]
    prefetch_related_objects(people, "reminder_preference")
    coming = CheckIn.objects.filter(
        team=OuterRef("team"),
        round__opens_on__gt=OuterRef("round__opens_on"),
        state=CheckIn.State.SCHEDULED,
    ).order_by("round__opens_on")
    check_ins = (
        CheckIn.objects.select_related("team__cohort__program", "round")
        .prefetch_related("team__cohort__holidays", "team__cohort__program__step_texts")
        .annotate(next_opens_on=Subquery(coming.values("round__opens_on")[:1]))
        .in_bulk({message.about for message in messages if message.kind in STEP_OF_KIND})
    )
    wanted = [
        _opt_out(person, message.created_at) for message in messages if (person := message.person)
    ]
    for message in messages:
        check_in = check_ins.get(message.about) if message.kind in STEP_OF_KIND else None
        vars(message)["check_in"] = check_in
        if check_in and STEP_OF_KIND[message.kind] in TO_MEMBERS:
            wanted.append(_link(message, check_in))
            if reply := reply_address.link_of(message, check_in, link_ends(check_in)):
                wanted.append(reply)
    links.issue_all(wanted)


def _subject_of(message: Message) -> CheckIn:
    """The check-in that a message speaks about, looked up once for each try."""
    known = vars(message)
    if "check_in" not in known:
        gather([message])
    if known["check_in"] is None:
        raise CheckIn.DoesNotExist(f"the check-in of {message} is gone")
    return known["check_in"]


def _team_of(message: Message) -> Team:
    if team := message.context.get("team"):
        return Team.objects.select_related("cohort").get(pk=team)
    return _subject_of(message).team


def compose(messages: Sequence[Message]) -> Content:
    """One mail that names everything its reader is due, each thing with its link."""
    first = messages[0]
    person = person_of(first)
    if any("check_in" not in vars(message) for message in messages):
        gather(messages)
    # The digest is long, and asks for nothing.
    messages = sorted(messages, key=lambda message: message.kind == COACH_DIGEST)
    items = [item_of(message) for message in messages]
    subject = items[0].title
    if len(items) > 1:
        teams = comma().join(dict.fromkeys(item.about for item in items))
        subject = ngettext(
            "%(count)d thing of the follow-up: %(teams)s",
            "%(count)d things of the follow-up: %(teams)s",
            len(items),
        ) % {"count": len(items), "teams": teams}
    noted = [n for n, item in enumerate(items) if item.note]
    context: dict[str, object] = {"person": person, "items": items, "noted": noted[-1:]}
    headers = {}
    if any(message.kind in WHOLE_FAMILY for message in messages):
        context["opt_out"] = opt_out = _opt_out_page(_opt_out(person, first.created_at))
        headers = _headers(opt_out)
    if reply_to := _reply_to(messages):
        headers["Reply_To"] = reply_to
        context["mark"] = reply_address.MARK
    return mails.compose(subject, "followups/mail/reminder", context, **headers)


def _reply_to(messages: Sequence[Message]) -> str:
    """Where an answer by mail goes; nowhere when it would not be clear to which check-in."""
    asking = [message for message in messages if STEP_OF_KIND.get(message.kind) in TO_MEMBERS]
    if len(asking) != 1:
        return ""
    check_in = _subject_of(asking[0])
    link = reply_address.link_of(asking[0], check_in, link_ends(check_in))
    return reply_address.address_of(link) if link else ""


def item_of(message: Message) -> Item:
    """What the mail says of one message, in the active language."""
    if told := said_of(message):
        return told
    check_in, step = _subject_of(message), STEP_OF_KIND[message.kind]
    team = str(check_in.team)
    text = texts.of(check_in.team.cohort.program, step)
    text = text.filled(values_of(check_in, person_of(message)))
    if step in TO_MEMBERS:
        path = reverse("check_in_link", args=[_link(message, check_in).token])
    elif step == Step.COACH:
        path = reverse("team", args=[check_in.team_id])
    else:
        path = reverse("follow_up", args=[check_in.team.cohort_id])
    return item_of_step(step, team, text, path)


def item_of_step(step: str, team: str, text: texts.Text, path: str) -> Item:
    """What the mail of a step says with a filled text, in the active language."""
    label, note = _("See where each reform stands"), ""
    if step in TO_MEMBERS:
        label = _("Answer now")
        note = _(
            "You need not sign in. One answer for the whole team is enough. If you need help, say "
            "so: someone will see it."
        )
    elif step == Step.COACH:
        label = _("Open the team's page")
    return Item(team, text.subject, text.body, label, path, note)


def values_of(check_in: CheckIn, person: User) -> dict[str, object]:
    """What fills the places of a text, in the active language."""
    round_, opens = check_in.round, vars(check_in)["next_opens_on"]
    return {
        "team": check_in.team,
        "person": person,
        "n": round_.number,
        "due": in_words(round_.due_on),
        "closes": in_words(round_.closes_on),
        "next": _("The next one opens on %(day)s.") % {"day": in_words(opens)}
        if opens
        else _("It was the last one."),
    }


@says(READER_OUT)
def _reader_out(message: Message) -> Item:
    team = _team_of(message)
    gone = User.objects.get(reminder_preference=message.about)
    told = {"person": gone, "team": team}
    return Item(
        str(team),
        _("%(team)s: %(person)s gets no reminders any more") % told,
        _(
            "%(person)s stopped the reminders of the follow-up year. They stay in %(team)s and can "
            "still answer. Whoever answers for the team should know."
        )
        % told,
        _("Open the team's page"),
        reverse("team", args=[team.pk]),
    )


def person_of(message: Message) -> User:
    """Whom a message is to. Raises DoesNotExist when they were erased."""
    if message.person is None:
        raise User.DoesNotExist("the person of this mail was erased")
    return message.person


def link_token(message: Message, check_in: CheckIn) -> str:
    """The token of the link that opens this check-in, and nothing else, for this person."""
    link = _link(message, check_in)
    links.issue_all([link])
    return link.token


def _link(message: Message, check_in: CheckIn) -> Link:
    ends = link_ends(check_in)
    return Link(PURPOSE, message.key, message.created_at, ends, check_in.pk, message.person)


def link_ends(check_in: CheckIn) -> datetime:
    """When the links (and reply addresses) of a check-in's mails run out; UTC."""
    closes = Reader(check_in.team.zone).evening(check_in.round.closes_on)
    return closes + LINK_LIVES_AFTER_CLOSING


def opt_out_url(person: User, now: datetime) -> str:
    """Where one click stops the reminders; the link never expires. Short, so never folded."""
    link = _opt_out(person, now)
    links.issue_all([link])
    return _opt_out_page(link)


def _opt_out(person: User, now: datetime) -> Link:
    return Link(OPT_OUT, f"person/{person.pk}", now, expires_at=None, person=person)


def _opt_out_page(link: Link) -> str:
    return settings.BASE_URL + reverse("opt_out", args=[link.token])


def unsubscribe(person: User, now: datetime) -> dict[str, str]:
    """The headers behind a mail program's own unsubscribe button (RFC 2369, RFC 8058)."""
    return _headers(opt_out_url(person, now))


def _headers(opt_out: str) -> dict[str, str]:
    return {
        "List_Unsubscribe": f"<{opt_out}>",
        "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
    }


def zone_of(person: User, team: Team) -> ZoneInfo:
    """The zone of someone's clock; their team's while they have never signed in."""
    return person.zone if person.time_zone else team.zone


def reader_of(person: User, team: Team) -> Reader:
    """Whose day it is, with what they chose and their cohort's holidays."""
    chosen = getattr(person, "reminder_preference", None) or Preference()
    return Reader(
        zone_of(person, team),
        f"person/{person.pk}",
        chosen.hour,
        chosen.weekly_on,
        frozenset(holiday.day for holiday in team.cohort.holidays.all()),
    )


def opens(message: Message, now: datetime) -> datetime:
    """The next decent hour of the reader's own day, as they want mail now."""
    person = person_of(message)
    reader = reader_of(person, _team_of(message))
    morning = reader.morning(date.fromisoformat(message.context["on"]))
    return reader.next_decent(rested(person, max(now, morning)))


def rested(person: User, moment: datetime) -> datetime:
    """`moment`, or the first after it at which this person may get a mail again."""
    chosen = getattr(person, "reminder_preference", None)
    before = handed_over(person, tuple(WHOLE_FAMILY), moment - WEEK, most=MOST_A_WEEK)
    waits = [moment, *(last + REST for last in before[:1])]
    waits += [last + WEEK for last in before[MOST_A_WEEK - 1 :]]
    if chosen and chosen.snoozed_until:
        waits.append(chosen.snoozed_until)
    return max(waits)


def free(now: datetime) -> Q:
    """Has the reader rested? As `rested`: a condition on Message."""
    lately = Message.objects.filter(
        person=OuterRef("person"), kind__in=WHOLE_FAMILY, covered_by__isnull=True
    ).order_by("-handed_over_at")
    just_now = lately.filter(handed_over_at__gt=now - REST)
    in_a_week = lately.filter(handed_over_at__gt=now - WEEK)[MOST_A_WEEK - 1 : MOST_A_WEEK]
    return ~Q(Exists(just_now)) & ~Q(Exists(in_a_week))


def alone(message: Message) -> Content:
    """The mail that names this message and nothing else."""
    return compose([message])


OWED = {
    Step.COACH: owing.owed_to_coach,
    Step.LEAD: owing.owed_to_lead,
    Step.CLOSES: owing.owed_when_closed,
}
LABELS = {
    Step.OPENS: gettext_lazy("A check-in opens"),
    Step.NUDGE: gettext_lazy("Reminder of a check-in"),
    Step.DUE: gettext_lazy("A check-in is due"),
    Step.OVERDUE: gettext_lazy("A check-in is overdue"),
    Step.COACH: gettext_lazy("A silent team, to its coach"),
    Step.LEAD: gettext_lazy("A silent team, to the program lead"),
    Step.CLOSES: gettext_lazy("A check-in is closed"),
}
KINDS = [
    *(
        Kind(
            kind,
            alone,
            owed=OWED.get(Step(step), owing.owed),
            opens=opens,
            free=free,
            together=compose,
            label=LABELS[Step(step)],
            gather=gather,
        )
        for step, kind in KIND_OF_STEP.items()
    ),
    Kind(
        READER_OUT,
        alone,
        owed=owing.owed_of_reader_out,
        opens=opens,
        free=free,
        together=compose,
        label=gettext_lazy("A reader gets no reminders any more"),
    ),
]
