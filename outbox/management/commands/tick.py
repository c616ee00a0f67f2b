"""`manage.py tick`: look now at what is due, as beat's tick does."""

from typing import Any

from django.core.management.base import BaseCommand

from coalitions import clock
from outbox import ticking


class Command(BaseCommand):
    help = "Plan what is due and send it, once. Needs no broker."

    def handle(self, *args: Any, **options: Any) -> None:
        ticking.tick(clock.now())
