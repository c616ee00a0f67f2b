"""A broken engine: it marks a mail as sent before it sends it. The harness must notice."""

from coalitions.settings import *  # noqa: F403
from coalitions.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.year.controls.sabotage"]
