"""The ways to break the engine, each a mistake that engines of this kind are known for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models.functions import Now

from coalitions import clock
from coalitions.celery import app
from followups import hours, planner, schedule
from followups.hours import Reader
from followups.models import CheckIn, Round
from outbox import delivery, transport, verdicts
from outbox.models import Message
from outbox.states import State
from outbox.transport import Outcome, Verdict

LATER = timedelta(days=1000)


def mark_sent_first() -> None:
    """A mail is marked as sent, and sent afterwards."""
    hand_over = delivery.hand_over

    def marked(message: Message, now: datetime, others: Sequence[Message] = ()) -> bool:
        ours = hand_over(message, now, others)
        if ours:
            delivery.record_all([message, *others], Verdict(Outcome.OK, 250), now)
        return ours

    delivery.hand_over = marked


def no_lease_check() -> None:
    """Whoever claimed a mail hands it over, however long ago that was."""

    def handed(message: Message, now: datetime, others: Sequence[Message] = ()) -> bool:
        for one in (message, *others):
            Message.objects.filter(pk=one.pk).update(
                handed_over_at=now, covered_by=None if one is message else message
            )
            one.handed_over_at = now
        return True

    delivery.hand_over = handed


@app.task(name="controls.send_later")
def send_later(ids: list[int]) -> None:
    """Send these mails, whose rows say that a task will."""
    now = clock.now()
    lease = Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    claim = uuid4()
    rows = Message.objects.filter(pk__in=ids, state=State.QUEUED)
    rows.update(state=State.CLAIMED, claim=claim, lease_until=lease)
    chunk = list(Message.objects.filter(claim=claim).select_related("person"))
    with transport.open_line() as line:
        delivery.send_chunk(chunk, line, delivery.Turn(now))


def eta_task() -> None:
    """The moment of a mail lies in a task that waits in a worker, not in its row."""

    def hand_to_tasks(now: datetime) -> int:
        verdicts.reap(now)
        found = list(delivery.due(now).values_list("pk", flat=True)[:50])
        if found:
            Message.objects.filter(pk__in=found).update(next_attempt_at=now + LATER)
            send_later.apply_async([found], countdown=1, retry=False)
        delivery.expire(now)
        return len(found)

    delivery.deliver = hand_to_tasks


def utc_arithmetic() -> None:
    """A zone is an offset from UTC, the one of the summer in which the program was set up."""
    set_up = datetime(2026, 7, 1, 12)  # noqa: DTZ001 a wall clock's

    def instant(local: datetime, zone: ZoneInfo) -> datetime:
        offset = zone.utcoffset(set_up)
        assert offset is not None
        return (local - offset).replace(tzinfo=UTC)

    hours.instant = instant


def no_catch_up() -> None:
    """After an outage every step that was missed is made up for."""

    def until(round_: Round, step: str, reader: Reader) -> datetime:
        return reader.eve_of(round_.opens_on + timedelta(days=90))

    schedule.OVERTAKEN_BY = {}
    schedule.until = until


def without_unique_key() -> None:
    """Mails are told apart by nothing, and who plans trusts that they are."""
    queue, take_step = planner.queue, planner.take_step

    def queue_another(kind: str, key: str, **more: Any) -> None:
        queue(kind, f"{key}/{uuid4()}", **more)

    def take_anyway(check_in: CheckIn, now: datetime) -> bool:
        taken = take_step(check_in, now)
        if not taken:
            planner._mail(check_in, check_in.next_step, now)
        return taken

    planner.queue, planner.take_step = queue_another, take_anyway


WAYS: dict[str, Callable[[], None]] = {
    way.__name__: way
    for way in (
        mark_sent_first,
        no_lease_check,
        eta_task,
        utc_arithmetic,
        no_catch_up,
        without_unique_key,
    )
}
