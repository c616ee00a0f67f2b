"""A team of Liberia, one of its members, and the browser of hers."""

import pytest
from django.test import Client

from accounts.models import User
from cohorts.models import Team
from tests.factories import make_member, make_team, make_user


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def amara(team: Team) -> User:
    return make_member(team, make_user("Amara Kollie"))


@pytest.fixture
def client(amara: User, sign_in) -> Client:
    return sign_in(amara)
