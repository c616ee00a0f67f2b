"""Sending what is due: claim, gate, hand over, send, record, and reap what a crash left.

The guarantee. Every mail due, for someone who still owes the answer and can be reached, is
accepted by the mail server at least once before it expires and at most twice: a second copy only
where a crash, cut or timeout fell between the hand-over and our record of its outcome, and each
such case stands as an Attempt whose outcome is *unknown*. Nothing is handed over after the answer,
opt-out or expiry was committed.

How. A worker takes a row by a conditional UPDATE (claim, with a lease on the database's clock),
asks again whether the mail is wanted (gate), commits the mark `handed_over_at` while its lease
still runs and the mail is still owed, and only then speaks SMTP, outside any transaction. A lease
that ran out without the mark was certainly not sent; one with the mark is unknown.

What one person is due at once and whose kinds go together is one mail: claimed together, handed
over in one transaction, recorded in one, so that each counts as handed over when its mail was.

`now` is the app's clock, in UTC, which tests move; leases use the database's own.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation

from outbox import breaker, letter, transport
from outbox.kinds import go_together, goes_anyway, kind_of, names_together
from outbox.models import Attempt, Message
from outbox.states import State
from outbox.transport import Line, Outcome, ServerAwayError, Verdict
from outbox.verdicts import end, is_suppressed, open_attempt, reap, record_all, release

logger = logging.getLogger(__name__)

CHUNK = 50
MOST_A_TICK = 200
LONGEST_TICK_SECONDS = 20
LONGEST_MAIL_SECONDS = 60


@dataclass(frozen=True)
class Turn:
    """One call of `deliver`. Its clock runs on from `started`: mails late in a turn are judged by
    the moment at which they go, not by the one at which the turn began."""

    started: datetime
    began: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        return time.monotonic() - self.began

    def now(self) -> datetime:
        return self.started + timedelta(seconds=self.seconds())

    def is_over(self) -> bool:
        return self.seconds() >= LONGEST_TICK_SECONDS


def deliver(now: datetime) -> int:
    """Send what is due at `now`; how many were taken by the server. At most 200 mails or 20 s."""
    turn = Turn(now)
    reap(now)
    expire(now)
    sent = claimed = 0
    while claimed < MOST_A_TICK and not turn.is_over() and work_waits(turn.now()):
        try:
            # The line comes first: a server that is away costs no mail even a claim.
            with transport.open_line() as line:
                chunk = claim_due(turn.now())
                sent += send_chunk(chunk, line, turn)
        except ServerAwayError as error:
            breaker.pause(turn.now(), str(error))
            break
        if not chunk:
            break
        claimed += len(chunk)
    return sent


def due(now: datetime) -> QuerySet[Message]:
    """Queued mails whose moment has come, oldest first."""
    return Message.objects.filter(state=State.QUEUED, next_attempt_at__lte=now).order_by(
        "next_attempt_at", "pk"
    )


def work_waits(now: datetime) -> bool:
    """Is a mail due, and does the server take any?"""
    return due(now).exists() and not breaker.is_paused(now)


def expire(now: datetime) -> int:
    """End the mails that nobody could send in time; how many.

    From now on nobody may try them again either, so what they needed is forgotten.
    """
    late = Message.objects.filter(expires_at__lte=now)
    late.filter(state__in=[State.FAILED, State.DEAD]).exclude(context={}).update(context={})
    return late.filter(state=State.QUEUED).update(
        state=State.EXPIRED, reason="its time passed", context={}
    )


def claim_due(now: datetime) -> list[Message]:
    """Take up to a chunk of due mails for ourselves, each with an open Attempt."""
    claim = uuid4()
    ids = list(due(now).values_list("pk", flat=True)[:CHUNK])
    # Workers that look at once should not fight over the same rows in the same order.
    random.shuffle(ids)
    return [message for pk in ids for message in _claim(pk, claim, now)]


def _claim(pk: int, claim: UUID, now: datetime) -> list[Message]:
    """Take a mail, and what goes with it; nothing if someone else has it."""
    with transaction.atomic(durable=True):
        waiting = Message.objects.filter(state=State.QUEUED, expires_at__gt=now)
        wanted = waiting.filter(pk=pk, next_attempt_at__lte=now).select_related("person")
        found = list(wanted)
        if found and (names := names_together(found[0])) and _hold_person(found[0]):
            one = found[0]
            # Those that wait for another try go along, lest they wait for another day.
            companions = waiting.filter(
                person=one.person_id, address=one.address, kind__in=names, not_before__lte=now
            )
            if not wanted.exists():
                return []
            others = companions.exclude(pk=pk).select_related("person")
            found += others.order_by("pk")[: CHUNK - 1]
        return [message for message in found if _take(message, claim, now)]


def _take(message: Message, claim: UUID, now: datetime) -> bool:
    taken = Message.objects.filter(pk=message.pk, state=State.QUEUED, expires_at__gt=now).update(
        state=State.CLAIMED,
        claim=claim,
        lease_until=Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS),
        handed_over_at=None,
    )
    if taken:
        message.state, message.claim = State.CLAIMED, claim
        tries = Attempt.objects.filter(message=message).count()
        Attempt.objects.create(message=message, n=tries + 1, claim=claim, started_at=now)
    return bool(taken)


def _hold_person(message: Message) -> bool:
    """Keep others from the mails of this person until the transaction ends: one mail at a time."""
    if message.person_id is None:
        return False
    people = get_user_model().objects.filter(pk=message.person_id)
    # Rows that point at the person may still be written: an answer never waits for a mail.
    return bool(list(people.select_for_update(no_key=True).values_list("pk")))


def send_chunk(chunk: list[Message], line: Line, turn: Turn) -> int:
    """Send the claimed mails over the line; what was not reached goes back into the queue."""
    sent, waiting = 0, list(chunk)
    try:
        while waiting and not turn.is_over():
            # A line that broke with the mail before is opened anew.
            line.ready()
            message = waiting.pop()
            others = [other for other in waiting if go_together(message, other)]
            waiting = [other for other in waiting if other not in others]
            verdict = send(message, line, turn, others)
            if verdict and verdict.refuses_all:
                breaker.pause(turn.now(), verdict.error)
                break
            if verdict and verdict.outcome == Outcome.OK:
                sent += 1
                if sent == 1:
                    breaker.resume()
    except ServerAwayError as error:
        breaker.pause(turn.now(), str(error))
    finally:
        for message in waiting:
            release(message, turn.now(), at=turn.now(), reason="not reached")
    return sent


def send(
    message: Message, line: Line, turn: Turn, others: Sequence[Message] = ()
) -> Verdict | None:
    """Gate, hand over, send and record one claimed mail; None when it did not come to sending.

    `others` go with it: it names them all.
    """
    # The first gives the mail its Message-ID, so a second copy has the same.
    wanted = sorted([message, *others], key=lambda one: one.pk)
    try:
        wanted = [one for one in wanted if gate(one, turn.now())]
        while wanted:
            to, raw = compose(wanted[0], wanted[1:])
            # Counted from before the mark: when the time is up, the lease still runs.
            deadline = time.monotonic() + mail_seconds()
            if hand_over(wanted[0], turn.now(), wanted[1:]):
                break
            # Some of it is no longer wanted, or no longer ours: the rest goes without.
            left = [one for one in wanted if gate(one, turn.now())]
            if left == wanted:
                release(left.pop(), turn.now(), at=turn.now(), reason="not handed over")
            wanted = left
        else:
            return None
    except DatabaseError:
        raise
    except Exception as error:
        # One kind's mistake must not keep everyone's mail.
        logger.exception("Mail %s could not be composed", message.key)
        verdict = Verdict(Outcome.TEMPORARY, None, f"compose: {error!r}")
    else:
        verdict = line.send(letter.sender_address(), to, raw, deadline)
    record_all(wanted, verdict, turn.now())
    return verdict


def compose(message: Message, others: Sequence[Message] = ()) -> tuple[str, bytes]:
    """The mail's address as SMTP spells it, and its bytes, in its own language."""
    kind = kind_of(message)
    with translation.override(message.language):
        content = kind.together([message, *others]) if kind.together else kind.compose(message)
        raw = letter.write(message, content)
    return letter.ascii_address(message.address), raw


def gate(message: Message, now: datetime) -> bool:
    """May this mail go now? If not, move it to where it belongs."""
    kind = kind_of(message)
    if is_suppressed(message.address) and not goes_anyway(message):
        end(message, State.SUPPRESSED, "the address is suppressed", now)
    elif not Message.objects.filter(kind.owed(now), pk=message.pk).exists():
        end(message, State.CANCELLED, "no longer owed", now)
    elif (opens := kind.opens(message, now)) >= message.expires_at:
        end(message, State.EXPIRED, "no decent hour before it expires", now)
    elif opens > now:
        release(message, now, at=opens, reason="outside the reader's hours")
    else:
        return True
    return False


def mail_seconds() -> float:
    """What one mail may take at most, and so what must be left of its lease at the hand-over."""
    return min(LONGEST_MAIL_SECONDS, settings.OUTBOX_LEASE_SECONDS / 2)


def hand_over(message: Message, now: datetime, others: Sequence[Message] = ()) -> bool:
    """Commit that this mail goes to the server now: still ours, for long enough, and still owed.

    With the `others` that it names, or not at all.
    """
    with transaction.atomic(durable=True):
        if kind_of(message).together:
            # Nobody hands this person another mail between our look and our mark.
            _hold_person(message)
            if any(kind_of(one).opens(one, now) > now for one in (message, *others)):
                return False
        ours = all(
            _mark(one, now, covered_by=None if one is message else message)
            for one in (message, *others)
        )
        if not ours:
            transaction.set_rollback(True)
    return ours


def _mark(message: Message, now: datetime, *, covered_by: Message | None) -> bool:
    marked = Message.objects.filter(
        kind_of(message).owed(now),
        pk=message.pk,
        state=State.CLAIMED,
        claim=message.claim,
        lease_until__gt=Now() + timedelta(seconds=mail_seconds()),
        expires_at__gt=now,
    ).update(handed_over_at=now, covered_by=covered_by)
    if marked:
        open_attempt(message).update(handed_over_at=now)
    return bool(marked)
