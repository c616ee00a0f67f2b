"""`manage.py load_demo`: the demo program, once."""

from typing import Any

from django.core.management.base import BaseCommand

from coalitions import clock
from home.demo import loading


class Command(BaseCommand):
    help = "Load the demo program with dates around today; does nothing when it is there."

    def handle(self, *args: Any, **options: Any) -> None:
        if loading.is_loaded():
            self.stdout.write("The demo program is there already.")
            return
        loading.load(clock.now())
        self.stdout.write("The demo program is loaded.")
