"""Recording what became of a claimed mail, and taking back what a crash left behind.

Every record is a compare-and-swap on the claim: a worker that was too slow records nothing.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from coalitions import prepared
from outbox import kinds
from outbox.models import Attempt, Message, Suppression
from outbox.states import State, moving, transition
from outbox.transport import Outcome, Verdict

logger = logging.getLogger(__name__)

BACK_OFF_MINUTES = (1, 5, 15, 60, 180)
LATER_MINUTES = 360
# A wait that would outlast the mail becomes a last try, so long before it expires.
LAST_TRY = timedelta(minutes=2)
MOST_UNKNOWN = 2
# A refusal with a 5xx that does not speak of the address often passes; not for ever.
MOST_REFUSALS = 3


def record_all(messages: Sequence[Message], verdict: Verdict, now: datetime) -> None:
    """Write down what became of a hand-over, for each message that went in the mail."""
    if verdict.outcome == Outcome.OK:
        _record_sent(messages, verdict, now)
        return
    with transaction.atomic():
        for message in messages:
            _record_not_sent(message, verdict, now)


def record(message: Message, verdict: Verdict, now: datetime) -> None:
    """Write down what became of the hand-over, if the mail is still ours."""
    record_all([message], verdict, now)


def _record_sent(messages: Sequence[Message], verdict: Verdict, now: datetime) -> None:
    told: dict[str, Any] = {"sent_at": now, "smtp_code": verdict.code, "error": verdict.error}
    moves = [moving(message, State.SENT, **told) for message in messages]
    # Whoever took a mail from us after its hand-over has ended our attempt, too.
    ends = [_ending(message, verdict, now) for message in messages]
    lifting = any(kinds.goes_anyway(message) for message in messages)
    with transaction.atomic() if lifting else nullcontext():
        moved = prepared.at_once([*moves, *ends])
        for message, was_ours in zip(messages, moved, strict=False):
            if was_ours and kinds.goes_anyway(message):
                # What came back later, or was called unwanted, had been taken, too.
                refused = Suppression.objects.filter(why=Suppression.Why.REFUSED)
                refused.filter(address=message.address.lower()).delete()


def _record_not_sent(message: Message, verdict: Verdict, now: datetime) -> None:
    told: dict[str, Any] = {"smtp_code": verdict.code, "error": verdict.error}
    if verdict.outcome == Outcome.PERMANENT:
        moved = _fail(message, verdict, now, told)
    elif verdict.outcome == Outcome.UNKNOWN:
        moved = _doubt(message, now, told)
    elif verdict.outcome == Outcome.ABORTED:
        moved = _requeue(message, now + back_off(message.attempts), **told)
    else:
        moved = _try_later(message, verdict, now, told)
    if moved:
        _close_attempt(message, verdict, now)


def release(message: Message, now: datetime, *, at: datetime, reason: str) -> None:
    """Put a claimed mail that was not handed over back into the queue, for `at`."""
    with transaction.atomic():
        if _requeue(message, at):
            _close_attempt(message, Verdict(Outcome.ABORTED, None, reason), now)


def release_all(messages: Iterable[Message], now: datetime, *, reason: str) -> None:
    """Put claimed mails back into the queue, for now.

    At once, so that no other worker takes a part of what goes in one mail: the rest would come as
    a second one, a day later.
    """
    with transaction.atomic():
        for message in messages:
            release(message, now, at=now, reason=reason)


def end(message: Message, state: str, reason: str, now: datetime) -> None:
    """End a claimed mail that was not handed over: nobody wants it any more."""
    with transaction.atomic():
        if transition(message, state, reason=reason):
            _close_attempt(message, Verdict(Outcome.ABORTED, None, reason), now)


def _requeue(message: Message, at: datetime, **changes: Any) -> bool:
    changes |= {"next_attempt_at": at, "handed_over_at": None, "covered_by": None}
    return transition(message, State.QUEUED, **changes)


def _fail(message: Message, verdict: Verdict, now: datetime, told: dict[str, Any]) -> bool:
    """Refused for good: send nothing more to an address that does not exist."""
    if not transition(message, State.FAILED, reason=gettext_noop("refused for good"), **told):
        return False
    Suppression.objects.get_or_create(
        address=message.address.lower(),
        defaults={"reason": verdict.error[:200], "message": message, "since": now},
    )
    return True


def _try_later(message: Message, verdict: Verdict, now: datetime, told: dict[str, Any]) -> bool:
    attempts = message.attempts + 1
    told["attempts"] = attempts
    if verdict.code and verdict.code >= 500:
        refusals = Attempt.objects.filter(
            message=message, outcome=Outcome.TEMPORARY, smtp_code__gte=500
        )
        if refusals.count() + 1 >= MOST_REFUSALS:
            return transition(
                message, State.FAILED, reason=gettext_noop("refused each time"), **told
            )
    at = now + back_off(attempts)
    if at >= message.expires_at:
        at = message.expires_at - LAST_TRY
    if at <= now:
        return transition(message, State.DEAD, reason=gettext_noop("never taken"), **told)
    return _requeue(message, at, **told)


def _doubt(message: Message, now: datetime, told: dict[str, Any]) -> bool:
    """Nobody knows whether it arrived: send once more if the kind wants that, but only once."""
    before = Attempt.objects.filter(message=message, outcome=Outcome.UNKNOWN).count()
    again = kinds.resends_unknown(message) and before + 1 < MOST_UNKNOWN
    if not transition(message, State.UNKNOWN, attempts=message.attempts + 1, **told):
        return False
    message.state = State.UNKNOWN
    if again:
        return _requeue(message, now)
    return transition(message, State.DEAD, reason=gettext_noop("nobody knows whether it arrived"))


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: longer each time, with half of jitter either way."""
    place = max(attempts, 1) - 1
    minutes = BACK_OFF_MINUTES[place] if place < len(BACK_OFF_MINUTES) else LATER_MINUTES
    return timedelta(minutes=minutes * random.uniform(0.5, 1.5))  # noqa: S311 no secret


def lift_suppression(address: str) -> bool:
    """Let mail go to an address again; was it suppressed?"""
    return bool(Suppression.objects.filter(address=address.lower()).delete()[0])


def suppressed_among(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, in lower case, that no mail goes to."""
    asked = {address.lower() for address in addresses}
    found = Suppression.objects.filter(address__in=asked)
    return set(found.values_list("address", flat=True))


def reap(now: datetime) -> int:
    """Take back mails whose lease ran out: their worker is gone. How many."""
    reaped = 0
    left = Message.objects.filter(state=State.CLAIMED, lease_until__lt=Now())
    for claim in set(left.values_list("claim", flat=True)):
        # At once: what went in one mail is free for one mail again.
        with transaction.atomic():
            reaped += sum(_take_back(message, now) for message in left.filter(claim=claim))
    _close_taken_back(now)
    return reaped


def _take_back(message: Message, now: datetime) -> bool:
    if message.handed_over_at is None:
        moved = _requeue(message, now)
        verdict = Verdict(Outcome.ABORTED, None, "its worker ended before the hand-over")
    else:
        verdict = Verdict(Outcome.UNKNOWN, None, "its worker ended after the hand-over")
        moved = _doubt(message, now, {"error": verdict.error})
    if moved:
        _close_attempt(message, verdict, now)
    return moved


def _close_taken_back(now: datetime) -> None:
    """End the attempts at mails that were cancelled between their claim and their hand-over."""
    Attempt.objects.filter(outcome="").exclude(message__claim=F("claim")).update(
        outcome=Outcome.ABORTED, finished_at=now, error="taken back before the hand-over"
    )


def _close_attempt(message: Message, verdict: Verdict, now: datetime) -> None:
    """End the attempt that the message's present claim began."""
    statement, values = _ending(message, verdict, now)
    statement.change(**values)


def _ending(message: Message, verdict: Verdict, now: datetime) -> prepared.Run:
    assert message.claim is not None, "only a claimed mail has an open attempt"  # noqa: S101
    return prepared.update(
        Attempt,
        {"message": message.pk, "claim": message.claim, "outcome": ""},
        {
            "handed_over_at": message.handed_over_at,
            "outcome": verdict.outcome,
            "finished_at": now,
            "smtp_code": verdict.code,
            "error": verdict.error,
        },
    )
