"""Every page asks the database as little with thirty rows as with three."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from actionplans import progress
from cohorts import calendar_feed
from cohorts.models import Team
from conversations import digests
from followups import mails
from followups.models import CheckIn
from followups.sending_mails import TAKE_BACK
from outbox import links
from tests.access.crowd import IN_THE_YEAR, grow
from tests.access.table import DOORS
from tests.access.test_access import parameters
from tests.access.world import World, make_world
from tests.factories import NOON

FEW, MANY = 3, 30
# What a page may ask at most, whoever reads it: session and reader among it.
MOST = 15
READERS = ("admin", "program lead", "facilitator", "coach", "team lead", "member")
# Allauth's own are the same for everybody, and some want a second factor first.
ALLAUTHS = ("account_", "mfa_")
PURPOSES = {
    "invitation": "invitation",
    "opt_out": mails.OPT_OUT,
    "comments_off": digests.OPT_OUT,
}


@dataclass(frozen=True)
class Visit:
    """A page, and who reads it."""

    reader: str
    door: str

    def __str__(self) -> str:
        return f"{self.door} for {self.reader}"


VISITS = [
    Visit(reader, name)
    for reader in READERS
    for name, door in DOORS.items()
    if reader in door.reads and (reader == "member" or not name.startswith(ALLAUTHS))
]


def address(door: str, world: World) -> str:
    if door == "calendar_feed":
        return feed_address(world.users["member"])
    if door == "progress_link":
        return progress_address(world)
    if door == "take_back":
        return take_back_address(world)
    purpose = PURPOSES.get(door)
    kwargs = {key: world.own[key] for key in parameters(door)}
    if purpose:
        kwargs["token"] = links.issue(
            purpose,
            door,
            about=world.users["member"].memberships.order_by("pk")[0].pk,
            person=world.users["member"],
            expires_at=None,
            now=NOON,
        )
    return reverse(door, kwargs=kwargs)


def feed_address(person: User) -> str:
    feed = calendar_feed.feed_of(person, None) or calendar_feed.make(person, None, NOON)
    return urlsplit(calendar_feed.url_of(feed)).path


def take_back_address(world: World) -> str:
    """Where the answer to the team's check-in can be taken back."""
    check_in = CheckIn.objects.get(pk=world.own["check_in_id"])
    once = {"about": check_in.answers.all()[0].pk, "person": world.users["member"]}
    token = links.issue(TAKE_BACK, "world", expires_at=None, now=NOON, **once)
    return reverse("take_back", args=[token])


def progress_address(world: World) -> str:
    """A progress page's link, with the names of people."""
    team = Team.objects.get(pk=world.own["team_id"])
    told = {"whom": "", "days": 90, "with_names": True, "by": world.users["team lead"]}
    link = progress.make_link(team, key=uuid.UUID(int=team.pk), now=IN_THE_YEAR, **told)
    return urlsplit(progress.url_of(link)).path


def browsers(world: World) -> dict[str, Client]:
    """For each reader a browser that has been here before, and at a check-in's link."""
    found = {}
    for reader in READERS:
        found[reader] = Client()
        found[reader].force_login(world.users[reader])
        found[reader].get(reverse("home"))
        found[reader].get(address("check_in_link", world))
    return found


def statements(world: World) -> dict[Visit, list[str]]:
    """What the database is asked for each page."""
    clients, asked = browsers(world), {}
    for visit in VISITS:
        url = address(visit.door, world)
        with CaptureQueriesContext(connection) as queries:
            answer = clients[visit.reader].get(url)
        # Mails that are old make the installation unwell, which is not what this is about.
        fine = answer.status_code < 400 or visit.door.startswith((*ALLAUTHS, "healthz", "readyz"))
        assert fine, (visit, answer.status_code)
        asked[visit] = [query["sql"] for query in queries]
    return asked


@pytest.mark.once
def test_every_page_asks_the_same_with_three_rows_and_with_thirty(db, settings) -> None:
    settings.MFA_REQUIRED = False
    with time_machine.travel(IN_THE_YEAR, tick=False):
        world = make_world()
        grow(world, FEW)
        few = statements(world)
        grow(world, MANY)
        many = statements(world)
    grown = [
        f"{visit}: {len(few[visit])} statements with {FEW} rows, {len(many[visit])} with {MANY}"
        for visit in VISITS
        if len(few[visit]) != len(many[visit])
    ]
    assert not grown, "\n".join(grown)
    greedy = [f"{visit}: {len(many[visit])}" for visit in VISITS if len(many[visit]) > MOST]
    assert not greedy, "\n".join(greedy)
