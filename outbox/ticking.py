"""One look at what is due: plan, then send. Idempotent, bounded, safe to run many at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from outbox import delivery, hold
from outbox.models import Heartbeat

logger = logging.getLogger(__name__)

# The heartbeat of a whole tick.
DELIVERY = "tick"

type Planner = Callable[[datetime], int]
_planners: list[Planner] = []


def plans(planner: Planner) -> Planner:
    """Let `planner(now)` run at each tick, before mails are sent; it returns how much it did."""
    if planner not in _planners:
        _planners.append(planner)
    return planner


def tick(now: datetime) -> bool:
    """Run the planners and send what is due at `now` (UTC). True when more work waits at once.

    Each part that did its work leaves a heartbeat; one that fails stays silent, and `/healthz`
    turns red. On hold nothing is planned, and only what people asked for just now is sent.
    """
    is_held = hold.look(now).held_since is not None
    if is_held and hold.clock_is_wrong():
        return False
    _beat([name_of(planner) for planner in _planners if not is_held and _plan(planner, now)], now)
    sent = delivery.deliver(now)
    _beat([DELIVERY], now)
    return bool(sent) and delivery.work_waits(now)


def parts() -> list[str]:
    """The names of the heartbeats that must be there."""
    return [DELIVERY, *map(name_of, _planners)]


def name_of(planner: Planner) -> str:
    """The name of a planner's heartbeat, such as `followups.planner`."""
    return planner.__module__


def _plan(planner: Planner, now: datetime) -> bool:
    """Run one planner; did it do its work?"""
    try:
        planner(now)
    except Exception:
        # One app's mistake must not keep everyone's mail.
        logger.exception("The planner %s failed", name_of(planner))
        return False
    return True


def _beat(names: list[str], now: datetime) -> None:
    # In one order, so that ticks beside each other never wait for one another in a circle.
    beats = [Heartbeat(name=name, beat_at=now) for name in sorted(set(names))]
    Heartbeat.objects.bulk_create(
        beats, update_conflicts=True, unique_fields=["name"], update_fields=["beat_at"]
    )
