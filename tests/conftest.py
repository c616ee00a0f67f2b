"""What every test has at hand."""

import gc
import os
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from accounts.models import User

# A busy machine is no fault of the code.
hypothesis_settings.register_profile("ours", deadline=None)
hypothesis_settings.load_profile("ours")


# What each half leaves to the other.
OTHERS_WORK = {"postgresql": "once", "embedded": "strictest"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What each half does where two run beside one another (tests/run.py).

    While one drives browsers, which keep more than one core busy, the other does not.
    """
    half = os.environ.get("TEST_HALF", "")
    if others := OTHERS_WORK.get(half):
        config.hook.pytest_deselected(items=[i for i in items if i.get_closest_marker(others)])
        items[:] = [item for item in items if not item.get_closest_marker(others)]
        drives_first = half == "postgresql"
        items.sort(key=lambda item: bool(item.get_closest_marker("browser")) != drives_first)


def pytest_collection_finish() -> None:
    """What is imported and collected stays to the end: no collection of garbage looks there."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _starts_in_english() -> None:
    """A page answered within the test's own thread leaves its reader's language behind."""
    translation.activate(configured.LANGUAGE_CODE)


@pytest.fixture
def sign_in():
    """`sign_in(user)` gives a client that is signed in as `user`."""

    def signed_in_client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in_client


@pytest.fixture(scope="session", autouse=True)
def collected_static_files() -> None:
    """Pages ask for static files by their hashed names, as in production."""
    if not (configured.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_found_once(collected_static_files: None) -> Iterator[None]:
    """Each `Client` makes the middlewares anew, and WhiteNoise's reads the whole folder each time.

    Costs more than most pages. Nothing in the tests' own process changes that folder.
    """

    kept: dict[str, dict[str, object]] = {}
    read = WhiteNoiseMiddleware.update_files_dictionary

    def read_once(self: WhiteNoiseMiddleware, root: str, prefix: str) -> None:
        if root not in kept:
            read(self, root, prefix)
            kept[root] = dict(self.files)
        self.files.update(kept[root])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "update_files_dictionary", read_once)
        yield
