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


def ring_after_commit() -> None:
    """Ring once the present transaction is committed, without making the caller wait."""
    if settings.DOORBELL:
        transaction.on_commit(_bell.ring, robust=True)


class Bell:
    """Rings from a thread of its own. Many rings while one is under way become one more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wanted = self.ringing = False
        self.quiet_until = 0.0

    def ring(self) -> None:
        if time.monotonic() < self.quiet_until:
            return
        with self.lock:
            self.wanted = True
            if self.ringing:
                return
            self.ringing = True
        threading.Thread(target=self._run, daemon=True, name="doorbell").start()

    def _run(self) -> None:
        while self._take():
            try:
                _publish()
            except Exception:
                self.quiet_until = time.monotonic() + QUIET_SECONDS
                logger.warning("The bell is silent; the next tick finds the work.", exc_info=True)

    def _take(self) -> bool:
        """Is there a ring to make? If so it is ours."""
        with self.lock:
            self.ringing = self.wanted and time.monotonic() >= self.quiet_until
            self.wanted = False
            return self.ringing


_bell = Bell()


def _publish() -> None:
    from outbox.tasks import tick

    tick.apply_async(retry=False, expires=60)
