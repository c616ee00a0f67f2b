"""HOLD: when the database or the clock is not what it was, nothing is sent until someone agrees.

A restored backup knows nothing of what went out since: its reminders would go once more. So each
tick writes its moment into the database and into a file beside it (`SEEN_DIR`); a file that is
ahead of its database says that the database was put back. A clock that is hours off would send at
night, or next month's mails today. See docs/decisions/0027.

Times are UTC. `now` is the app's clock, which tests move.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from outbox.models import Engine, Message
from outbox.states import State

logger = logging.getLogger(__name__)

Why = Engine.Why
# A power cut may lose the last commits of a database that was told not to wait for its disk.
LOST_AT_MOST = timedelta(minutes=5)
# A machine that never saw this database, which nobody ticks: a copy, or a new home.
DESERTED = timedelta(hours=2)


def look(now: datetime) -> Engine:
    """The engine's row at a tick: held if something is wrong, and otherwise marked with `now`."""
    engine, is_new = Engine.objects.get_or_create(pk=1, defaults={"seen_at": now})
    why, words, sent_until = _trouble(engine, now)
    if engine.held_since is None and why and not is_new:
        _hold(engine, why, words, now=now, sent_until=sent_until)
    elif engine.held_because == Why.CLOCK and not why:
        # The clocks agree again, so nobody needs to be asked.
        _release(now)
        engine.refresh_from_db()
    if engine.held_since is None:
        Engine.objects.filter(pk=1, seen_at__lt=now).update(seen_at=now)
        _note(engine, max(now, engine.seen_at))
    return engine


def clock_is_wrong() -> bool:
    """Do this machine's clock and the database's differ by more than is tolerated?

    Then this process should touch no mail, though another with a better clock may have let the
    engine go on.
    """
    machine, database = _clocks()
    return abs(machine - database) > _tolerance()


def is_held() -> bool:
    """Is nothing sent now?"""
    return Engine.objects.filter(held_since__isnull=False).exists()


def hold(*, words: str, now: datetime) -> bool:
    """Stop planning and sending until `resume`; False when it was held already.

    The `words` are shown to program leads and administrators.
    """
    engine, _made = Engine.objects.get_or_create(pk=1, defaults={"seen_at": now})
    return _hold(engine, Why.PERSON, words, now=now)


@transaction.atomic
def resume(*, now: datetime, as_sent_until: datetime | None = None) -> int:
    """Go on. What waits and was due by `as_sent_until` is taken as sent and never sent again.

    Gives how many mails that were. None: everything that waits is sent.
    """
    engine, _made = Engine.objects.get_or_create(pk=1, defaults={"seen_at": now})
    taken = 0
    if as_sent_until:
        taken = taken_as_sent(as_sent_until).update(
            state=State.CANCELLED,
            reason=gettext_noop("taken as sent when the engine went on"),
            context={},
        )
    _release(now)
    transaction.on_commit(lambda: _note(engine, now))
    return taken


def taken_as_sent(until: datetime) -> QuerySet[Message]:
    """The mails that wait and were due by `until`: after a restore nobody knows which went."""
    return Message.objects.filter(state=State.QUEUED, not_before__lte=until)


def _hold(
    engine: Engine, why: str, words: str, *, now: datetime, sent_until: datetime | None = None
) -> bool:
    held = Engine.objects.filter(pk=1, held_since__isnull=True).update(
        held_since=now, held_because=why, held_words=words[:300], sent_until=sent_until
    )
    if held:
        logger.error("The engine is on hold: %s", words or why)
    engine.refresh_from_db()
    return bool(held)


def _release(now: datetime) -> None:
    Engine.objects.filter(pk=1).update(
        seen_at=now, held_since=None, held_because="", held_words="", sent_until=None
    )


def _trouble(engine: Engine, now: datetime) -> tuple[str, str, datetime | None]:
    """Why nothing should be sent, in words, and until when mails may have gone; or nothing."""
    tolerance = _tolerance()
    machine, database = _clocks()
    if abs(machine - database) > tolerance:
        words = f"this machine's clock says {_said(machine)}, the database's {_said(database)}"
        return Why.CLOCK, words, None
    if engine.seen_at - now > tolerance:
        words = f"the last tick was at {_said(engine.seen_at)}, and now it is {_said(now)}"
        return Why.CLOCK, words, None
    noted = _noted(engine)
    # Another tick may have written both meanwhile, the database first: so that is read last.
    engine.refresh_from_db(fields=["seen_at"])
    if noted is None and now - engine.seen_at > DESERTED:
        words = (
            f"this machine has never seen this database, whose last tick was at "
            f"{_said(engine.seen_at)}: is it a copy, or restored?"
        )
        return Why.RESTORED, words, None
    if noted and noted - engine.seen_at > LOST_AT_MOST:
        words = (
            f"the database's last tick was at {_said(engine.seen_at)}, but this machine has seen "
            f"one at {_said(noted)}: a backup was restored"
        )
        return Why.RESTORED, words, noted
    return "", "", None


def _tolerance() -> timedelta:
    return timedelta(hours=settings.CLOCK_TOLERANCE_HOURS)


def _clocks() -> tuple[datetime, datetime]:
    """What this machine's clock says, and what the database's says."""
    return datetime.now(UTC), Engine.objects.values_list(Now(), flat=True).get()


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _file(engine: Engine) -> Path:
    return Path(settings.SEEN_DIR) / str(engine.installation)


def _noted(engine: Engine) -> datetime | None:
    """The last tick on this database that this machine has noted."""
    with suppress(OSError, ValueError):
        return datetime.fromisoformat(_file(engine).read_text())
    return None


def _note(engine: Engine, moment: datetime) -> None:
    file = _file(engine)
    draft = file.with_suffix(f".{uuid4().hex}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.write_text(moment.isoformat())
        draft.replace(file)
    except OSError:
        # Sending goes on; a restore would go unnoticed.
        logger.warning("The moment of this tick could not be noted in %s", file, exc_info=True)
