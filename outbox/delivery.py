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
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import translation

from outbox import letter, transport
from outbox.kinds import kind_of
from outbox.models import Attempt, MailServer, Message, Suppression
from outbox.states import State, transition
from outbox.transport import Line, Outcome, ServerAwayError, Verdict

logger = logging.getLogger(__name__)

CHUNK = 50
MOST_A_TICK = 200
LONGEST_TICK_SECONDS = 20
# What one mail may take at most, and so what must be left of a lease at the hand-over.
LONGEST_MAIL_SECONDS = 60
BACK_OFF_MINUTES = (1, 5, 15, 60, 180)
LATER_MINUTES = 360
PAUSE_MINUTES = (1, 2, 5, 15)
MOST_UNKNOWN = 2


def deliver(now: datetime) -> int:
    """Send what is due at `now`; how many were taken by the server. At most 200 mails or 20 s."""
    began = time.monotonic()
    reap(now)
    expire(now)
    sent = claimed = 0
    while claimed < MOST_A_TICK and time.monotonic() - began < LONGEST_TICK_SECONDS:
        if is_paused(now):
            break
        chunk = claim_due(now)
        if not chunk:
            break
        claimed += len(chunk)
        sent += send_chunk(chunk, now, until=began + LONGEST_TICK_SECONDS)
    return sent


def due(now: datetime) -> QuerySet[Message]:
    """Queued mails whose moment has come, oldest first."""
    return Message.objects.filter(state=State.QUEUED, next_attempt_at__lte=now).order_by(
        "next_attempt_at", "pk"
    )


def expire(now: datetime) -> int:
    """End the mails that nobody could send in time."""
    return Message.objects.filter(state=State.QUEUED, expires_at__lte=now).update(
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
    with transaction.atomic():
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


def send_chunk(chunk: list[Message], now: datetime, *, until: float) -> int:
    """Send the claimed mails over one line; what was not reached goes back into the queue."""
    sent, waiting = 0, list(chunk)
    try:
        with transport.open_line() as line:
            while waiting and time.monotonic() < until:
                verdict = send(waiting.pop(0), line, now)
                sent += verdict is not None and verdict.outcome == Outcome.OK
                if verdict and verdict.refuses_all:
                    pause(now, verdict.error)
                    break
                if sent:
                    resume()
    except ServerAwayError as error:
        pause(now, str(error))
    for message in waiting:
        release(message, now, at=now, reason="not reached")
    return sent


def send(message: Message, line: Line, now: datetime) -> Verdict | None:
    """Gate, hand over, send and record one claimed mail; None when it did not come to sending."""
    if not gate(message, now):
        return None
    try:
        raw = compose(message)
    except Exception as error:
        logger.exception("Mail %s could not be composed", message.key)
        verdict = Verdict(Outcome.TEMPORARY, None, f"compose: {error!r}")
        record(message, verdict, now)
        return verdict
    if not hand_over(message, now):
        return None
    verdict = line.send(letter.sender_address(), message.address, raw)
    record(message, verdict, now)
    return verdict


def compose(message: Message) -> bytes:
    """The mail's bytes, in its own language."""
    with translation.override(message.language):
        return letter.write(message, kind_of(message).compose(message))


def gate(message: Message, now: datetime) -> bool:
    """May this mail go now? If not, move it to where it belongs."""
    kind = kind_of(message)
    if Suppression.objects.filter(address=message.address).exists():
        return _end(message, State.SUPPRESSED, "the address is suppressed", now)
    if not Message.objects.filter(kind.owed(now), pk=message.pk).exists():
        return _end(message, State.CANCELLED, "no longer owed", now)
    opens = kind.opens(message, now)
    if opens >= message.expires_at:
        return _end(message, State.EXPIRED, "no decent hour before it expires", now)
    if opens > now:
        release(message, now, at=opens, reason="outside the reader's hours")
        return False
    return True


def _end(message: Message, state: str, reason: str, now: datetime) -> bool:
    if transition(message, state, reason=reason):
        _close_attempt(message, Verdict(Outcome.ABORTED, None, reason), now)
    return False


def release(message: Message, now: datetime, *, at: datetime, reason: str) -> None:
    """Put a claimed mail that was not handed over back into the queue, for `at`."""
    if transition(message, State.QUEUED, next_attempt_at=at, handed_over_at=None):
        _close_attempt(message, Verdict(Outcome.ABORTED, None, reason), now)


def hand_over(message: Message, now: datetime) -> bool:
    """Commit that this mail goes to the server now: still ours, for long enough, and still owed."""
    margin = min(LONGEST_MAIL_SECONDS, settings.OUTBOX_LEASE_SECONDS / 2)
    with transaction.atomic():
        ours = Message.objects.filter(
            kind_of(message).owed(now),
            pk=message.pk,
            state=State.CLAIMED,
            claim=message.claim,
            lease_until__gt=Now() + timedelta(seconds=margin),
        ).update(handed_over_at=now)
        if ours:
            _attempt(message).update(handed_over_at=now)
    return bool(ours)


def record(message: Message, verdict: Verdict, now: datetime) -> None:
    """Write down what became of the hand-over, if the mail is still ours."""
    told: dict[str, Any] = {"smtp_code": verdict.code, "error": verdict.error}
    with transaction.atomic():
        if verdict.outcome == Outcome.OK:
            moved = transition(message, State.SENT, sent_at=now, **told)
        elif verdict.outcome == Outcome.PERMANENT:
            moved = transition(message, State.FAILED, reason="refused for good", **told)
            if moved:
                suppress(message, verdict, now)
        elif verdict.outcome == Outcome.UNKNOWN:
            moved = _doubt(message, now, told)
        else:
            moved = _try_later(message, verdict, now, told)
        if moved:
            _close_attempt(message, verdict, now)


def _try_later(message: Message, verdict: Verdict, now: datetime, told: dict[str, Any]) -> bool:
    # A server that takes nobody's mail costs no message an attempt.
    attempts = message.attempts + (not verdict.refuses_all)
    at = now + back_off(attempts)
    if at >= message.expires_at:
        return transition(message, State.DEAD, reason="never taken", attempts=attempts, **told)
    return transition(
        message,
        State.QUEUED,
        attempts=attempts,
        next_attempt_at=at,
        handed_over_at=None,
        **told,
    )


def _doubt(message: Message, now: datetime, told: dict[str, Any]) -> bool:
    """Nobody knows whether it arrived: send once more if the kind wants that, but only once."""
    before = Attempt.objects.filter(message=message, outcome=Outcome.UNKNOWN).count()
    again = kind_of(message).resend_unknown and before + 1 < MOST_UNKNOWN
    moved = transition(message, State.UNKNOWN, attempts=F("attempts") + 1, **told)
    if not moved:
        return False
    message.state = State.UNKNOWN
    if again:
        return transition(message, State.QUEUED, next_attempt_at=now, handed_over_at=None)
    return transition(message, State.DEAD, reason="nobody knows whether it arrived")


def suppress(message: Message, verdict: Verdict, now: datetime) -> None:
    """Send nothing more to an address that its server refused for good."""
    Suppression.objects.get_or_create(
        address=message.address,
        defaults={"reason": verdict.error[:200], "message": message, "since": now},
    )


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: longer each time, with half of jitter either way."""
    steps = BACK_OFF_MINUTES
    minutes = steps[attempts - 1] if 0 < attempts <= len(steps) else LATER_MINUTES
    if attempts == 0:
        minutes = steps[0]
    return timedelta(minutes=minutes * random.uniform(0.5, 1.5))  # noqa: S311 no secret


def reap(now: datetime) -> int:
    """Take back mails whose lease ran out: their worker is gone. How many."""
    gone = Message.objects.filter(state=State.CLAIMED, lease_until__lt=Now())
    reaped = 0
    for message in gone:
        with transaction.atomic():
            if message.handed_over_at is None:
                moved = transition(message, State.QUEUED, next_attempt_at=now)
                verdict = Verdict(Outcome.ABORTED, None, "its worker ended before the hand-over")
            else:
                verdict = Verdict(Outcome.UNKNOWN, None, "its worker ended after the hand-over")
                moved = _doubt(message, now, {"error": verdict.error})
            if moved:
                _close_attempt(message, verdict, now)
                reaped += 1
    return reaped


def _attempt(message: Message) -> QuerySet[Attempt]:
    assert message.claim is not None, "only a claimed mail has an open attempt"  # noqa: S101
    return Attempt.objects.filter(message=message, claim=message.claim, outcome="")


def _close_attempt(message: Message, verdict: Verdict, now: datetime) -> None:
    _attempt(message).update(
        outcome=verdict.outcome, finished_at=now, smtp_code=verdict.code, error=verdict.error
    )


def is_paused(now: datetime) -> bool:
    """Is the mail server left alone for a while?"""
    return MailServer.objects.filter(paused_until__gt=now).exists()


def pause(now: datetime, why: str) -> None:
    """Leave the mail server alone, longer each time it refuses everyone."""
    logger.warning("The mail server takes nothing now: %s", why)
    server, _ = MailServer.objects.get_or_create(pk=1)
    minutes = PAUSE_MINUTES[min(server.refusals, len(PAUSE_MINUTES) - 1)]
    MailServer.objects.filter(pk=1).update(
        refusals=F("refusals") + 1, paused_until=now + timedelta(minutes=minutes)
    )


def resume() -> None:
    """The server takes mail: forget earlier refusals."""
    MailServer.objects.filter(refusals__gt=0).update(refusals=0, paused_until=None)
