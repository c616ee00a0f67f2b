"""Answers by mail: their text goes into the draft of “What did you do?”, and nothing is sent.

Someone opens the check-in, reads it there as “by e-mail from …”, and sends it. Times are UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from coalitions import clock
from followups import answering, drafts, reply_address, rights
from followups.forms import LONGEST
from followups.incoming import Incoming
from followups.models import CheckIn, Reply
from followups.rights import Right
from outbox import mails as letters
from outbox.kinds import Content, Kind
from outbox.links import Trouble
from outbox.mailbox import Letter
from outbox.models import Message
from outbox.queueing import queue

FIELD = "did"
KIND = "check-in reply"
ATTACHMENTS = "attachments"
WORD_LIVES = timedelta(days=3)
Outcome = Reply.Outcome


def take_letter(letter: Letter) -> bool:
    """Take a mail of the mailbox of answers; was it one?"""
    return take(Incoming(letter.raw, is_whole=letter.is_whole), clock.now()) is not None


def take(mail: Incoming, now: datetime) -> Reply | None:
    """Keep what a mail says in the check-in it answers; None when it is no answer to any.

    Whoever sends it: the token in the address says for which check-in and person, as a link does.
    The same mail twice is one. What cannot be kept is told to that person, once a mail, never to
    a machine.
    """
    link = reply_address.find(mail.addressed, now)
    if link is None:
        return None
    found = rights.holder(Right(link.about or 0, link.person_id or 0), now)
    if isinstance(found, Trouble):
        return None
    check_in, person = found
    return _keep(mail, check_in, person, now)


@transaction.atomic
def _keep(mail: Incoming, check_in: CheckIn, person: User, now: datetime) -> Reply:
    reply, is_new = Reply.objects.get_or_create(
        check_in=check_in,
        sha256=mail.sha256,
        defaults={
            "person": person,
            "sender": mail.sender,
            "outcome": Outcome.AUTOMATIC,
            "at": now,
        },
    )
    if not is_new or mail.is_automatic:
        return reply
    reply.outcome = _write(mail, check_in, person, now)
    reply.save(update_fields=["outcome"])
    if reply.outcome != Outcome.KEPT:
        _answer(reply, mail, person, reply.outcome, now)
    elif mail.attachments:
        _answer(reply, mail, person, ATTACHMENTS, now)
    return reply


def _write(mail: Incoming, check_in: CheckIn, person: User, now: datetime) -> str:
    if not mail.is_whole:
        return Outcome.TOO_LARGE
    if check_in.state not in answering.ANSWERABLE:
        return Outcome.CLOSED
    text = mail.text()
    if not text:
        return Outcome.EMPTY
    kept = drafts.add(check_in, FIELD, text, by=person, now=now, most=LONGEST)
    return Outcome.KEPT if kept else Outcome.TOO_LONG


def _answer(reply: Reply, mail: Incoming, person: User, why: str, now: datetime) -> None:
    """Say what was not kept, to the person's own address, whoever wrote."""
    queue(
        KIND,
        f"reply/{reply.pk}",
        person=person,
        address=person.email,
        language=person.language,
        about=reply.pk,
        context={"why": why, "to": mail.message_id},
        now=now,
        expires_at=now + WORD_LIVES,
    )


def compose(message: Message) -> Content:
    """What became of a mail, as an answer to it; it holds nothing of what was written."""
    replies = Reply.objects.select_related("check_in__team", "check_in__round")
    check_in = replies.get(pk=message.about or 0).check_in
    context = {
        "why": message.context["why"],
        "team": check_in.team,
        "most": LONGEST,
        "path": reverse("check_in", args=[check_in.team_id, check_in.pk]),
    }
    subject = _("%(team)s: your mail about check-in %(n)d") % {
        "team": check_in.team,
        "n": check_in.round.number,
    }
    to = message.context["to"]
    headers = {"In_Reply_To": to, "References": to} if to else {}
    return letters.compose(subject, "followups/mail/reply", context, **headers)


KINDS = [
    Kind(
        KIND, compose, resend_unknown=False, label=gettext_lazy("What became of an answer by mail")
    )
]
