"""A block as a page sends it: columns of the screen, new rows, several rows at once."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from actionplans.models import Activity, SheetRow
from cohorts.models import Cohort, Team
from tests.actionplans.planning import make_activity, make_milestone
from tests.actionplans.sheeting import SCRIPT, make_row
from tests.factories import MONDAY, make_session


def send(client: Client, team: Team, rows: list[dict], **more: object):
    body = {"id": str(uuid4()), "table": "sheetrow", "day": str(MONDAY), "rows": rows} | more
    return client.post(f"/teams/{team.pk}/block/", {"block": json.dumps(body)}, **SCRIPT)


def new(**cells: str) -> dict:
    return {"key": str(uuid4()), "cells": cells}


def test_a_pasted_block_is_read_as_it_is_shown(team: Team, amara: User, client: Client) -> None:
    session = make_session(team.cohort, title="Mapping the field")
    old = make_row(team, amara, action="Count", action_kind="capacity")
    pasted = [
        {"row": old.pk, "version": old.version, "cells": {"action": "Count all"}},
        new(
            session="mapping  the FIELD",
            milestone="a challenge we have identified\nPayroll",
            action="Meet the union",
            by_whom="Amara Kollie, Hon. Weah",
            by_when="in 2 weeks",
        ),
        new(session="No such session", action="more capacity on"),
    ]
    answer = send(client, team, pasted, pasted=True).json()

    assert (answer["kept"], answer["refused"]) == (9, 1)
    assert "No such session" in answer["html"]
    first, second, third = SheetRow.objects.all()
    assert (first.action, first.action_kind) == ("Count all", "capacity")
    assert (second.session, second.milestone) == (session, "Payroll")
    assert second.milestone_kind == "challenge"
    assert second.by_whom.count() == 2
    assert (third.action_kind, third.action) == ("capacity", "")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("15 March 2027", (None, "2027-03-15", "")),
        ("by 15 Mar 2027", (None, "2027-03-15", "")),
        ("1 Mar 2027 – 15 Mar 2027", ("2027-03-01", "2027-03-15", "")),
        ("second quarter", (None, None, "second quarter")),
    ],
)
def test_a_timeframe_is_one_day_or_two_or_words(
    team: Team, client: Client, said: str, found: tuple[str | None, ...]
) -> None:
    milestone = make_milestone(team)
    row = new(text="Count", due_on=said, accountable="Mama Njeri") | {"milestone": milestone.pk}
    send(client, team, [row], table="activity", pasted=True)
    activity = Activity.objects.get()
    days = (day and day.isoformat() for day in (activity.starts_on, activity.due_on))
    assert (*days, activity.timeframe_note) == found


def test_several_rows_are_set_at_once_and_taken_away(
    team: Team, amara: User, client: Client
) -> None:
    under, other = make_milestone(team), make_milestone(team, "Other")
    activities = [make_activity(under) for _ in range(2)]

    def set_all(**cells: str):
        rows = [
            {"row": str(one.pk), "version": Activity.objects.get(pk=one.pk).version, "cells": cells}
            for one in activities
        ]
        return send(client, team, rows, table="activity").json()

    for cells in (
        {"due_on": "15/03/2027"},
        {"responsible": "Amara Kollie; Joseph"},
        {"accountable": "Joseph"},
        {"status": "stuck"},
        {"milestone": str(other.pk)},
        {"removed": "yes"},
    ):
        assert set_all(**cells)["kept"] == 2
    for activity in Activity.objects.prefetch_related("responsible"):
        assert (str(activity.due_on), activity.status) == ("2027-03-15", "stuck")
        assert (activity.responsible.count(), str(activity.accountable)) == (2, "Joseph")
        assert activity.milestone == other
        assert activity.removed_at


def test_an_older_page_overwrites_nobody(team: Team, amara: User, client: Client) -> None:
    row = make_row(team, amara, action="Count")
    told = [{"row": row.pk, "version": row.version, "cells": {"action": "Mine"}}]
    send(client, team, told)
    answer = send(client, team, [told[0] | {"cells": {"action": "Late"}}]).json()
    assert (answer["kept"], answer["conflicts"]) == (0, 1)
    row.refresh_from_db()
    assert row.action == "Mine"


def test_words_of_the_readers_language_are_understood(
    team: Team, amara: User, client: Client
) -> None:
    with override("fr"):
        from actionplans import sheet_kinds

        label = sheet_kinds.label(team.cohort.program, "action_kind", "capacity")
    amara.language = "fr"
    amara.save()
    send(client, team, [new(action=f"{label}\nFormer", by_when="1er juillet 2026")], pasted=True)
    row = SheetRow.objects.get()
    assert (row.action_kind, row.action, str(row.by_when)) == ("capacity", "Former", "2026-07-01")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"id": "x", "table": "sheetrow", "day": "2026-06-01", "rows": []}',
        '{"id": "%(id)s", "table": "sheet", "day": "2026-06-01", "rows": []}',
        '{"id": "%(id)s", "table": "sheetrow", "day": "2026-07-01", "rows": [{"key": "%(id)s", '
        '"cells": {"action": "x"}}]}',
        '{"id": "%(id)s", "table": "sheetrow", "day": "2026-06-01", "rows": [{"row": 1, '
        '"version": 0, "cells": {"nonsense": "x"}}]}',
        '{"id": "%(id)s", "table": "sheetrow", "day": "2026-06-01", "rows": [{"row": 99999, '
        '"version": 0, "cells": {"action": "x"}}]}',
        '{"id": "%(id)s", "table": "sheetrow", "day": "2026-06-01", "rows": [{"row": '
        '99999999999999999999, "version": 0, "cells": {"action": "x"}}]}',
        '{"id": "%(id)s", "table": "activity", "rows": [{"key": "%(id)s", "cells": {"text": 5}}]}',
        '{"id": "%(id)s", "table": "activity", "rows": [{"key": "%(id)s", "milestone": 7, '
        '"cells": {"text": "x"}}]}',
    ],
)
def test_what_no_page_sends_is_not_there(team: Team, client: Client, body: str) -> None:
    sent = {"block": body.replace("%(id)s", str(uuid4()))}
    assert client.post(f"/teams/{team.pk}/block/", sent).status_code == 404
    assert not SheetRow.objects.exists()


def test_a_closed_cohort_and_too_much_at_once_are_refused_with_a_sentence(
    team: Team, client: Client
) -> None:
    too_much = send(client, team, [new(action="x") for _ in range(2_501)])
    assert (too_much.status_code, "too much" in too_much.json()["message"]) == (422, True)
    Cohort.objects.update(state=Cohort.State.CLOSED)
    assert send(client, team, [new(action="x")]).status_code == 422
    assert not SheetRow.objects.exists()
