"""The circuit breaker of the one mail server: while it takes nobody's mail, nobody knocks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q

from outbox.models import MailServer

logger = logging.getLogger(__name__)

PAUSE_MINUTES = (1, 2, 5, 15)
LONGEST_PAUSE = timedelta(minutes=PAUSE_MINUTES[-1])


def _paused(now: datetime) -> Q:
    # A pause that ends later than any pause can was set by a clock that has since gone back.
    return Q(paused_until__gt=now, paused_until__lte=now + LONGEST_PAUSE)


def is_paused(now: datetime) -> bool:
    """Is the mail server left alone at `now` (UTC)?"""
    return MailServer.objects.filter(_paused(now)).exists()


def pause(now: datetime, why: str) -> None:
    """Leave the mail server alone, longer each time it refuses everyone.

    Workers that find it away at once make one pause together, not one each.
    """
    logger.warning("The mail server takes nothing now: %s", why)
    server, _ = MailServer.objects.get_or_create(pk=1)
    minutes = PAUSE_MINUTES[min(server.refusals, len(PAUSE_MINUTES) - 1)]
    MailServer.objects.filter(~_paused(now) | Q(paused_until=None), pk=1).update(
        refusals=F("refusals") + 1, paused_until=now + timedelta(minutes=minutes)
    )


def resume() -> None:
    """The server takes mail: forget earlier refusals."""
    MailServer.objects.filter(refusals__gt=0).update(refusals=0, paused_until=None)
