"""One look at what is due: plan, then send. Idempotent, bounded, safe to run many at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from outbox import delivery
from outbox.models import Heartbeat

logger = logging.getLogger(__name__)

type Planner = Callable[[datetime], int]
_planners: list[Planner] = []


def plans(planner: Planner) -> Planner:
    """Let `planner(now)` run at each tick, before mails are sent; it returns how much it did."""
    if planner not in _planners:
        _planners.append(planner)
    return planner


def tick(now: datetime) -> bool:
    """Run the planners and send what is due at `now` (UTC). True when more work waits at once."""
    for planner in _planners:
        try:
            planner(now)
        except Exception:
            # One app's mistake must not keep everyone's mail.
            logger.exception("The planner %s failed", planner)
    sent = delivery.deliver(now)
    Heartbeat.objects.update_or_create(name="tick", defaults={"beat_at": now})
    return sent >= delivery.MOST_A_TICK
