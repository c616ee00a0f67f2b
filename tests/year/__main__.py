"""`make year`: the follow-up year on both databases, through kills and faults; one JSON line.

    python -m tests.year [--seed 1] [--kills 20] [--control mark_sent_first]

Without a control it succeeds when the guarantee held. With a control (a deliberate fault in the
engine) it succeeds when the harness noticed: one that passes a broken engine proves nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from tests.servers import ensure_system_packages
from tests.year.report import FEWEST_KILLS

DATABASES = ("postgresql", "sqlite")
SUMMED = (
    "due",
    "sent",
    "missing",
    "unwanted",
    "repeats",
    "explained_repeats",
    "unexplained_repeats",
    "doubts",
    "kills",
    "outside_hours",
    "after_answer",
    "after_opt_out",
    "over_two_copies",
    "crowded",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--kills", type=int, default=FEWEST_KILLS, help="at least so many, on each database"
    )
    parser.add_argument("--control", default="", help="a module of tests/year/controls")
    chosen = parser.parse_args()
    ensure_system_packages()
    reports = [run(database, chosen) for database in DATABASES]
    whole = {name: sum(report[name] for report in reports) for name in SUMMED}
    whole["seconds"] = round(sum(report["seconds"] for report in reports), 1)
    whole |= {"seed": chosen.seed, "database": " and ".join(DATABASES)}
    whole["held"] = all(report["held"] for report in reports)
    if chosen.control:
        whole["control"] = chosen.control
        # A year in which too little happened has noticed nothing.
        whole["noticed"] = all(report["broken"] for report in reports)
    print(json.dumps(whole | {"databases": reports}))
    return 0 if whole.get("noticed", whole["held"]) else 1


def run(database: str, chosen: argparse.Namespace) -> dict:
    """One year in a process of its own; its report. Its log goes to standard error."""
    command = [sys.executable, "-m", "tests.year.run", "--database", database]
    command += ["--seed", str(chosen.seed), "--kills", str(chosen.kills)]
    command += ["--control", chosen.control] if chosen.control else []
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if not done.stdout.strip():
        sys.exit(f"The year on {database} ended with {done.returncode} and without a report.")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
