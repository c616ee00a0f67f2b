"""Handing bytes to a mail server, stage by stage, so that we know what a failure means.

Up to the final dot of DATA a failure is certain not to have sent the mail. After it, and until
the server's verdict, nobody knows.
"""

from __future__ import annotations

import re
import smtplib
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

from outbox.models import Attempt

Outcome = Attempt.Outcome
# Refusals for good: no such address, or one that takes no mail (RFC 5321 §4.2.3, RFC 3463 X.1.X).
PERMANENT = {550, 551, 553, 556}
SERVICE_CLOSING = 421


@dataclass(frozen=True)
class Verdict:
    """What became of one hand-over. `refuses_all`: the server takes no mail from us now."""

    outcome: str
    code: int | None = None
    error: str = ""
    refuses_all: bool = False


class Line(Protocol):
    """An open line to whoever takes mail."""

    def send(self, sender: str, to: str, raw: bytes) -> Verdict: ...


class ServerAwayError(Exception):
    """No line could be opened."""


@contextmanager
def open_line() -> Iterator[Line]:
    """One connection for a chunk of mails. Raises ServerAwayError when there is none."""
    backend = mailers.default
    if isinstance(backend, FileBackend):
        yield FolderLine(Path(backend.file_path))
        return
    if not isinstance(backend, SMTPBackend):
        raise ImproperlyConfigured("The outbox speaks SMTP, or writes into a folder.")
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAwayError(f"{type(error).__name__}: {error}") from error
    if not isinstance(backend.connection, smtplib.SMTP):
        raise ServerAwayError("no connection")
    try:
        yield SMTPLine(backend.connection)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            backend.close()


class FolderLine:
    """The embedded default: each mail becomes a file, whole or not at all, named by its time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, sender: str, to: str, raw: bytes) -> Verdict:
        from coalitions import clock

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{uuid4()}"
        draft.write_bytes(raw)
        draft.rename(self.folder / f"{clock.now():%Y%m%d-%H%M%S-%f}-{uuid4().hex[:6]}.eml")
        return Verdict(Outcome.OK, 250)


class SMTPLine:
    """A line to an SMTP server, kept for many mails."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server = server

    def send(self, sender: str, to: str, raw: bytes) -> Verdict:
        """Hand over one mail; never raises for what a server or network does."""
        try:
            refused = self._introduce(sender, to)
            if refused:
                return refused
            self.server.send(re.sub(rb"(?m)^\.", b"..", raw))
        except (OSError, smtplib.SMTPException) as error:
            return Verdict(Outcome.TEMPORARY, None, f"{type(error).__name__}: {error}")
        try:
            self.server.send(b".\r\n")
            code, words = self.server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            # The dot may have arrived.
            self.server.close()
            return Verdict(Outcome.UNKNOWN, None, f"{type(error).__name__}: {error}")
        return Verdict(Outcome.OK, code) if code == 250 else self._refusal(code, words)

    def _introduce(self, sender: str, to: str) -> Verdict | None:
        """MAIL, RCPT and DATA; the refusal, if any."""
        if self.server.sock is None:
            raise smtplib.SMTPServerDisconnected("the line is closed")
        for say, wanted in (
            (lambda: self.server.mail(sender), (250,)),
            (lambda: self.server.rcpt(to), (250, 251)),
            (lambda: self.server.docmd("data"), (354,)),
        ):
            code, words = say()
            if code not in wanted:
                return self._refusal(code, words)
        return None

    def _refusal(self, code: int, words: bytes) -> Verdict:
        text = words.decode(errors="replace")
        with suppress(OSError, smtplib.SMTPException):
            self.server.rset()
        if code == SERVICE_CLOSING:
            return Verdict(Outcome.TEMPORARY, code, text, refuses_all=True)
        if code in PERMANENT or (code >= 500 and text.startswith("5.1.")):
            return Verdict(Outcome.PERMANENT, code, text)
        return Verdict(Outcome.TEMPORARY, code, text)
