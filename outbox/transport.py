"""Handing bytes to a mail server, stage by stage, so that we know what a failure means.

Up to the final dot of DATA a failure is certain not to have sent the mail. After it, and until
the server's verdict, nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import mailers
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend

from coalitions import clock
from outbox.models import Attempt

Outcome = Attempt.Outcome
OPERATION_SECONDS = 20
SERVICE_CLOSING = 421
# RCPT refused with one of these and no more words: there is no such mailbox (RFC 5321 §4.2.3).
NO_SUCH_MAILBOX = {550, 551, 553, 556}
# The recipient's address is bad, or its mailbox is switched off (RFC 3463: X.1.X, X.2.1; but
# X.1.7 and X.1.8 speak of the sender's).
ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
BAD_ADDRESS = re.compile(r"5\.(1\.(?!7\b|8\b)\d{1,3}|2\.1)\b")
LINE_STARTING_WITH_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Verdict:
    """What became of one hand-over.

    Permanent: the address is bad. Temporary: refused, for a reason that may pass. Unknown: nobody
    knows whether it went. Aborted: it certainly did not go, and this mail is not to blame.
    `refuses_all`: the server takes no mail from us now.
    """

    outcome: str
    code: int | None = None
    error: str = ""
    refuses_all: bool = False


class Line(Protocol):
    """An open line to whoever takes mail."""

    def ready(self) -> None:
        """Open the line again if it broke. Raises ServerAwayError when that does not work."""

    def send(self, sender: str, to: str, raw: bytes, deadline: float) -> Verdict:
        """Hand over one mail before `deadline` (monotonic); never raises for what others do."""


class ServerAwayError(Exception):
    """No line could be opened."""


@contextmanager
def open_line() -> Iterator[Line]:
    """One connection for a chunk of mails. Raises ServerAwayError when there is none."""
    backend = mailers.default
    if isinstance(backend, FileBackend):
        yield FolderLine(Path(backend.file_path))
    elif isinstance(backend, SMTPBackend):
        line = SMTPLine(backend)
        try:
            line.ready()
            yield line
        finally:
            line.close()
    else:
        raise ImproperlyConfigured("The outbox speaks SMTP, or writes into a folder.")


class FolderLine:
    """The embedded default: each mail becomes a file, whole or not at all, named by its time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ready(self) -> None:
        pass

    def send(self, sender: str, to: str, raw: bytes, deadline: float) -> Verdict:
        draft = self.folder / f".{uuid4()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.write_bytes(raw)
            draft.rename(self.folder / f"{clock.now():%Y%m%d-%H%M%S-%f}-{uuid4().hex[:6]}.eml")
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            return Verdict(Outcome.ABORTED, None, _told(error), refuses_all=True)
        return Verdict(Outcome.OK, 250)


class SMTPLine:
    """A line to an SMTP server, kept for many mails and opened again where it broke."""

    def __init__(self, backend: SMTPBackend) -> None:
        self.backend = backend
        self.taken = 0

    @property
    def server(self) -> smtplib.SMTP:
        assert isinstance(self.backend.connection, smtplib.SMTP)  # noqa: S101 ready() saw to it
        return self.backend.connection

    def ready(self) -> None:
        if self.backend.connection and self.server.sock:
            return
        self.close()
        self.taken = 0
        try:
            self.backend.open()
            # The dot goes by itself, so that we know when. By default it would wait for the other
            # side's word that the text before it came: 40 ms a mail.
            assert self.server.sock is not None  # noqa: S101 it was opened
            self.server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Django says EHLO only where it encrypts or signs in, and servers want it of everyone.
            self.server.ehlo_or_helo_if_needed()
        except OSError as error:
            self.close()
            raise ServerAwayError(_told(error)) from error

    def close(self) -> None:
        """Say goodbye, if anyone still listens."""
        with suppress(OSError):
            self.backend.close()

    def send(self, sender: str, to: str, raw: bytes, deadline: float) -> Verdict:
        begun = False
        try:
            self._hurry(deadline)
            code, words = self.server.mail(sender)
            if code != 250:
                # Whatever speaks against the sender speaks against every mail.
                return self._refused(code, words, not_its_fault=True)
            begun = True
            self._hurry(deadline)
            code, words = self.server.rcpt(to)
            if code not in (250, 251):
                return self._refused(code, words, of_recipient=True)
            self._hurry(deadline)
            code, words = self.server.docmd("data")
            if code != 354:
                return self._refused(code, words)
            self._hurry(deadline)
            self.server.send(LINE_STARTING_WITH_DOT.sub(b"..", raw))
            self._hurry(deadline)
        except (OSError, ValueError) as error:
            self.server.close()
            if begun:
                return Verdict(Outcome.TEMPORARY, None, _told(error))
            return self._away(None, _told(error))
        return self._dot()

    def _hurry(self, deadline: float) -> None:
        """Let the next operation end in time. Raises TimeoutError when the time is up."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail took too long")
        if self.server.sock is None:
            raise smtplib.SMTPServerDisconnected("the line is closed")
        self.server.sock.settimeout(min(OPERATION_SECONDS, left))

    def _dot(self) -> Verdict:
        """The point of no return, and what the server says to it."""
        try:
            self.server.send(b".\r\n")
            code, words = self.server.getreply()
        except OSError as error:
            self.server.close()
            return Verdict(Outcome.UNKNOWN, None, _told(error))
        if 200 <= code < 300:
            self.taken += 1
            return Verdict(Outcome.OK, code)
        if code < 400:
            # Not a verdict in any language of SMTP.
            self.server.close()
            return Verdict(Outcome.UNKNOWN, None, words.decode(errors="replace"))
        return self._refused(code, words)

    def _refused(
        self, code: int, words: bytes, *, of_recipient: bool = False, not_its_fault: bool = False
    ) -> Verdict:
        """Understand a refusal; leave the line ready for the next mail, or closed."""
        text = words.decode(errors="replace")
        if code == SERVICE_CLOSING or not_its_fault:
            self.server.close()
            return self._away(code, text)
        with suppress(OSError):
            self.server.rset()
        bare = of_recipient and not ENHANCED.match(text)
        if BAD_ADDRESS.match(text) or (bare and code in NO_SUCH_MAILBOX):
            return Verdict(Outcome.PERMANENT, code, text)
        return Verdict(Outcome.TEMPORARY, code, text)

    def _away(self, code: int | None, text: str) -> Verdict:
        """No mail is to blame. On a line that took some: try a new one. As the first: not now."""
        return Verdict(Outcome.ABORTED, code, text, refuses_all=self.taken == 0)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
