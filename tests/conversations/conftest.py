"""A team with those who support it, and what they say to one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cohorts.models import Cohort, Team
from tests.factories import make_cohort, make_member, make_program, make_team, make_user
from tests.outbox.sink import Sink


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.MFA_REQUIRED = False
    settings.DOORBELL = False


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    server = Sink()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": server.port, "timeout": 5},
        }
    }
    settings.DEFAULT_FROM_EMAIL = "Coalitions <coalitions@example.org>"
    yield server
    server.close()


@dataclass
class World:
    """One team in its week: who is in it, who supports it, and a browser for each."""

    cohort: Cohort
    team: Team
    lead: User
    member: User
    coach: User
    facilitator: User
    program_lead: User
    sign_in: Callable[[User], Client]

    def page(self, page: str = "plan", which: str = "whole") -> str:
        return reverse("comments", args=[self.team.pk, page, which])

    def say(self, who: User, text: str, where: str = "", **more: Any):
        """Post a comment as someone does without a script."""
        sent = {"form_id": str(uuid4()), "text": text} | more
        return self.sign_in(who).post(where or self.page(), sent)

    def act(self, who: User, do: str, comment: Any, where: str = ""):
        """Press a button of a comment."""
        return self.sign_in(who).post(where or self.page(), {"do": do, "comment": comment.pk})

    def reads(self, who: User, where: str = "") -> str:
        """The words of a page as someone sees it."""
        answer = self.sign_in(who).get(where or self.page())
        assert answer.status_code == 200, answer.status_code
        return " ".join(answer.content.decode().split())


@pytest.fixture
def world(db: None, sign_in: Callable[[User], Client]) -> World:
    program_lead = make_user("Grace Lead")
    cohort = make_cohort(make_program(program_lead))
    facilitator = make_user("Femi Facilitator")
    cohort.facilitators.add(facilitator)
    coach = make_user("Carla Coach")
    team = make_team(cohort, name="Liberia", coach=coach)
    lead = make_member(team, make_user("Amara Kollie"), role="lead")
    member = make_member(team, make_user("Boima Tarr"))
    return World(cohort, team, lead, member, coach, facilitator, program_lead, sign_in)
