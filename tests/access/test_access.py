"""Every URL, as every role, at own, foreign, mixed and absent targets, held against the table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.payloads import payload
from tests.access.table import DOORS, ROLES, Door
from tests.access.world import World, make_world

READS = ("GET", "HEAD")
WRITES = ("POST",)
REST = ("PUT", "PATCH", "DELETE", "OPTIONS")
CLOSED = {404, 405}
# Rows that a visit itself leaves: the sign-in, and the counters that slow down guessing.
LEFT_BY_VISITS = {"Session"}
# Other in each answer: the masked CSRF token, and the nonce of the content security policy.
CHANCE = re.compile(rb"[A-Za-z0-9]{64}|nonce=\"[^\"]*\"")


def doors_in_urls() -> dict[str, URLPattern]:
    """Every named pattern, by name."""

    def walk(patterns: list) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield pattern

    return {str(pattern.name): pattern for pattern in walk(get_resolver().url_patterns)}


URLS = doors_in_urls()


def parameters(name: str) -> list[str]:
    return list(URLS[name].pattern.converters)


def fingerprint() -> dict[str, str]:
    """A digest of each table's rows."""
    return {
        model.__name__: hashlib.sha256(
            repr(list(model._base_manager.order_by("pk").values_list())).encode()
        ).hexdigest()
        for model in apps.get_models(include_auto_created=True)
        if model.__name__ not in LEFT_BY_VISITS
    }


@contextmanager
def unchanged(what: str) -> Iterator[None]:
    before = fingerprint()
    yield
    after = fingerprint()
    assert after == before, (
        f"{what} changed {[name for name in after if after[name] != before[name]]}"
    )


def targets(name: str, world: World, role: str = "") -> Iterator[tuple[str, str]]:
    """What a URL may point at: own, foreign, a foreign child below an own parent, nothing.

    For people of the other side, and for administrators, the foreign is theirs: left out.
    """
    needed = parameters(name)
    yield "own", reverse(name, kwargs={key: world.own[key] for key in needed})
    if not needed:
        return
    if not role.startswith("other ") and role != "admin":
        yield "foreign", reverse(name, kwargs={key: world.foreign[key] for key in needed})
    yield "absent", reverse(name, kwargs={key: world.absent[key] for key in needed})
    for child in needed[1:]:
        kwargs = {key: world.own[key] for key in needed} | {child: world.foreign[child]}
        if world.foreign[child] != world.own[child]:
            yield "mixed", reverse(name, kwargs=kwargs)


@pytest.fixture
def world(db: None, settings) -> World:
    settings.MFA_REQUIRED = False
    return make_world()


def test_every_url_stands_in_the_table_and_the_table_names_no_other() -> None:
    assert set(URLS) == set(DOORS)


def test_every_url_that_the_table_calls_public_says_why() -> None:
    assert all(door.public for door in DOORS.values() if not door.reads <= set(ROLES))


@pytest.mark.strictest
@pytest.mark.parametrize("role", ROLES)
def test_each_door_opens_to_whom_the_table_says_and_to_nobody_else(role: str, world: World) -> None:
    """And reading changes nothing, nor does writing where one may not."""
    signed_in = Client()
    signed_in.force_login(world.users[role])
    wrong = []
    with unchanged(f"{role} knocking at every door"):
        for name, door in DOORS.items():
            client = Client()
            client.cookies.load(signed_in.cookies)
            for target, url in targets(name, world, role):
                wrong += knock(client, role, name, door, target, url, world)
    assert not wrong, "\n".join(wrong)


def knock(
    client: Client, role: str, name: str, door: Door, target: str, url: str, world: World
) -> list[str]:
    """Send every method; what came back differently from the table, in words."""
    wrong = []
    # What no door takes is tried where it would open first: at one's own.
    for method in (*READS, *WRITES, *(REST if target == "own" else ())):
        may = {"own": role in (door.reads if method in READS else door.writes)}.get(target, False)
        may = may and method not in REST
        public = bool(door.public)
        writes = method in WRITES and target == "own" and role in door.writes
        with rolled_back() if writes else nullcontext():
            if method == "POST":
                answer = client.post(url, payload(world, name))
            else:
                answer = client.generic(method, url)
        status = answer.status_code
        unwell = status >= 500 and name not in {"healthz", "readyz"}
        if unwell or (not may and not public and status not in CLOSED):
            wrong.append(f"{role}: {method} {url} ({name}, {target}) answered {status}")
        sent_away = status == 302 and answer["Location"].startswith("/accounts/login/")
        if may and not public and sent_away:
            wrong.append(f"{role}: {method} {url} ({name}, {target}) sends its own to sign in")
        # A conflict is its author's alone, whoever else is in the team.
        if may and status == 404 and not public and name != "conflicts":
            wrong.append(f"{role}: {method} {url} ({name}, {target}) is closed to its own")
        if world.sees_foreign_words(role, answer):
            wrong.append(f"{role}: {method} {url} ({name}, {target}) shows another team's words")
    return wrong


@contextmanager
def rolled_back() -> Iterator[None]:
    """What is allowed to write may write, and leaves the world as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_signed_out_every_door_leads_to_sign_in_whether_its_target_exists_or_not(
    world: World,
) -> None:
    wrong = []
    for name, door in DOORS.items():
        if door.public:
            continue
        for target, url in targets(name, world):
            for method in (*READS, *WRITES):
                answer = Client().generic(method, url)
                led = answer.status_code == 302 and answer.url.startswith("/accounts/login/")
                if not led and answer.status_code != 405:
                    wrong.append(f"{method} {url} ({name}, {target}): {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_foreign_target_answers_exactly_like_an_absent_one(world: World) -> None:
    client = Client()
    client.force_login(world.users["member"])
    for name, door in DOORS.items():
        if door.public or not parameters(name):
            continue
        answers = dict.fromkeys(("foreign", "absent"), b"")
        for target, url in targets(name, world):
            if target in answers:
                answer = client.get(url)
                page = CHANCE.sub(b"", answer.content.replace(url.encode(), b""))
                answers[target] = str(answer.status_code).encode() + page
        assert answers["foreign"] == answers["absent"], name
