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

`now` is the app's clock, in UTC, which tests move; leases use the database's own.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation

from outbox import breaker, letter, transport
from outbox.kinds import goes_anyway, kind_of
from outbox.models import Attempt, Message
from outbox.states import State
from outbox.transport import Line, Outcome, ServerAwayError, Verdict
from outbox.verdicts import end, is_suppressed, open_attempt, reap, record, release

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
    return [message for pk in ids if (message := _claim(pk, claim, now))]


def _claim(pk: int, claim: UUID, now: datetime) -> Message | None:
    with transaction.atomic(durable=True):
        taken = Message.objects.filter(
            pk=pk, state=State.QUEUED, next_attempt_at__lte=now, expires_at__gt=now
        ).update(
            state=State.CLAIMED,
            claim=claim,
            lease_until=Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS),
            handed_over_at=None,
        )
        if not taken:
            return None
        message = Message.objects.select_related("person").get(pk=pk)
        tries = Attempt.objects.filter(message=message).count()
        Attempt.objects.create(message=message, n=tries + 1, claim=claim, started_at=now)
    return message


def send_chunk(chunk: list[Message], line: Line, turn: Turn) -> int:
    """Send the claimed mails over the line; what was not reached goes back into the queue."""
    sent, waiting = 0, list(chunk)
    try:
        while waiting and not turn.is_over():
            # A line that broke with the mail before is opened anew.
            line.ready()
            verdict = send(waiting.pop(), line, turn)
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


def send(message: Message, line: Line, turn: Turn) -> Verdict | None:
    """Gate, hand over, send and record one claimed mail; None when it did not come to sending."""
    try:
        if not gate(message, turn.now()):
            return None
        to, raw = compose(message)
    except DatabaseError:
        raise
    except Exception as error:
        # One kind's mistake must not keep everyone's mail.
        logger.exception("Mail %s could not be composed", message.key)
        verdict = Verdict(Outcome.TEMPORARY, None, f"compose: {error!r}")
    else:
        # Counted from before the mark: when the time is up, the lease still runs.
        deadline = time.monotonic() + mail_seconds()
        if not hand_over(message, turn.now()):
            release(message, turn.now(), at=turn.now(), reason="not handed over")
            return None
        verdict = line.send(letter.sender_address(), to, raw, deadline)
    record(message, verdict, turn.now())
    return verdict


def compose(message: Message) -> tuple[str, bytes]:
    """The mail's address as SMTP spells it, and its bytes, in its own language."""
    with translation.override(message.language):
        raw = letter.write(message, kind_of(message).compose(message))
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


def hand_over(message: Message, now: datetime) -> bool:
    """Commit that this mail goes to the server now: still ours, for long enough, and still owed."""
    with transaction.atomic(durable=True):
        ours = Message.objects.filter(
            kind_of(message).owed(now),
            pk=message.pk,
            state=State.CLAIMED,
            claim=message.claim,
            lease_until__gt=Now() + timedelta(seconds=mail_seconds()),
            expires_at__gt=now,
        ).update(handed_over_at=now)
        if ours:
            open_attempt(message).update(handed_over_at=now)
    return bool(ours)
