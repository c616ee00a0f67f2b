"""What every test has at hand."""

import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def sign_in():
    """`sign_in(user)` gives a client that is signed in as `user`."""

    def signed_in_client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in_client
