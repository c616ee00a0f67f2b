"""How long pasting 200 rows of 6 cells takes, through the door, beside what the rows alone take.

    python -m benchmarks.paste [--rows 200] [--times 5]

Prints one JSON line: the median seconds of the request, and of the floor: writing the same rows,
names and ledger entries by `bulk_create` alone, in the same run on the same database.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from tests.installation import ROOT
from tests.run import environment

CELLS = 6
PROMISE = 1.0


def pasted(rows: int) -> dict[str, str]:
    """What a page sends for a block from a spreadsheet."""
    from tests.factories import MONDAY

    lines = [
        {
            "key": str(uuid4()),
            "cells": {
                "session": "Mapping the field",
                "milestone": f"Payroll, part {n}",
                "action": f"Count the civil servants of county {n}",
                "action_kind": "capacity",
                "by_whom": f"Amara Kollie; Official {n % 40}",
                "by_when": f"{1 + n % 28} March 2027",
            },
        }
        for n in range(rows)
    ]
    block = {"id": str(uuid4()), "table": "sheetrow", "day": str(MONDAY), "rows": lines}
    return {"block": json.dumps(block | {"pasted": True})}


def paste(client: Any, team: Any, rows: int) -> float:
    """The seconds of one request that pastes."""
    sent = pasted(rows)
    began = time.perf_counter()
    answer = client.post(f"/teams/{team.pk}/block/", sent)
    seconds = time.perf_counter() - began
    assert answer.status_code == 200, answer.content
    assert answer.json()["kept"] == rows * CELLS, answer.json()
    return seconds


def floor(team: Any, by: Any, rows: int) -> float:
    """The seconds of writing as many rows, names and entries with nothing asked."""
    from django.db import transaction

    from actionplans.models import DailySheet, Edit, SheetRow
    from cohorts.models import Person
    from tests.factories import MONDAY, NOON

    sheet = DailySheet.objects.get(team=team, day=MONDAY)
    person = Person.objects.filter(team=team).first()
    told = {"team": team, "table": "sheetrow", "row_id": 0, "actor": by, "at": NOON}
    entries = [
        Edit(edit_id=uuid4(), field="action", value=f"Text {n}", outcome="same", **told)
        for n in range(rows * (CELLS + 2))
    ]
    lines = [SheetRow(sheet=sheet, action=f"Count {n}", milestone="Payroll") for n in range(rows)]
    through = SheetRow.by_whom.through
    began = time.perf_counter()
    with transaction.atomic():
        SheetRow.objects.bulk_create(lines)
        for _ in range(2):
            names = [through(sheetrow=line, person=person) for line in lines]
            through.objects.bulk_create(names, ignore_conflicts=True)
        Edit.objects.bulk_create(entries)
    return time.perf_counter() - began


def measure(rows: int, times: int) -> dict[str, float]:
    """Both medians, on the database that the settings name."""
    import django

    django.setup()
    from django.test import Client
    from django.test.runner import DiscoverRunner

    from tests.factories import make_member, make_session, make_team, make_user

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        team = make_team()
        make_session(team.cohort, title="Mapping the field")
        amara = make_member(team, make_user("Amara Kollie"))
        client = Client()
        client.force_login(amara)
        paste(client, team, 2)
        work: dict[str, Callable[[], float]] = {
            "paste": lambda: paste(client, team, rows),
            "floor": lambda: floor(team, amara, rows),
        }
        found = {name: [run() for _ in range(times)] for name, run in work.items()}
    finally:
        runner.teardown_databases(databases)
    return {name: round(statistics.median(seconds), 3) for name, seconds in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(measure(asked.rows, asked.times)))
        return 0
    found = {}
    for database in ("embedded", "postgresql"):
        with ExitStack() as stack:
            static = stack.enter_context(tempfile.TemporaryDirectory(prefix="coalitions-static-"))
            env = environment(database, static, stack)
            env |= {"DJANGO_SETTINGS_MODULE": "coalitions.settings"}
            command = [sys.executable, "-m", "benchmarks.paste", "--here"]
            told = [f"--rows={asked.rows}", f"--times={asked.times}"]
            run = subprocess.run(
                [*command, *told], cwd=ROOT, env=os.environ | env, capture_output=True, check=False
            )
            if run.returncode:
                sys.stderr.write(run.stderr.decode())
                return run.returncode
            found[database] = json.loads(run.stdout.splitlines()[-1])
    print(json.dumps({"cells": asked.rows * CELLS, "promise": PROMISE} | found))
    return int(any(each["paste"] > PROMISE for each in found.values()))


if __name__ == "__main__":
    sys.exit(main())
