from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register


class CoalitionsConfig(AppConfig):
    name = "coalitions"

    def ready(self) -> None:
        register(no_moved_clock, Tags.security, deploy=True)


def no_moved_clock(**kwargs: object) -> list[Error]:
    """Refuse to deploy with the tests' clock."""
    if settings.TEST_CLOCK_FILE:
        return [Error("TEST_CLOCK_FILE is for tests: a moved clock sends mail on the wrong day.")]
    return []
