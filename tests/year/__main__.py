"""`make year`: the follow-up year on both databases, through kills and faults; one JSON line.

    python -m tests.year [--seed 1] [--teams 60] [--control mark_sent_first]

Both databases live their year at once. Without a control it succeeds when the guarantee held. With
one (a deliberate fault in the engine; `--control all` takes each in turn, with few teams) it
succeeds when the harness noticed: one that passes a broken engine proves nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from tests.packages import ensure_system_packages
from tests.year.controls import CONTROLS
from tests.year.run import TEAMS

DATABASES = ("postgresql", "sqlite")
TEAMS_OF_A_CONTROL, KILLS_OF_A_CONTROL = 12, 400
SUMMED = (
    "due",
    "sent",
    "others",
    "missing",
    "had_enough",
    "unwanted",
    "repeats",
    "explained_repeats",
    "unexplained_repeats",
    "doubts",
    "kills",
    "outside_hours",
    "after_answer",
    "after_opt_out",
    "while_snoozed",
    "over_two_copies",
    "crowded",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teams", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0, help="at least so many, on each database")
    parser.add_argument("--control", default="", choices=["", "all", *CONTROLS])
    chosen = parser.parse_args()
    ensure_system_packages()
    if not chosen.control:
        report = live(chosen.seed, chosen.teams or TEAMS, chosen.kills)
        print(json.dumps(report))
        return 0 if report["held"] else 1
    controls = CONTROLS if chosen.control == "all" else [chosen.control]
    size = (chosen.teams or TEAMS_OF_A_CONTROL, chosen.kills or KILLS_OF_A_CONTROL)
    reports = {control: live(chosen.seed, *size, control) for control in controls}
    # A year in which too little happened has noticed nothing.
    noticed = {
        control: all(each["broken"] for each in report["databases"])
        for control, report in reports.items()
    }
    whole = {"seed": chosen.seed, "noticed": all(noticed.values()), "controls": noticed}
    whole["seconds"] = round(sum(report["seconds"] for report in reports.values()), 1)
    print(json.dumps(whole | {"reports": reports}))
    return 0 if whole["noticed"] else 1


def live(seed: int, teams: int, kills: int, control: str = "") -> dict[str, Any]:
    """The year on every database at once; one report of all."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.year.run", f"--seed={seed}", f"--teams={teams}"]
    command += [f"--kills={kills}", f"--control={control}"]
    # Their logs go to standard error.
    years = {
        database: subprocess.Popen(
            [*command, f"--database={database}"], stdout=subprocess.PIPE, text=True
        )
        for database in DATABASES
    }
    said = {database: year.communicate()[0] for database, year in years.items()}
    for database, words in said.items():
        if not words.strip():
            sys.exit(f"The year on {database} ended without a report.")
    reports = [json.loads(words.splitlines()[-1]) for words in said.values()]
    whole = {name: sum(report[name] for report in reports) for name in SUMMED}
    whole |= {"teams": teams, "seed": seed, "seconds": round(time.monotonic() - began, 1)}
    whole |= {"held": all(report["held"] for report in reports)}
    return whole | {"databases": reports}


if __name__ == "__main__":
    sys.exit(main())
