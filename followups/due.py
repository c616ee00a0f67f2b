"""What is due at a moment and why, for people who look after the engine. Times are UTC."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from followups import planner
from followups.models import CheckIn
from outbox import breaker, delivery, hold, wellbeing
from outbox.models import Message

logger = logging.getLogger(__name__)

COLUMNS = ("since", "what", "whom", "why")


def rows(now: datetime) -> list[dict[str, str]]:
    """Steps of check-ins that a tick at `now` would take, and mails that it would send."""
    steps = CheckIn.objects.due(now).select_related("team", "round")
    found = [
        {
            "since": _minute(check_in.next_at),
            "what": f"check-in {check_in.round.number}: {check_in.get_next_step_display()}",
            "whom": check_in.team.name,
            "why": f"the check-in is {check_in.get_state_display()}, and this step begins",
        }
        for check_in in steps
    ]
    return found + [
        {
            "since": _minute(mail.next_attempt_at),
            "what": f"{mail.pk} {mail.kind}",
            "whom": mail.address,
            "why": _why(mail),
        }
        for mail in delivery.waiting(now)
    ]


def obstacles(now: datetime) -> list[str]:
    """What keeps it all from going."""
    seen = wellbeing.look(now)
    found = (
        [f"on hold since {_minute(seen.held.held_since)}: {seen.held.held_words}"]
        if seen.held
        else []
    )
    if breaker.is_paused(now):
        found.append("the mail server is left alone for some minutes: it refused everyone")
    return found + [f"no tick: {name} is silent" for name in seen.silent]


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
