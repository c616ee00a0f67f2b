"""What every test has at hand."""

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from accounts.models import User

# A busy machine is no fault of the code.
hypothesis_settings.register_profile("ours", deadline=None)
hypothesis_settings.load_profile("ours")


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
