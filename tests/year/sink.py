"""A real SMTP server that records what it accepted, and misbehaves as told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)

NEVER_HEARD = "451 4.3.0 never heard"


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

    `faults` maps a fault to its probability for each mail. Before the final dot: `busy` (451 to
    RCPT TO), `hang_before` (no answer to it), `cut_before` (the connection ends instead of "go
    on"), `cut_within` (it ends in the midst of the text). After it, when the mail is accepted:
    `cut_after`, `hang_after`, and `slow` (the verdict waits a moment, so that a kill falls into
    the gap). `patience`: the seconds that a hanging server keeps silent.
    `refuses` holds addresses that do not exist (550); while it is `away` every line is cut, and
    while it `storms` it takes no mail from anyone (421).
    `struck` counts what was done to mails and lines.
    """

    port: int
    offset: Callable[[], float]
    seed: int
    patience: float
    faults: dict[str, float] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    away: bool = False
    storms: bool = False
    on_accept: Callable[[], None] = lambda: None
    accepted: list[Accepted] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    lines: set[Dialogue] = field(default_factory=set)
    # Whose mail was cut in the midst of its text, here or by a crash of its sender, since they last
    # got one. Nobody can tell that from a loss after the dot, and no third copy is sent: once is
    # what the guarantee can bear.
    cut_within: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"sink {self.seed}")
        self.controller = Listener(self)

    def start(self) -> None:
        self.controller.start()

    def stop(self) -> None:
        self.controller.stop()

    def to(self, address: str) -> list[Accepted]:
        """What was accepted for an address, in order."""
        return [mail for mail in list(self.accepted) if mail.to == address]

    def is_busy(self) -> bool:
        """Is a mail under way?"""
        return any(line.envelope and line.envelope.mail_from for line in list(self.lines))

    def strikes(self, fault: str) -> bool:
        """Does this fault happen now? If so it is counted; one that is overdue does."""
        probability = self.faults.get(fault, 0)
        self.asked[fault] += 1
        is_overdue = not self.struck[fault] and self.asked[fault] * probability >= 1
        struck = self.chance.random() < probability or is_overdue
        self.struck[fault] += struck
        return struck

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if self.storms:
            self.struck["storm"] += 1
            return "421 4.3.2 not now"
        envelope.mail_from = address
        envelope.began = time.monotonic()
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if address in self.refuses:
            self.struck["refused"] += 1
            return "550 5.1.1 no such person"
        if self.strikes("busy"):
            return "451 4.7.1 later, please"
        if self.strikes("hang_before"):
            await asyncio.sleep(self.patience)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
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
        self.cut_within.discard(envelope.rcpt_tos[0])
        self.on_accept()
        if self.strikes("slow"):
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        if self.strikes("hang_after"):
            await asyncio.sleep(self.patience)
        if self.strikes("cut_after"):
            server.transport.abort()
            return NEVER_HEARD
        return "250 2.0.0 taken"


class Listener(Controller):
    """Runs the sink's dialogues in a thread of its own."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink, hostname="127.0.0.1", port=sink.port)

    def factory(self) -> SMTP:
        return Dialogue(self.handler, **self.SMTP_kwargs)


class Dialogue(SMTP):
    """One line to the sink, which may be cut where aiosmtpd asks nobody."""

    event_handler: Sink

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.event_handler.away:
            self.event_handler.struck["away"] += 1
            transport.abort()  # type: ignore[attr-defined]
            return
        self.event_handler.lines.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        sink = self.event_handler
        sink.lines.discard(self)
        if self.envelope and self.envelope.rcpt_tos:
            sink.cut_within.add(self.envelope.rcpt_tos[0])
        if self.session is not None:
            super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        sink, readers = self.event_handler, self.envelope.rcpt_tos
        if readers and sink.strikes("cut_before"):
            self.transport.abort()
            return
        if readers and readers[0] not in sink.cut_within and sink.strikes("cut_within"):
            sink.cut_within.add(readers[0])
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)
