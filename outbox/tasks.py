"""The one task: look now."""

from celery import shared_task

from coalitions import clock
from outbox import doorbell, ticking


@shared_task(name="outbox.tick")
def tick() -> None:
    """Plan what is due and send it. Any number may run at once, any number of times."""
    if ticking.tick(clock.now()):
        doorbell.ring_after_commit()
