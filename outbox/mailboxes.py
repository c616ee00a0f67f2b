"""The mailboxes that answers and undelivered mails come to, read one after another.

By a task of its own, so that a mailbox that hangs keeps one process of the worker, and nobody's
mails wait for it. Apps register what they take from which one, as with planners.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError

from outbox import mailbox
from outbox.mailbox import Letter

logger = logging.getLogger(__name__)

# How many things a letter told that were new.
type Take = Callable[[Letter], int]
_takers: dict[str, Take] = {}


def reads(setting: str, take: Take) -> None:
    """Let the mailbox that a setting names be read, each letter taken by `take`."""
    _takers[setting] = take


def look(setting: str, address: str) -> tuple[int, int]:
    """Read the mailbox at `address` as the setting's; how many letters, and how many things new.

    Raises MailboxError.
    """
    letters = news = 0
    for letter in mailbox.unread(address):
        news += _taken(_takers[setting], letter)
        letters += 1
    return letters, news


def look_all() -> None:
    """Read each mailbox that is configured; one that cannot be read keeps none of the others."""
    for setting in _takers:
        if address := getattr(settings, setting):
            try:
                look(setting, address)
            except mailbox.MailboxError as error:
                logger.warning("The mailbox of %s could not be read: %s", setting, error)
            except SoftTimeLimitExceeded:
                logger.warning("The mailbox of %s took too long", setting)


def _taken(take: Take, letter: Letter) -> int:
    try:
        return take(letter)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        # It stays unread, and comes again.
        raise
    except Exception:
        # One letter must not keep the others; it stays in the mailbox, marked as read.
        logger.exception("A letter could not be taken")
        return 0
