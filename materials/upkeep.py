"""What was taken off is kept for a while, so that it can come back; then it is forgotten."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from materials.models import Material, private_files

KEPT = timedelta(days=30)
# A file belongs to no row while its form is being written, or for ever when that was cut off.
BEING_WRITTEN = timedelta(days=1)


def plan_due(now: datetime) -> int:
    """Forget what was taken off long before `now` (UTC), and the files of no material; how many."""
    Material.objects.filter(removed_at__lt=now - KEPT).delete()
    strays = _old_files()
    if strays:
        known = Material.objects.exclude(stored="").values_list("stored", flat=True)
        strays.difference_update(known)
    for name in strays:
        private_files().delete(name)
    return len(strays)


def _old_files() -> set[str]:
    """Names of the files that nobody can be writing any more, by the machine's own clock."""
    folder = Path(private_files().path(""))
    if not folder.is_dir():
        return set()
    before = time.time() - BEING_WRITTEN.total_seconds()
    found = set()
    for file in folder.iterdir():
        # Another worker may have forgotten it just now.
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < before:
                found.add(file.name)
    return found
