"""Is the engine well? Told by the age of its work, not by a list of processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from coalitions import clock
from outbox import delivery, ticking
from outbox.models import Engine, Heartbeat


@dataclass(frozen=True)
class Wellbeing:
    """What was seen at a moment. `beats` gives each part's silence; None: it never ran."""

    beats: dict[str, timedelta | None]
    oldest_due: timedelta
    held: Engine | None

    @property
    def silent(self) -> list[str]:
        """The parts of the tick that did not run for too long."""
        longest = timedelta(minutes=settings.SILENCE_MINUTES)
        return [name for name, age in self.beats.items() if age is None or age >= longest]

    @property
    def is_late(self) -> bool:
        """Does a mail wait for too long?"""
        return self.oldest_due >= timedelta(minutes=settings.LATE_MINUTES)

    @property
    def is_well(self) -> bool:
        return not (self.silent or self.is_late or self.held)


def look(now: datetime) -> Wellbeing:
    """How the engine is at `now` (UTC). Raises the database's errors."""
    beats = dict(Heartbeat.objects.values_list("name", "beat_at"))
    oldest = delivery.waiting(now).values_list("next_attempt_at", flat=True).first()
    return Wellbeing(
        beats={name: now - beats[name] if name in beats else None for name in ticking.parts()},
        oldest_due=now - oldest if oldest else timedelta(0),
        held=Engine.objects.filter(held_since__isnull=False).first(),
    )


def obstacle() -> dict[str, str]:
    """For `/readyz`: on hold a person must decide, and a late mail says that nobody sends.

    Anybody may ask: nothing of what a person wrote.
    """
    seen = look(clock.now())
    found = {"on_hold": seen.held.held_because} if seen.held else {}
    if seen.is_late:
        found["late_mail"] = f"due for {seen.oldest_due // timedelta(minutes=1)} min"
    return found
