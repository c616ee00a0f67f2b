"""`manage.py heartbeat`: does somebody tick? The health check of worker and beat containers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coalitions import clock
from outbox.models import Heartbeat
from outbox.views import SILENCE


class Command(BaseCommand):
    help = "Fail when no tick ran for five minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Heartbeat.objects.filter(name="tick", beat_at__gt=clock.now() - SILENCE).exists():
            raise CommandError("No tick ran for five minutes.")
