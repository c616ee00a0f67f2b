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
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, Q, QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_noop

from outbox import breaker, doorbell, hold, letter, transport
from outbox.handing import hand_over, mail_seconds
from outbox.kinds import (
    go_together,
    goes_anyway,
    kind_of,
    names_asked_for,
    names_together,
    precedence,
)
from outbox.models import Attempt, Engine, Message
from outbox.states import State
from outbox.transport import Line, Outcome, ServerAwayError, Verdict
from outbox.verdicts import end, reap, record_all, release, release_all, suppressed_among

logger = logging.getLogger(__name__)

CHUNK = 50
MOST_A_TICK = 200
LONGEST_TICK_SECONDS = 20


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
        state=State.EXPIRED, reason=gettext_noop("its time passed"), context={}
    )


def claim_due(now: datetime) -> list[Message]:
    """Take up to a chunk of due mails for ourselves, and what goes with them."""
    with transaction.atomic(durable=True):
        # Workers that look at once take turns, so that what one person is due is taken by one.
        found = list(due(now).select_for_update(of=("self",))[:CHUNK])
        ids = [message.pk for message in found]
        return _claim([*ids, *_companions(found, now)], uuid4(), now)


def _companions(found: list[Message], now: datetime) -> list[int]:
    """Mails that go with one of those found, though they wait for another try: lest it take a day.

    Passes over those that another worker has just found: who waited for them, with mails in hand
    that the other waits for, would wait for ever.
    """
    leaders = [message for message in found if names_together(message)]
    if not leaders:
        return []
    others = Message.objects.filter(
        state=State.QUEUED,
        not_before__lte=now,
        person__in={message.person_id for message in leaders},
        kind__in={name for message in leaders for name in names_together(message)},
    ).exclude(pk__in=[message.pk for message in found])
    return [
        other.pk
        for other in others.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:CHUNK]
        if any(go_together(message, other) for message in leaders)
    ]


def _claim(ids: list[int], claim: UUID, now: datetime) -> list[Message]:
    """Take these queued mails, each with an open Attempt."""
    taken = Message.objects.filter(pk__in=ids, state=State.QUEUED, expires_at__gt=now).update(
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
    tries = Attempt.objects.filter(message__in=ours).values("message_id")
    before = dict(tries.annotate(n=Count("pk")).values_list("message_id", "n"))
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
        release_all(waiting, turn.now(), reason="not reached")
    return sent


def send(
    message: Message, line: Line, turn: Turn, others: Sequence[Message] = ()
) -> Verdict | None:
    """Hand over, send and record one claimed mail; None when it did not come to sending.

    `others` go with it: it names them all.
    """
    # The first gives the mail its Message-ID, so a second copy has the same.
    wanted = sorted([message, *others], key=precedence)
    try:
        while wanted:
            to, raw = compose(wanted[0], wanted[1:])
            # Counted from before the mark: when the time is up, the lease still runs.
            deadline = time.monotonic() + mail_seconds()
            if hand_over(wanted[0], turn.now(), wanted[1:]):
                break
            # Some of it is no longer wanted or ours, or its hour is not now: the rest goes without.
            left = [one for one in gate(wanted, turn.now()) if is_open(one, turn.now())]
            if left == wanted:
                # Its lease is nearly over, or a part of it is no longer ours.
                release_all(left, turn.now(), reason="not handed over")
                return None
            wanted = left
        else:
            return None
    except DatabaseError:
        raise
    except Exception as error:
        return _stumble(wanted, error, turn.now())
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
            _stumble(ours, error, now)
    suppressed = suppressed_among(message.address for message in chunk)
    wanted = []
    for message in chunk:
        if message.address.lower() in suppressed and not goes_anyway(message):
            end(message, State.SUPPRESSED, gettext_noop("the address is suppressed"), now)
        elif message.pk not in owed:
            end(message, State.CANCELLED, gettext_noop("no longer owed"), now)
        else:
            wanted.append(message)
    _gather(wanted)
    return wanted


def _gather(wanted: list[Message]) -> None:
    """Let each kind look up at once what its mails need."""
    ways = {message.kind: kind_of(message).gather for message in wanted}
    for gather in set(filter(None, ways.values())):
        ours = [message for message in wanted if ways[message.kind] is gather]
        try:
            gather(ours)
        except DatabaseError:
            raise
        except Exception:
            # Each mail looks it up for itself, and the one that cannot keeps nobody else's.
            logger.exception("What %d mails need could not be looked up at once", len(ours))


def is_open(message: Message, now: datetime) -> bool:
    """Is it a decent hour for this mail? If not, move it to where it belongs."""
    opens = kind_of(message).opens(message, now)
    if opens >= message.expires_at:
        end(message, State.EXPIRED, gettext_noop("no decent hour before it expires"), now)
    elif opens > now:
        release(message, now, at=opens, reason="outside the reader's hours")
    else:
        return True
    return False


def _stumble(messages: list[Message], error: Exception, now: datetime) -> Verdict:
    """One kind's mistake must not keep everyone's mail."""
    keys = ", ".join(message.key for message in messages)
    logger.error("Mail %s could not be composed", keys, exc_info=error)
    verdict = Verdict(Outcome.TEMPORARY, None, f"compose: {error!r}")
    record_all(messages, verdict, now)
    return verdict
