"""Breaks the delivery of the process it is loaded into."""

from typing import Any

from django.apps import AppConfig


class SabotageConfig(AppConfig):
    name = "tests.year.controls.sabotage"

    def ready(self) -> None:
        from outbox import delivery
        from outbox.models import Message
        from outbox.transport import Outcome, Verdict

        hand_over = delivery.hand_over

        def marked_sent_at_once(message: Message, now: Any, others: Any = ()) -> bool:
            ours = hand_over(message, now, others)
            if ours:
                delivery.record_all([message, *others], Verdict(Outcome.OK, 250), now)
            return ours

        delivery.hand_over = marked_sent_at_once
