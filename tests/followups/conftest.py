"""A team in its follow-up year, a mail server, and time that passes tick by tick."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from accounts.models import User
from actionplans.models import ActionPlan, Activity, Milestone
from cohorts.models import Cohort, Team
from followups import planner
from followups.models import CheckIn
from outbox import ticking
from tests.factories import make_cohort, make_member, make_team, make_user
from tests.outbox.sink import Sink

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A Friday. Round 1: opens Fri 19 June, nudge Tue 23 June, due Sun 28 June, overdue Wed 1 July,
# coach Sat 4 July (so Mon 6 July), closes Mon 13 July.
WEEK_ENDED = date(2026, 6, 5)
OPENS = date(2026, 6, 19)


def utc(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


def day(n: int) -> datetime:
    """Noon (UTC) of the n-th day of round 1."""
    return utc(OPENS + timedelta(days=n))


@dataclass
class World:
    """One team of two, Amara its lead, with a coach, and what the mail server took from us."""

    cohort: Cohort
    team: Team
    amara: User
    boima: User
    coach: User
    sink: Sink
    clock: datetime = field(default_factory=lambda: utc(WEEK_ENDED, 20))

    def close_week(self) -> None:
        planner.close_week(self.cohort, by=None, now=self.clock)

    def live_until(self, moment: datetime, *, step: timedelta = 3 * HOUR) -> None:
        """Let the engine tick until `moment`."""
        while self.clock < moment:
            self.clock = min(self.clock + step, moment)
            ticking.tick(self.clock)

    def check_in(self, number: int = 1, team: Team | None = None) -> CheckIn:
        return CheckIn.objects.select_related("round", "team__cohort").get(
            team=team or self.team, round__number=number
        )

    def activity(self, text: str = "Pay on the 25th", **fields: Any) -> Activity:
        plan, _ = ActionPlan.objects.get_or_create(team=self.team)
        milestone, _ = Milestone.objects.get_or_create(plan=plan, title="Salaries arrive")
        return Activity.objects.create(milestone=milestone, text=text, **fields)

    def letters(self, to: User | None = None) -> list[EmailMessage]:
        """What the mail server took, in order."""
        return [
            email.message_from_bytes(taken.raw, policy=email.policy.default)  # type: ignore[misc]
            for taken in self.sink.taken
            if to is None or taken.to == to.email
        ]

    def link(self, to: User | None = None, path: str = "c") -> str:
        """The last link that someone got, without the host."""
        body = self.letters(to or self.amara)[-1].get_body(("plain",))
        found = re.findall(rf"http://[^/\s]+(/{path}/[\w-]{{22}})", body.get_content())
        return found[-1]


@pytest.fixture(autouse=True)
def silent_bell(settings: Any) -> None:
    settings.DOORBELL = False
    settings.MFA_REQUIRED = False


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


@pytest.fixture
def world(db: None, sink: Sink) -> World:
    """Its week is over and not closed yet."""
    cohort = make_cohort(ends_on=WEEK_ENDED)
    coach = make_user("Carla Coach", time_zone="Europe/Berlin")
    team = make_team(cohort, name="Liberia", coach=coach)
    amara = make_member(
        team,
        make_user("Amara Kollie", time_zone="Africa/Monrovia", email="amara@example.org"),
        role="lead",
    )
    boima = make_member(team, make_user("Boima", email="boima@example.org"))
    return World(cohort, team, amara, boima, coach, sink)


@pytest.fixture
def year(world: World) -> World:
    """The week is closed, and nothing has happened until the eve of round 1."""
    world.close_week()
    world.clock = day(-1)
    return world


@pytest.fixture
def opened(year: World) -> World:
    """Round 1 is open and its first mails are out; Friday noon."""
    year.live_until(day(0))
    return year
