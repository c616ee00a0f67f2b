"""The one task: look now."""

from celery import shared_task

from coalitions import clock
from outbox import ticking


@shared_task(name="outbox.tick")
def tick() -> None:
    """Plan what is due and send it. Any number may run at once, any number of times."""
    if ticking.tick(clock.now()):
        tick.apply_async(expires=60)
