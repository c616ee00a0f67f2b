"""Two mails about sending: to the lead, that a check-in is ready; and that an answer was sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from coalitions.days import in_words
from followups import mails, owing, staff_mails
from followups.models import Answer, CheckIn, Withdrawal
from outbox import links
from outbox import mails as letters
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import queue

READY, SENT = "check-in ready", "check-in sent"
TAKE_BACK = "take-back"
READY_LIVES = timedelta(days=3)


def tell_ready(check_in: CheckIn, lead: User, by: User, now: datetime) -> bool:
    """Ask a lead to look and send what `by` and others wrote; False when they were, today.

    Once the answer was sent or taken back since, they are asked anew.
    """
    day = now.astimezone(mails.zone_of(lead, check_in.team)).date()
    key = f"ready/{check_in.pk}/{lead.pk}/{day:%Y%m%d}/{check_in.version}"
    if Message.objects.filter(key=key).exists():
        return False
    queue(
        READY,
        key,
        person=lead,
        address=lead.email,
        language=lead.language,
        about=check_in.pk,
        context={"by": str(by)},
        now=now,
        expires_at=now + READY_LIVES,
    )
    return True


def confirm(answer: Answer, person: User, now: datetime, *, until: datetime) -> None:
    """Tell whoever sent an answer from a link that it was sent, and how to take it back."""
    queue(
        SENT,
        f"sent/{answer.pk}/{person.pk}",
        person=person,
        address=person.email,
        language=person.language,
        about=answer.pk,
        context={"until": until},
        now=now,
        expires_at=until,
    )


def compose_ready(message: Message) -> Content:
    """The link opens the check-in for its lead, without signing in."""
    check_in = CheckIn.objects.select_related("team__cohort", "round").get(pk=message.about or 0)
    person = mails.person_of(message)
    context = {
        "person": person,
        "team": check_in.team,
        "by": message.context["by"],
        "due": in_words(check_in.round.due_on),
        "path": reverse("check_in_link", args=[mails.link_token(message, check_in)]),
        "opt_out": mails.opt_out_url(person, message.created_at),
    }
    subject = _("%(team)s: check-in %(n)d is written and waits for you to send it") % {
        "team": check_in.team,
        "n": check_in.round.number,
    }
    more = mails.unsubscribe(person, message.created_at)
    return letters.compose(subject, "followups/mail/ready", context, **more)


def compose_sent(message: Message) -> Content:
    """The link takes the answer back, and nothing else."""
    answers = Answer.objects.select_related("check_in__team__cohort", "check_in__round")
    answer = answers.get(pk=message.about or 0)
    check_in = answer.check_in
    token = links.issue(
        TAKE_BACK,
        message.key,
        about=answer.pk,
        person=message.person,
        expires_at=message.expires_at,
        now=message.created_at,
    )
    context = {
        "person": mails.person_of(message),
        "team": check_in.team,
        "check_in": check_in,
        "path": reverse("take_back", args=[token]),
    }
    subject = _("%(team)s: check-in %(n)d was sent") % {
        "team": check_in.team,
        "n": check_in.round.number,
    }
    return letters.compose(subject, "followups/mail/sent", context)


def opens_ready(message: Message, now: datetime) -> datetime:
    """The next decent hour of the lead's; a colleague asks, so no rest of reminders holds it up."""
    check_in = CheckIn.objects.select_related("team").get(pk=message.about or 0)
    person = mails.person_of(message)
    reader = staff_mails.reader_of(person, mails.zone_of(person, check_in.team))
    return reader.next_decent(now)


def _stands(now: datetime) -> Q:
    return ~Q(Exists(Withdrawal.objects.filter(answer=OuterRef("about"))))


KINDS = [
    Kind(
        READY,
        compose_ready,
        owed=owing.owed_ready,
        opens=opens_ready,
        label=gettext_lazy("A check-in is ready to be sent"),
    ),
    Kind(
        SENT,
        compose_sent,
        owed=_stands,
        label=gettext_lazy("A check-in was sent, and can be taken back"),
    ),
]
