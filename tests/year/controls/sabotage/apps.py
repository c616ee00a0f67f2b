"""Breaks the engine of the process it is loaded into, as the variable CONTROL says."""

import os

from django.apps import AppConfig


class SabotageConfig(AppConfig):
    name = "tests.year.controls.sabotage"

    def ready(self) -> None:
        from tests.year.controls.sabotage.ways import WAYS

        WAYS[os.environ["CONTROL"]]()
