"""The states of a message and the only moves between them."""

from __future__ import annotations

from typing import Any

from coalitions import prepared
from outbox.models import Message

State = Message.State

MOVES: dict[str, frozenset[str]] = {
    State.QUEUED: frozenset({State.CLAIMED, State.CANCELLED, State.EXPIRED, State.SUPPRESSED}),
    State.CLAIMED: frozenset(
        {
            State.SENT,
            State.QUEUED,
            State.FAILED,
            State.UNKNOWN,
            State.DEAD,
            State.CANCELLED,
            State.EXPIRED,
            State.SUPPRESSED,
        }
    ),
    State.UNKNOWN: frozenset({State.QUEUED, State.DEAD}),
    State.DEAD: frozenset({State.QUEUED}),
    State.FAILED: frozenset({State.QUEUED}),
}
# No way leads back from here: what the mail needed is forgotten. A failed or dead mail may be tried
# again by hand until it expires, and is forgotten then (`delivery.expire`).
FORGOTTEN = frozenset({State.SENT, State.CANCELLED, State.EXPIRED, State.SUPPRESSED})


class IllegalMoveError(Exception):
    """A move between states that the protocol does not know: a mistake in the code."""


def transition(message: Message, to: str, **changes: Any) -> bool:
    """Move the message if it still is as seen, in the same state and claim; did it move?

    The row in the database decides, not the object. A state without a way back empties the
    context, so that a sign-in code does not linger. Raises IllegalMoveError for a move that is
    not in MOVES.
    """
    statement, values = moving(message, to, **changes)
    return bool(statement.change(**values))


def moving(message: Message, to: str, **changes: Any) -> prepared.Run:
    """The statement that is a transition, to be run together with others."""
    if to not in MOVES.get(message.state, frozenset()):
        raise IllegalMoveError(f"{message.state} → {to}")
    if to in FORGOTTEN:
        changes["context"] = {}
    if to != State.CLAIMED:
        changes |= {"claim": None, "lease_until": None}
    # Only a claimed mail has a claim, says a constraint. Asked for the state besides, PostgreSQL
    # may look for the mail among all that were in that state lately.
    claimed = message.state == State.CLAIMED
    seen = {"claim": message.claim} if claimed else {"state": message.state}
    return prepared.update(Message, seen | {"id": message.pk}, {"state": to} | changes)
