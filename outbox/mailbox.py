"""Reading a mailbox that mails come back to: a Maildir on this machine, or an IMAP server.

What was dealt with is not looked at again: in a Maildir it moves from `new` to `cur` with the flag
*seen*, on a server it is marked as seen. A letter that made its reader fail stays unread.
"""

from __future__ import annotations

import email
import email.policy
import imaplib
import logging
import mailbox
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

logger = logging.getLogger(__name__)

SECONDS = 30
MOST_AT_ONCE = 200
LARGEST = 10_000_000


class MailboxError(Exception):
    """The mailbox could not be opened; the words say why and hold no password."""


def read(url: str, deal_with: Callable[[EmailMessage], None]) -> int:
    """Give each unread letter to `deal_with` and mark it as read; how many, 200 at most.

    `url` is `maildir:/path`, `imaps://user:password@host/Folder` or `imap://…` (STARTTLS). One
    that raises is logged, stays unread, and does not keep the others. Raises MailboxError.
    """
    dealt = 0
    with _letters(url) as letters:
        for letter, mark in letters:
            try:
                deal_with(letter)
            except Exception:
                logger.exception("The letter %s could not be read", letter["Message-ID"])
            else:
                mark()
                dealt += 1
            if dealt >= MOST_AT_ONCE:
                break
    return dealt


type Letters = Iterator[tuple[EmailMessage, Callable[[], object]]]


@contextmanager
def _letters(url: str) -> Iterator[Letters]:
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        yield _of_maildir(Path(parts.path))
    elif parts.scheme in {"imap", "imaps"}:
        with _imap(url) as server:
            yield _of_imap(server)
    else:
        raise MailboxError("A mailbox is maildir:/path, imaps://… or imap://…")


def parse(raw: bytes) -> EmailMessage:
    """A letter's bytes as a message of the email package."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def _of_maildir(path: Path) -> Letters:
    if not (path / "new").is_dir():
        raise MailboxError(f"{path} is no Maildir: it has no folder `new`.")
    box = mailbox.Maildir(path, create=False)
    for key in sorted(box.keys()):
        with suppress(KeyError):
            letter = box.get_message(key)
            if "S" in letter.get_flags():
                continue

            def mark(key: str = key, letter: mailbox.MaildirMessage = letter) -> None:
                letter.set_subdir("cur")
                letter.add_flag("S")
                box[key] = letter

            yield parse(box.get_bytes(key)[:LARGEST]), mark


@contextmanager
def _imap(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    host, user, password = parts.hostname or "", unquote(parts.username or ""), parts.password
    try:
        tls = ssl.create_default_context()
        server: imaplib.IMAP4
        if parts.scheme == "imaps":
            server = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=tls, timeout=SECONDS)
        else:
            server = imaplib.IMAP4(host, parts.port or 143, timeout=SECONDS)
            # On one's own machine nobody listens in.
            if host not in {"127.0.0.1", "localhost", "::1"}:
                server.starttls(tls)
        server.login(user, unquote(password or ""))
        folder = unquote(parts.path.lstrip("/")) or "INBOX"
        status, words = server.select(f'"{folder}"')
        if status != "OK":
            raise MailboxError(f"{host} has no folder {folder}: {words!r}")
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(f"{host}: {error}") from error
    try:
        yield server
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _of_imap(server: imaplib.IMAP4) -> Letters:
    _status, [found] = server.uid("SEARCH", "UNSEEN")
    for uid in (found or b"").split():
        name = uid.decode()
        _status, answer = server.uid("FETCH", name, "(BODY.PEEK[])")
        raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
        if raw is not None:
            yield parse(raw[:LARGEST]), partial(server.uid, "STORE", name, "+FLAGS", r"(\Seen)")
