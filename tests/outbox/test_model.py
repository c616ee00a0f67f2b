"""Every interleaving of two workers with crashes, run-out leases, reaping and an answer.

The steps are the engine's own functions on the real database; only their order is chosen here. All
states that can be reached are visited. One thing is assumed and tested elsewhere: a worker that
lives sends the final dot while its lease runs (`deadline`, test_refusals and test_claims).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now

from accounts.models import User
from outbox import delivery, handing, verdicts
from outbox.models import Attempt, Message
from outbox.queueing import cancel
from outbox.transport import Outcome, Verdict
from tests.factories import make_user
from tests.outbox.conftest import HOUR, MINUTE, NOW, put

pytestmark = pytest.mark.django_db

WORKERS = {"a": UUID(int=1), "b": UUID(int=2)}
CLAIMS: dict[str, UUID | None] = {**WORKERS, "gone": UUID(int=3), "": None}
NAMES = {claim: name for name, claim in CLAIMS.items()}
# What a server does, and what the worker hears: is the mail taken, and which verdict stands.
SPOKEN = {
    "taken": (1, Verdict(Outcome.OK, 250)),
    "taken unheard": (1, Verdict(Outcome.UNKNOWN)),
    "lost unheard": (0, Verdict(Outcome.UNKNOWN)),
    "refused": (0, Verdict(Outcome.TEMPORARY, 450)),
}


@dataclass(frozen=True)
class World:
    """All that matters: the row, the attempts, what each worker is at, and what the server has."""

    state: str = "queued"
    claim: str = ""
    lease_runs: bool = False
    handed: bool = False
    tries: tuple[tuple[str, str], ...] = ()
    a: str = "idle"
    b: str = "idle"
    copies: int = 0
    answered: bool = False


def moved(world: World, name: str, to: str) -> World:
    """The world with the worker `name` at another point of its work."""
    change: dict[str, Any] = {name: to}
    return replace(world, **change)


class Stage:
    """Puts a World into the database, takes one step with the engine, and reads what came of it."""

    def __init__(self) -> None:
        self.person = make_user()
        self.pk = put(self.person, expires_at=NOW + 99 * HOUR).pk

    def set(self, world: World) -> None:
        User.objects.filter(pk=self.person.pk).update(is_active=not world.answered)
        Message.objects.filter(pk=self.pk).update(
            state=world.state,
            claim=CLAIMS[world.claim],
            lease_until=(Now() + (HOUR if world.lease_runs else -HOUR)) if world.claim else None,
            handed_over_at=NOW if world.handed else None,
            next_attempt_at=NOW,
            attempts=0,
        )
        Attempt.objects.all().delete()
        Attempt.objects.bulk_create(
            Attempt(message_id=self.pk, n=n, claim=CLAIMS[claim], outcome=outcome, started_at=NOW)
            for n, (claim, outcome) in enumerate(world.tries, start=1)
        )

    def read(self, world: World, **changes: Any) -> World:
        row = Message.objects.annotate(now=Now()).get(pk=self.pk)
        tries = Attempt.objects.order_by("n").values_list("claim", "outcome")
        return replace(
            world,
            state=row.state,
            claim=NAMES[row.claim],
            lease_runs=bool(row.lease_until and row.lease_until > row.now),
            handed=row.state == "claimed" and row.handed_over_at is not None,
            # An aborted try changes nothing for what follows; of ended ones, only what is counted.
            tries=tuple(
                (NAMES[claim] if not outcome else "gone", outcome)
                for claim, outcome in tries
                if outcome in ("", Outcome.UNKNOWN)
            ),
            **changes,
        )

    def held_by(self, name: str) -> Message:
        """The message as the worker `name` has it in its memory since its claim."""
        message = Message.objects.get(pk=self.pk)
        message.state, message.claim = "claimed", WORKERS[name]
        return message

    # The steps: each gives the world that comes of it.

    def claim(self, world: World, name: str) -> World:
        self.set(world)
        claimed = delivery._claim([self.pk], WORKERS[name], NOW + MINUTE)
        return self.read(world, **{name: "claimed"}) if claimed else world

    def crash(self, world: World, name: str) -> World:
        tries = tuple(("gone" if by == name else by, outcome) for by, outcome in world.tries)
        claim = "gone" if world.claim == name else world.claim
        return moved(replace(world, claim=claim, tries=tries), name, "idle")

    def gate(self, world: World, name: str) -> World:
        self.set(world)
        passed = delivery.gate([self.held_by(name)], NOW)
        return self.read(world, **{name: "gated" if passed else "idle"})

    def hand_over(self, world: World, name: str) -> World:
        self.set(world)
        message = self.held_by(name)
        if handing.hand_over(message, NOW):
            assert not world.answered, "handed over after the answer"
            return self.read(world, **{name: "handed"})
        verdicts.release(message, NOW, at=NOW, reason="not handed over")
        return self.read(world, **{name: "idle"})

    def speak(self, world: World, name: str, spoken: str) -> World:
        return moved(replace(world, copies=world.copies + SPOKEN[spoken][0]), name, spoken)

    def record(self, world: World, name: str) -> World:
        self.set(world)
        _, verdict = SPOKEN[getattr(world, name)]
        verdicts.record(self.held_by(name), verdict, NOW)
        return self.read(world, **{name: "idle"})

    def reap(self, world: World) -> World:
        self.set(world)
        verdicts.reap(NOW)
        return self.read(world)

    def answer(self, world: World) -> World:
        self.set(world)
        User.objects.filter(pk=self.person.pk).update(is_active=False)
        cancel(["reminder"], person=self.person, reason="answered")
        return self.read(world, answered=True)

    def steps(self, world: World) -> Iterator[tuple[str, World]]:
        """All that may happen next, with its name."""
        for name in WORKERS:
            at = getattr(world, name)
            if at == "idle":
                yield f"{name} claims", self.claim(world, name)
            else:
                yield f"{name} crashes", self.crash(world, name)
            if at == "claimed":
                yield f"{name} at the gate", self.gate(world, name)
            elif at == "gated":
                yield f"{name} hands over", self.hand_over(world, name)
            elif at == "handed":
                for spoken in SPOKEN:
                    yield f"{name} {spoken}", self.speak(world, name, spoken)
            elif at in SPOKEN:
                yield f"{name} records", self.record(world, name)
        holder = getattr(world, world.claim, "gone") if world.claim else ""
        if world.lease_runs and holder != "handed":
            yield "the lease runs out", replace(world, lease_runs=False)
        yield "reap", self.reap(world)
        if not world.answered:
            yield "answer", self.answer(world)

    def deserted(self, world: World) -> World:
        """Everybody crashed, and time has passed."""
        return replace(self.crash(self.crash(world, "a"), "b"), lease_runs=False)

    def finish(self, world: World) -> World:
        """One good worker comes to what was deserted, twice, and finds a good server."""
        for _ in range(2):
            world = self.claim(self.reap(world), "a")
            if world.a == "claimed":
                world = self.gate(world, "a")
            if world.a == "gated":
                world = self.hand_over(world, "a")
            if world.a == "handed":
                world = self.record(self.speak(world, "a", "taken"), "a")
        return world


def twin(world: World) -> World:
    """The same with the workers' names exchanged."""
    other = {"a": "b", "b": "a"}
    tries = tuple((other.get(by, by), outcome) for by, outcome in world.tries)
    claim = other.get(world.claim, world.claim)
    return replace(world, claim=claim, tries=tries, a=world.b, b=world.a)


def doubts(world: World) -> int:
    return sum(outcome == Outcome.UNKNOWN for _, outcome in world.tries)


def test_in_whatever_order_the_guarantee_holds(reminder):
    stage = Stage()
    start = World()
    paths: dict[World, tuple[str, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        world = waiting.pop()
        path = paths[world]
        assert world.copies <= 2, path
        assert world.copies < 2 or doubts(world) >= 1, path
        assert world.state != "sent" or world.copies >= 1, path
        for step, after in stage.steps(world):
            if after not in paths and twin(after) not in paths:
                paths[after] = (*path, step)
                waiting.append(after)
    for world, path in {stage.deserted(world): path for world, path in paths.items()}.items():
        end = stage.finish(world)
        assert end.state in {"sent", "dead", "cancelled"}, (path, end)
        assert end.answered or end.copies >= 1 or doubts(end) == 2, (path, end)
        assert end.copies <= 2, (path, end)
        assert end.copies < 2 or doubts(end) >= 1, (path, end)
        assert all(outcome for _, outcome in end.tries), (path, end)
    assert len(paths) > 300
