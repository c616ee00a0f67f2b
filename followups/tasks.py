"""Reading the mailbox of answers; beside the tick, so that a slow line keeps nobody's mails."""

import logging

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError

from coalitions import clock
from followups import replies
from followups.incoming import Incoming
from outbox import mailbox

logger = logging.getLogger(__name__)


@shared_task(name="followups.receive", soft_time_limit=60, time_limit=90)
def receive() -> int:
    """Take the answers that came by mail; how many. Nothing where no mailbox is configured."""
    if not settings.REPLY_MAILBOX:
        return 0
    taken = 0
    try:
        for letter in mailbox.unread(settings.REPLY_MAILBOX):
            taken += _take(Incoming(letter.raw, is_whole=letter.is_whole))
    except mailbox.MailboxError as error:
        logger.warning("The mailbox of answers could not be read: %s", error)
    return taken


def _take(mail: Incoming) -> bool:
    try:
        return replies.take(mail, clock.now()) is not None
    except DatabaseError:
        # It stays unread, and comes again.
        raise
    except Exception:
        # One mail must not keep the others; it stays in the mailbox, marked as read.
        logger.exception("A mail could not be taken: %s", mail.message_id)
        return False
