"""What others tell of our mails later: bounces and complaints, and what follows from them.

A mailbox that does not exist, and whoever calls our mail unwanted, gets no more of it, until
someone corrects the address. A bounce that may pass counts: the third within thirty days is taken
for good.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from outbox.models import MailEvent, Message, Suppression

What = MailEvent.What
SOFT_BOUNCES, SOFT_DAYS = 3, 30
ANSWERS_TO_MAILS_OF = timedelta(days=30)


@transaction.atomic
def note(
    what: str,
    address: str,
    *,
    source: str,
    event_id: str,
    now: datetime,
    words: str = "",
    message_id: str = "",
    is_known: bool = False,
) -> bool:
    """Write down what was told of a mail to `address`, and suppress the address where that follows.

    False when it was told before, or is about nobody we wrote to. `is_known`: who tells it has
    shown who they are. Anybody may write to the mailbox of returned mails, and could shut the
    address of whomever they like: so a stranger has to name a mail of ours to it by its id, which
    only that mail's bearers know. `now` in UTC.
    """
    address = address.strip().lower()
    message = _message(address, message_id, now, is_known=is_known)
    if message is None:
        return False
    _event, is_new = MailEvent.objects.get_or_create(
        source=source,
        event_id=event_id[:200],
        address=address,
        defaults={"what": what, "message": message, "at": now, "words": words[:300]},
    )
    if not is_new:
        return False
    if what == What.SOFT:
        lately = MailEvent.objects.filter(
            address=address, what=What.SOFT, at__gt=now - timedelta(days=SOFT_DAYS)
        )
        if lately.count() < SOFT_BOUNCES:
            return True
    Suppression.objects.get_or_create(
        address=address,
        defaults={
            "why": Suppression.Why.COMPLAINED
            if what == What.COMPLAINED
            else Suppression.Why.BOUNCED,
            "reason": words[:200],
            "message": message,
            "since": now,
        },
    )
    return True


def _message(address: str, message_id: str, now: datetime, *, is_known: bool) -> Message | None:
    """The mail that was meant; for `is_known` the last one of the address, if no id names it.

    Its id must fit its address: else whoever knows one could shut another's.
    """
    taken = Message.objects.filter(
        address__iexact=address, handed_over_at__gt=now - ANSWERS_TO_MAILS_OF
    )
    named = message_id.strip().strip("<>")
    if named and (found := taken.filter(message_id=f"<{named}>").first()):
        return found
    return taken.order_by("-handed_over_at").first() if is_known else None
