"""A program with its lead, whose browser makes cohorts and teams."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from cohorts.models import Cohort, Program
from tests.factories import make_cohort, make_program, make_user


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.MFA_REQUIRED = False
    settings.DOORBELL = False


@pytest.fixture
def catherine(db: None) -> User:
    return make_user("Catherine Dubois", email="catherine@example.org", time_zone="Europe/Paris")


@pytest.fixture
def program(catherine: User) -> Program:
    return make_program(catherine, name="Leading with Coalitions")


@pytest.fixture
def cohort(program: Program) -> Cohort:
    return make_cohort(program, state=Cohort.State.DRAFT)


@pytest.fixture
def client(catherine: User, sign_in) -> Client:
    """The program lead's browser."""
    return sign_in(catherine)
