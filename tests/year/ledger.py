"""What the harness asks the engine's own database: what waits, and what each mail was about.

Nothing here says what is right: the oracle does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from tests.installation import wait_until

if TYPE_CHECKING:
    from tests.year.sink import Accepted

# Team, round and step.
type Meaning = tuple[str, int, str]
# What goes to people at decent hours beside the steps of check-ins.
OTHERS = ("coach digest", "check-in reader out", "support overdue")


@dataclass
class Ledger:
    """By Message-ID of a mail: the steps it speaks of, and the keys of what else it tells.

    `doubts`: how many tries of a Message-ID stand as unknown. `twice`: what one mail tells twice.
    """

    steps: dict[str, set[Meaning]] = field(default_factory=dict)
    others: dict[str, set[str]] = field(default_factory=dict)
    doubts: Counter[str] = field(default_factory=Counter)
    twice: set[tuple[str, Meaning]] = field(default_factory=set)

    def __or__(self, later: Ledger) -> Ledger:
        return Ledger(
            _united(self.steps, later.steps),
            _united(self.others, later.others),
            self.doubts | later.doubts,
            self.twice | later.twice,
        )

    def note(self, now: Ledger) -> None:
        """Keep what the database knows now, and may not know later."""
        for message_id, steps in now.steps.items():
            self.steps.setdefault(message_id, set()).update(steps)
        for message_id, others in now.others.items():
            self.others.setdefault(message_id, set()).update(others)
        self.doubts |= now.doubts
        self.twice |= now.twice

    def speaks_of(self, mail: Accepted) -> set[Meaning]:
        return self.steps.get(mail.message_id, set())


def _united[Told](one: dict[str, set[Told]], other: dict[str, set[Told]]) -> dict[str, set[Told]]:
    return {key: one.get(key, set()) | other.get(key, set()) for key in {*one, *other}}


def ask[Answer, **What](
    question: Callable[What, Answer], *of: What.args, **named: What.kwargs
) -> Answer:
    """The answer of the database, which may just be away: asked until it answers."""
    from django.db import OperationalError, connection

    found: list[Answer] = []

    def answered() -> bool:
        try:
            found.append(question(*of, **named))
        except OperationalError:
            connection.close()
        return bool(found)

    wait_until(answered, "the database to answer")
    return found[0]


def hang_up() -> None:
    """Close this thread's line to the database."""
    from django.db import connections

    connections.close_all()


@cache
def _check_ins() -> dict[int, tuple[str, int]]:
    from followups.models import CheckIn

    rows = CheckIn.objects.values_list("pk", "team__name", "round__number")
    return {pk: (name, number) for pk, name, number in rows}


def read(**only: object) -> Ledger:
    """What the mails of the follow-up year say, all or those that meet the conditions."""
    from outbox.models import Attempt, Message

    told = Ledger()
    messages = Message.objects.filter(**only)
    rows = messages.values_list("message_id", "covered_by__message_id", "kind", "key")
    for own, covering, kind, key in rows:
        message_id = covering or own
        first, *rest = key.split("/")
        if first == "checkin":
            meaning = (*_check_ins()[int(rest[0])], rest[2])
            steps = told.steps.setdefault(message_id, set())
            if meaning in steps:
                told.twice.add((message_id, meaning))
            steps.add(meaning)
        elif kind in OTHERS:
            told.others.setdefault(message_id, set()).add(key)
    doubtful = Attempt.objects.filter(outcome="unknown", message__in=messages)
    told.doubts.update(doubtful.values_list("message__message_id", flat=True))
    return told


def next_due(now: datetime) -> list[datetime]:
    """When the engine means to do something next, as far as its database says."""
    from followups.models import CheckIn
    from outbox.models import MailServer, Message

    waiting = Message.objects.filter(state="queued", next_attempt_at__gt=now)
    upcoming = CheckIn.objects.filter(next_at__gt=now)
    paused = MailServer.objects.filter(paused_until__gt=now)
    return [
        *waiting.order_by("next_attempt_at").values_list("next_attempt_at", flat=True)[:1],
        *upcoming.order_by("next_at").values_list("next_at", flat=True)[:1],
        *(moment for moment in paused.values_list("paused_until", flat=True) if moment),
    ]


def next_try(now: datetime) -> datetime | None:
    """When the engine means to try a mail again that did not go at its first try."""
    from outbox.models import Message

    tried = Message.objects.filter(state="queued", attempts__gt=0, next_attempt_at__gt=now)
    return tried.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()


def has_ticked(since: datetime) -> bool:
    """Has a tick that began after `since` come to its end, so that all that was due is planned?"""
    from outbox.models import Heartbeat

    return Heartbeat.objects.filter(name="tick", beat_at__gte=since).exists()


def work_waits(now: datetime) -> str:
    """What is due or under way, in a word; nothing: "".

    Asked of all mails at once, lest one pass from one to the other.
    """
    from django.db.models import Exists, Q

    from followups.models import CheckIn
    from outbox.models import MailServer, Message

    left_alone = Exists(MailServer.objects.filter(paused_until__gt=now))
    due = Q(state="queued", next_attempt_at__lte=now) & ~Q(left_alone)
    states = Message.objects.filter(Q(state="claimed") | due).values_list("state", flat=True)
    return states.first() or ("steps" if CheckIn.objects.due(now).exists() else "")


def waiting(now: datetime) -> list[tuple[object, ...]]:
    """The mails that are due or under way, for whoever looks for why they do not go."""
    from outbox.models import Message

    rows = Message.objects.filter(state__in=["queued", "claimed"], next_attempt_at__lte=now)
    return list(rows.values_list("key", "state", "next_attempt_at", "lease_until", "error")[:10])


def doubt_waits() -> bool:
    """Is there a mail that will go once more, since nobody knows whether it arrived?

    One more crash in its gap, and nothing could promise that it does.
    """
    from outbox.models import Attempt

    again = Attempt.objects.filter(outcome="unknown", message__state__in=["queued", "claimed"])
    return again.exists()


def is_under_way(now: datetime) -> bool:
    """Does any mail wait whose time had come, were it not for its reader's wishes or a try?"""
    from outbox.models import Message

    waiting = Message.objects.filter(state="queued", not_before__lte=now)
    return waiting.filter(attempts__gt=0).exists() or bool(work_waits(now))


def leave(address: str) -> None:
    """Someone is no longer in any team."""
    from cohorts.models import Membership

    Membership.objects.filter(user__email=address).delete()
