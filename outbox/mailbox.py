"""Reading a mailbox that mails come back to: IMAP, or a Maildir folder on this machine.

What was read is marked as *seen* and not looked at again.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

# What is larger is read to here: the text of a check-in has five thousand characters, and a report
# of a mail that did not arrive says so in its first lines.
MOST_BYTES = 1024 * 1024
# Of one look: how many mails, and seconds after which no further one is begun.
MOST_MAILS, MOST_SECONDS = 100, 20
# Of one operation on the line.
TIMEOUT = 10
IMAP, IMAPS = 143, 993
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxError(Exception):
    """The mailbox could not be read; the message says why, without its password."""


@dataclass(frozen=True)
class Letter:
    """A mail's bytes, or its beginning where it is larger than we read."""

    raw: bytes
    is_whole: bool


def unread(address: str) -> Iterator[Letter]:
    """Each mail that was not read yet; once the caller asks for the next one, it is marked as read.

    `address`: `imaps://user:password@host/INBOX`, `imap://…` (STARTTLS, except on this machine), or
    `maildir:///path`. Raises MailboxError.
    """
    # What is left then waits for the next look.
    ends = monotonic() + MOST_SECONDS
    # Of an address that cannot be read nothing is repeated: it holds a password.
    with suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme == "maildir":
            return _maildir(Path(parts.path), ends)
        if parts.scheme in {"imap", "imaps"} and parts.port != 0:
            return _imap(address, ends)
    raise MailboxError("A mailbox is maildir:///path, imaps://… or imap://…")


def _maildir(folder: Path, ends: float) -> Iterator[Letter]:
    new, seen = folder / "new", folder / "cur"
    if not (new.is_dir() and seen.is_dir()):
        raise MailboxError(f"{folder} is no Maildir: it has no new/ and cur/.")
    unseen = [file for file in seen.iterdir() if "S" not in _flags(file)]
    for file in sorted([*new.iterdir(), *unseen], key=lambda file: file.name)[:MOST_MAILS]:
        with file.open("rb") as content:
            raw = content.read(MOST_BYTES + 1)
        yield Letter(raw[:MOST_BYTES], len(raw) <= MOST_BYTES)
        name = file.name.partition(":2,")[0]
        file.rename(seen / f"{name}:2,{''.join(sorted({*_flags(file), 'S'}))}")
        if monotonic() > ends:
            return


def _flags(file: Path) -> str:
    return file.name.partition(":2,")[2]


def _imap(address: str, ends: float) -> Iterator[Letter]:
    parts = urlsplit(address)
    try:
        with _signed_in(address) as line:
            status, _found = line.select(unquote(parts.path.strip("/")) or "INBOX")
            if status != "OK":
                raise MailboxError(f"There is no mailbox {parts.path.strip('/')}.")
            _status, [ids] = line.uid("search", "UNSEEN")
            for uid in ids.split()[:MOST_MAILS]:
                yield _fetched(line, uid.decode())
                line.uid("store", uid.decode(), "+FLAGS", r"(\Seen)")
                if monotonic() > ends:
                    return
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(f"{parts.hostname}: {error}") from error


@contextmanager
def _signed_in(address: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(address)
    host = parts.hostname or ""
    tls = ssl.create_default_context()
    line: imaplib.IMAP4
    if parts.scheme == "imaps":
        line = imaplib.IMAP4_SSL(host, parts.port or IMAPS, ssl_context=tls, timeout=TIMEOUT)
    else:
        line = imaplib.IMAP4(host, parts.port or IMAP, timeout=TIMEOUT)
    with line:
        # On one's own machine nobody listens in.
        if parts.scheme == "imap" and host not in {"127.0.0.1", "localhost", "::1"}:
            line.starttls(tls)
        line.login(unquote(parts.username or ""), unquote(parts.password or ""))
        yield line


def _fetched(line: imaplib.IMAP4, uid: str) -> Letter:
    _status, answer = line.uid("fetch", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{MOST_BYTES}>)")
    told = b"".join(part[0] if isinstance(part, tuple) else part or b"" for part in answer)
    raw = b"".join(part[1] for part in answer if isinstance(part, tuple))
    size = SIZE.search(told)
    return Letter(raw, size is None or int(size[1]) <= MOST_BYTES)
