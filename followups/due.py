"""What is due at a moment and why, for people who look after the engine. Times are UTC."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from followups import planner, schedule
from followups.models import CheckIn
from outbox import breaker, delivery, hold, wellbeing
from outbox.models import Message

logger = logging.getLogger(__name__)

COLUMNS = ("since", "what", "whom", "why")
OBSTACLE = "obstacle"


def rows(now: datetime) -> list[dict[str, str]]:
    """Steps of check-ins that a tick at `now` would take, and mails that it would send."""
    waiting = CheckIn.objects.due(now).select_related("team", "round")
    found = [row for check_in in waiting for row in _steps(check_in, now)]
    return found + [
        {
            "since": _minute(mail.next_attempt_at),
            "what": f"{mail.pk} {mail.kind}",
            "whom": mail.address,
            "why": _why(mail),
        }
        for mail in delivery.waiting(now)
    ]


def _steps(check_in: CheckIn, now: datetime) -> list[dict[str, str]]:
    """A row for each step that a tick would take; it takes none that a later one overtook."""
    begun = schedule.begun(check_in.round, check_in.next_step, now)
    taken = planner.still_true(check_in, begun)
    skipped = ", ".join(str(CheckIn.Step(step).label) for step in begun if step not in taken)
    why = f"the check-in is {check_in.get_state_display()}, and this step begins"
    return [
        {
            "since": _minute(schedule.begins(schedule.step_date(check_in.round, step))),
            "what": f"check-in {check_in.round.number}: {CheckIn.Step(step).label}",
            "whom": check_in.team.name,
            "why": f"{why}; too late for: {skipped}" if skipped else why,
        }
        for step in taken
    ]


def obstacles(now: datetime) -> list[dict[str, str]]:
    """What keeps it all from going at `now`, which is the present moment: rows like the others."""
    seen = wellbeing.look(now)
    found = []
    if seen.held:
        since = _minute(seen.held.held_since)
        found.append((since, f"on hold since {since}: {seen.held.said}"))
    if breaker.is_paused(now):
        found.append(("", "the mail server is left alone for some minutes: it refused everyone"))
    found += [("", f"no tick: {name} is silent") for name in seen.silent]
    return [{"since": since, "what": OBSTACLE, "whom": "", "why": why} for since, why in found]


def _make_links(mail: Message) -> None:
    """Writing a mail makes the links it holds."""
    try:
        with transaction.atomic():
            delivery.compose(mail)
    except Exception:
        # Going on matters more than one mail that speaks of what is no longer there.
        logger.warning("The links of %s could not be made anew", mail.key, exc_info=True)


def _why(mail: Message) -> str:
    if mail.attempts:
        return f"try {mail.attempts + 1}: {mail.error}"[:120]
    return f"{mail.key}, not yet tried"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else ""


@transaction.atomic
def go_on(*, now: datetime, as_sent_until: datetime | None) -> int:
    """Go on after a hold; how many mails are taken as sent.

    Steps that had been taken by `as_sent_until` are taken anew, so that their mails can be. The
    links in those that went are the same as ours, and open again.
    """
    if as_sent_until:
        while planner.plan_due(as_sent_until):
            pass
        for mail in hold.taken_as_sent(as_sent_until).select_related("person"):
            _make_links(mail)
    return hold.resume(now=now, as_sent_until=as_sent_until)
