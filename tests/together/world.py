"""The team whose plan everybody writes at once: its people, sixty rows, and their sign-ins."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

MILESTONES, ACTIVITIES = 6, 9


@dataclass(frozen=True)
class Seat:
    """What a client or a page needs to sit down as somebody of the team."""

    user: int
    name: str
    team: int
    cookies: dict[str, str]
    csrf: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def populate(people: int) -> list[Seat]:
    """A team of so many members with a plan of sixty rows; a signed-in seat for each of them."""
    from uuid import uuid4

    from actionplans import cells, plans
    from tests.factories import NOON, make_member, make_team, make_user

    team = make_team(name="Liberia")
    members = [make_member(team, make_user(f"Member {n}")) for n in range(people)]
    told = {"by": members[0], "now": NOON}
    plan = plans.plan_of(team)
    for n in range(MILESTONES):
        milestone = cells.create_row(
            plan,
            table="milestone",
            edit_id=uuid4(),
            initial={"title": f"Milestone {n}"},
            **told,
        )
        for m in range(ACTIVITIES):
            words = {"text": f"Activity {n}.{m}", "comments": f"What {n}.{m} needs\nMoney\nTime"}
            cells.create_row(milestone, table="activity", edit_id=uuid4(), initial=words, **told)
    return [sign_in(user, team.pk) for user in members]


def sign_in(user, team: int) -> Seat:
    """The cookies of a browser in which `user` is signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    csrf = secrets.token_hex(16)
    cookies = {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: csrf,
    }
    return Seat(user.pk, user.name, team, cookies, csrf)
