"""`make together`: everybody writes in one plan at once, on both databases; one JSON line.

    python -m tests.together [--seed 1] [--database both] [--edits 5000] [--clients 16]
                             [--control whole_rows]

Without a control it succeeds when no text was lost. With a control (a server that saves whole rows)
it succeeds when the harness noticed: one that passes a broken server proves nothing.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys

from tests.packages import ensure_system_packages

DATABASES = {"postgresql": "postgresql", "embedded": "sqlite"}
SUMMED = ("edits", "lost", "conflicts_open", "merged", "conflicts", "sentences")
SUMMED += ("kills", "cut", "doubled", "unanswered", "misreported", "holes", "disturbed", "seconds")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["both", *DATABASES], default="both")
    parser.add_argument("--edits", type=int, default=5000, help="on each database")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--control", default="", help="a module of tests/together/controls")
    chosen = parser.parse_args()
    # Told to stop, stop what was started too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    ensure_system_packages()
    names = list(DATABASES) if chosen.database == "both" else [chosen.database]
    reports = [run(DATABASES[name], chosen) for name in names]
    whole = {"clients": chosen.clients}
    whole |= {name: round(sum(report[name] for report in reports), 1) for name in SUMMED}
    whole |= {name: all(r[name] for r in reports) for name in ("converged", "ledger_replay_ok")}
    whole["p95_ms"] = max(report["p95_ms"] for report in reports)
    whole |= {"seed": chosen.seed, "database": " and ".join(names)}
    whole["held"] = all(report["held"] for report in reports)
    if chosen.control:
        whole["control"] = chosen.control
        # Texts must be found lost: that a run was too quiet, or a page slow, has noticed nothing.
        whole["noticed"] = all(report["lost"] for report in reports)
    print(json.dumps(whole | {"databases": reports}))
    return 0 if whole.get("noticed", whole["held"]) else 1


def run(database: str, chosen: argparse.Namespace) -> dict:
    """One run in a process of its own; its report. Its log goes to standard error."""
    command = [sys.executable, "-m", "tests.together.run", "--database", database]
    for name in ("seed", "edits", "clients"):
        command += [f"--{name}", str(getattr(chosen, name))]
    command += ["--control", chosen.control] if chosen.control else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            told, _nothing = running.communicate()
        except BaseException:
            running.terminate()
            raise
    if not told.strip():
        sys.exit(f"The run on {database} ended with {running.returncode} and without a report.")
    return json.loads(told.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
