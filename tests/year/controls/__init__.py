"""Broken engines: the harness must notice each of them, or it proves nothing."""

CONTROLS = (
    "mark_sent_first",
    "no_lease_check",
    "eta_task",
    "utc_arithmetic",
    "no_catch_up",
    "without_unique_key",
)
