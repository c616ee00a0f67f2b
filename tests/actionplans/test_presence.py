"""Who is in which row: seen by the others within seconds, gone as fast, and never a cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans import presence
from actionplans.models import SheetRow
from cohorts.models import Team
from tests.actionplans.sheeting import SCRIPT, make_row, save, url
from tests.factories import NOON, make_member, make_user


@pytest.fixture
def row(team: Team, amara: User) -> SheetRow:
    return make_row(team, amara, action="Count")


@pytest.fixture
def kofi(team: Team, sign_in) -> Client:
    return sign_in(make_member(team, make_user("Kofi Mensah")))


def enter(client: Client, team: Team, part: str) -> int:
    return client.post(f"/teams/{team.pk}/here/", {"part": part}, **SCRIPT).status_code


def poll(client: Client, team: Team, etag: str = "", page: str = ""):
    headers = SCRIPT["headers"] | ({"If-None-Match": etag} if etag else {})
    return client.get(page or url(team, "changes/"), headers=headers)


def test_others_see_who_is_in_a_row_and_oneself_does_not(
    team: Team, row: SheetRow, client: Client, kofi: Client
) -> None:
    assert enter(client, team, f"row-{row.pk}") == 204
    assert poll(kofi, team).json()["here"] == [[f"row-{row.pk}", "Amara Kollie"]]
    assert poll(client, team).json()["here"] == []
    enter(client, team, "row-99")
    assert poll(kofi, team).json()["here"] == [["row-99", "Amara Kollie"]]
    enter(client, team, "")
    assert poll(kofi, team).json()["here"] == []


def test_whoever_says_nothing_more_is_gone_after_some_seconds(
    team: Team, row: SheetRow, amara: User, client: Client, kofi: Client
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        enter(client, team, f"row-{row.pk}")
        clock.shift(timedelta(seconds=15))
        assert presence.others(team, make_user(), NOON + timedelta(seconds=15))
        assert poll(kofi, team).json()["here"]
        clock.shift(timedelta(seconds=10))
        assert poll(kofi, team).json()["here"] == []


@pytest.mark.parametrize("page", ["sheet", "plan"])
def test_one_who_moves_costs_the_others_no_page_and_who_stays_nothing(
    team: Team, row: SheetRow, client: Client, kofi: Client, page: str
) -> None:
    address = url(team, "changes/") if page == "sheet" else f"/teams/{team.pk}/plan/changes/"
    etag = poll(kofi, team, page=address).headers["ETag"]
    assert poll(kofi, team, etag, address).status_code == 304
    enter(client, team, f"row-{row.pk}")
    moved = poll(kofi, team, etag, address)
    assert moved.json() == {"here": [[f"row-{row.pk}", "Amara Kollie"]]}
    enter(client, team, f"row-{row.pk}")
    assert poll(kofi, team, moved.headers["ETag"], address).status_code == 304


def test_a_change_of_the_sheet_brings_its_parts_whoever_is_where(
    team: Team, row: SheetRow, client: Client, kofi: Client
) -> None:
    etag = poll(kofi, team).headers["ETag"]
    enter(client, team, f"row-{row.pk}")
    save(client, team, row=row.pk, field="action", value="Count all", seen="Count")
    told = poll(kofi, team, etag).json()
    assert told["here"]
    assert told["parts"][0]["id"] == f"row-{row.pk}"


@pytest.mark.parametrize("part", ["<script>", "row-", "row-1;2", "top", "x" * 100])
def test_what_is_no_part_of_a_page_is_not_there(team: Team, client: Client, part: str) -> None:
    assert enter(client, team, part) == 404


def test_saying_where_one_is_and_asking_take_few_statements(
    team: Team, row: SheetRow, client: Client, kofi: Client
) -> None:
    enter(client, team, f"row-{row.pk}")
    etag = poll(kofi, team).headers["ETag"]
    for ask, most in (
        (lambda: enter(client, team, f"row-{row.pk}"), 4),
        (lambda: poll(kofi, team, etag), 5),
    ):
        with CaptureQueriesContext(connection) as queries:
            ask()
        marks = ("SAVEPOINT", "RELEASE")
        asked = [q["sql"] for q in queries if not q["sql"].startswith(marks)]
        assert len(asked) <= most, "\n".join(asked)
