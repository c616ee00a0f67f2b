"""`manage.py heartbeat`: does somebody tick? The health check of worker and beat containers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coalitions import clock
from outbox import ticking, wellbeing


class Command(BaseCommand):
    help = "Fail when no tick ran for SILENCE_MINUTES (five)."

    def handle(self, *args: Any, **options: Any) -> None:
        if ticking.DELIVERY in wellbeing.look(clock.now()).silent:
            raise CommandError("No tick ran for too long.")
