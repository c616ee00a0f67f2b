"""Two tasks: look at what is due; look into the mailboxes."""

from coalitions import clock
from coalitions.celery import app
from outbox import doorbell, mailboxes, ticking


@app.task(name="outbox.tick")
def tick() -> None:
    """Plan what is due and send it. Any number may run at once, any number of times."""
    if ticking.tick(clock.now()):
        doorbell.ring_after_commit()


@app.task(name="outbox.mailboxes", soft_time_limit=60, time_limit=110)
def read_mailboxes() -> None:
    """Take the answers and the undelivered mails that came. One at a time, beside the ticks."""
    mailboxes.look_all()
