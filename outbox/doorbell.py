"""Tell the workers to look now. Losing it is harmless: the next tick finds the same rows."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

# After a failure nobody knocks for a minute: a page never waits for a broker that is away.
QUIET_SECONDS = 60
_quiet_until = 0.0


def ring_after_commit() -> None:
    """Ring once the present transaction is committed, without making the caller wait."""
    if settings.DOORBELL:
        transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    if time.monotonic() >= _quiet_until:
        threading.Thread(target=_publish, daemon=True, name="doorbell").start()


def _publish() -> None:
    global _quiet_until
    from outbox.tasks import tick

    try:
        tick.apply_async(retry=False, expires=60)
    except Exception:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        logger.warning("The doorbell does not ring; the next tick finds the work.", exc_info=True)
