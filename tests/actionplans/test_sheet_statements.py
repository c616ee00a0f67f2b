"""How many statements a sheet takes: the same however long it is."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from actionplans.models import SheetRow
from cohorts.models import Team
from tests.actionplans.sheeting import SCRIPT, make_row, save, url
from tests.factories import (
    make_member,
    make_session,
)


def fill(team: Team, by: User, count: int) -> None:
    make_session(team.cohort)
    for n in range(count):
        make_row(team, by, action=f"Action {n}", by_whom="Amara Kollie; Joseph")


def asked(client: Client, address: str, **more: object) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, **more).status_code == 200
    return [query["sql"] for query in queries]


def test_a_sheet_takes_the_same_few_statements_however_many_rows(
    team: Team, amara: User, client: Client
) -> None:
    numbers = {}
    for count in (3, 27, 270):
        fill(team, amara, count)
        page, changes = asked(client, url(team)), asked(client, url(team, "changes/"), **SCRIPT)
        numbers[SheetRow.objects.count()] = (len(page), len(changes))
    assert len(set(numbers.values())) == 1, numbers
    assert len(page) <= 8, "\n".join(page)
    assert len(changes) <= 8, "\n".join(changes)


@pytest.mark.parametrize("field", ["action", "by_when"])
def test_a_save_takes_few_statements(team: Team, amara: User, client: Client, field: str) -> None:
    row = make_row(team, amara)
    marks = ("SAVEPOINT", "RELEASE")
    value = {"action": "Meet", "by_when": "2026-07-01"}[field]
    with CaptureQueriesContext(connection) as queries:
        save(client, team, row=row.pk, field=field, value=value)
    assert len([q for q in queries if not q["sql"].startswith(marks)]) <= 7


def test_open_conflicts_take_the_same_statements_however_many(
    team: Team, amara: User, client: Client, sign_in
) -> None:
    other = sign_in(make_member(team))
    numbers = []
    for _ in range(2):
        for n in range(3):
            row = make_row(team, amara)
            for field, theirs, mine in (("action", "A", f"B{n}"), ("by_whom", "A", "B")):
                save(other, team, row=row.pk, field=field, value=theirs)
                save(client, team, row=row.pk, field=field, value=mine)
        numbers.append(len(asked(client, f"/teams/{team.pk}/conflicts/")))
    assert numbers[0] == numbers[1]
