"""A real SMTP server that records what it accepted, and misbehaves as told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Accepted:
    """A mail that was accepted: after its final dot the server had it, whatever came after."""

    at: datetime
    began: float
    to: str
    message_id: str
    raw: bytes


@dataclass
class Sink:
    """Listens on 127.0.0.1. `offset()` is the seconds by which the tests' clock runs ahead.

    `faults` maps a fault to its probability for each mail: `busy` (451 after RCPT TO),
    `drop_before` and `drop_after` (the connection is cut before or after the final dot),
    `slow` (the verdict waits a moment, so that a kill falls into the gap).
    `refuses` holds addresses that do not exist (550); `away` answers 421 to everyone.
    """

    port: int
    offset: Callable[[], float]
    seed: int
    faults: dict[str, float] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    away: bool = False
    on_accept: Callable[[], None] = lambda: None
    accepted: list[Accepted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"sink {self.seed}")
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()

    def _strikes(self, fault: str) -> bool:
        return self.chance.random() < self.faults.get(fault, 0)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list
    ) -> list:
        session.host_name = hostname
        return ["421 4.3.2 closed for the day"] if self.away else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if self.away:
            return "421 4.3.2 closed for the day"
        envelope.mail_from = address
        envelope.began = time.monotonic()
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if address in self.refuses:
            return "550 5.1.1 no such person"
        if self._strikes("busy"):
            return "451 4.7.1 later, please"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._strikes("drop_before"):
            server.transport.abort()
            return "451 4.3.0 never heard"
        raw = envelope.content
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        self.accepted.append(
            Accepted(
                at=datetime.now(UTC) + timedelta(seconds=self.offset()),
                began=envelope.began,
                to=envelope.rcpt_tos[0],
                message_id=str(parsed["Message-ID"]),
                raw=raw,
            )
        )
        self.on_accept()
        if self._strikes("slow"):
            await asyncio.sleep(self.chance.uniform(0.2, 0.8))
        if self._strikes("drop_after"):
            server.transport.abort()
            return "451 4.3.0 never heard"
        return "250 2.0.0 taken"
