"""The settings of an installation whose engine is broken as the variable CONTROL says."""

from coalitions.settings import *  # noqa: F403
from coalitions.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.year.controls.sabotage"]
