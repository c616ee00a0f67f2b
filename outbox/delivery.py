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
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation

from outbox import breaker, doorbell, hold, letter, transport
from outbox.kinds import goes_anyway, kind_of, names_asked_for
from outbox.models import Attempt, Engine, Message, Suppression
from outbox.states import State
from outbox.transport import Line, Outcome, ServerAwayError, Verdict
from outbox.verdicts import end, reap, record, release, suppressed_among

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
    if not hold.is_held():
        # By a clock that is wrong every mail is too old.
        expire(now)
    sent = claimed = 0
    while claimed < MOST_A_TICK and not turn.is_over() and work_waits(turn.now()):
        try:
            # The line comes first: a server that is away costs no mail even a claim.
            with transport.open_line() as line:
                chunk = claim_due(turn.now())
                if len(chunk) == CHUNK and not claimed:
                    # It may be many: whoever is free may help.
                    doorbell.ring_after_commit()
                sent += send_chunk(chunk, line, turn)
        except ServerAwayError as error:
            breaker.pause(turn.now(), str(error))
            break
        if not chunk:
            break
        claimed += len(chunk)
    return sent


def waiting(now: datetime) -> QuerySet[Message]:
    """Queued mails whose moment has come, oldest first."""
    return Message.objects.filter(state=State.QUEUED, next_attempt_at__lte=now).order_by(
        "next_attempt_at", "pk"
    )


def due(now: datetime) -> QuerySet[Message]:
    """Those of the waiting mails that may go: on hold only what someone asked for just now."""
    held = Exists(Engine.objects.filter(held_since__isnull=False))
    return waiting(now).filter(~held | Q(kind__in=names_asked_for()))


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
    with transaction.atomic(durable=True):
        # Where rows can be locked one by one, workers that look at once pass over each other's;
        # SQLite has one writer at a time, and knows no such words.
        ids = due(now).select_for_update(skip_locked=True).values_list("pk", flat=True)
        return _claim(list(ids[:CHUNK]), uuid4(), now)


def _claim(ids: list[int], claim: UUID, now: datetime) -> list[Message]:
    """Take those of these mails that are still due."""
    taken = Message.objects.filter(
        pk__in=ids, state=State.QUEUED, next_attempt_at__lte=now, expires_at__gt=now
    ).update(
        state=State.CLAIMED,
        claim=claim,
        lease_until=Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS),
        handed_over_at=None,
    )
    if not taken:
        return []
    # Sent from the end: the oldest first.
    ours = list(
        Message.objects.filter(pk__in=ids, claim=claim)
        .select_related("person")
        .order_by("-next_attempt_at", "-pk")
    )
    tries = Attempt.objects.filter(message__in=ours).values_list("message_id")
    before = dict(tries.annotate(n=Count("pk")))
    Attempt.objects.bulk_create(
        Attempt(message=message, n=before.get(message.pk, 0) + 1, claim=claim, started_at=now)
        for message in ours
    )
    return ours


def send_chunk(chunk: list[Message], line: Line, turn: Turn) -> int:
    """Send the claimed mails over the line; what was not reached goes back into the queue."""
    sent, waiting = 0, list(chunk)
    try:
        waiting = gate(chunk, turn.now())
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
    """Hand over, send and record one claimed mail; None when it did not come to sending."""
    try:
        if not is_open(message, turn.now()):
            return None
        to, raw = compose(message)
    except DatabaseError:
        raise
    except Exception as error:
        return _stumble(message, error, turn.now())
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


def gate(chunk: list[Message], now: datetime) -> list[Message]:
    """Those of the claimed mails that are still wanted; the others are moved to where they belong.

    Asked for a chunk at once. The hand-over asks again, for each.
    """
    owed: set[int] = set()
    for name in {message.kind for message in chunk}:
        ours = [message for message in chunk if message.kind == name]
        try:
            still = Message.objects.filter(kind_of(ours[0]).owed(now), pk__in=[m.pk for m in ours])
            owed |= set(still.values_list("pk", flat=True))
        except DatabaseError:
            raise
        except Exception as error:
            chunk = [message for message in chunk if message not in ours]
            for message in ours:
                _stumble(message, error, now)
    suppressed = suppressed_among(message.address for message in chunk)
    wanted = []
    for message in chunk:
        if message.address.lower() in suppressed and not goes_anyway(message):
            end(message, State.SUPPRESSED, "the address is suppressed", now)
        elif message.pk not in owed:
            end(message, State.CANCELLED, "no longer owed", now)
        else:
            wanted.append(message)
    return wanted


def is_open(message: Message, now: datetime) -> bool:
    """Is it a decent hour for this mail? If not, move it to where it belongs."""
    opens = kind_of(message).opens(message, now)
    if opens >= message.expires_at:
        end(message, State.EXPIRED, "no decent hour before it expires", now)
    elif opens > now:
        release(message, now, at=opens, reason="outside the reader's hours")
    else:
        return True
    return False


def _stumble(message: Message, error: Exception, now: datetime) -> Verdict:
    """One kind's mistake must not keep everyone's mail."""
    logger.error("Mail %s could not be composed", message.key, exc_info=error)
    verdict = Verdict(Outcome.TEMPORARY, None, f"compose: {error!r}")
    record(message, verdict, now)
    return verdict


def mail_seconds() -> float:
    """What one mail may take at most, and so what must be left of its lease at the hand-over."""
    return min(LONGEST_MAIL_SECONDS, settings.OUTBOX_LEASE_SECONDS / 2)


def hand_over(message: Message, now: datetime) -> bool:
    """Commit that this mail goes to the server now: still ours, for long enough, and still owed."""
    # By itself, and in no one's transaction: it is committed when this returns.
    with transaction.atomic(durable=True):
        ours = Message.objects.filter(
            kind_of(message).owed(now),
            pk=message.pk,
            state=State.CLAIMED,
            claim=message.claim,
            lease_until__gt=Now() + timedelta(seconds=mail_seconds()),
            expires_at__gt=now,
        )
        if not goes_anyway(message):
            ours = ours.exclude(Exists(Suppression.objects.filter(address=message.address.lower())))
        handed = ours.update(handed_over_at=now)
    if handed:
        message.handed_over_at = now
    return bool(handed)
