"""A broken server: it saves whole rows as their page showed them, like a form. Must be noticed."""

from coalitions.settings import *  # noqa: F403
from coalitions.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.together.controls.sabotage"]
