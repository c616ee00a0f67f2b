"""The one clock everything asks. Domain code takes `now` as an argument; doors ask here."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


def now() -> datetime:
    """The present moment, in UTC.

    Tests that live through a year move it: the file `TEST_CLOCK_FILE` holds the seconds to add,
    read at each call so that all processes move together. Never set outside tests
    (`manage.py check --deploy` refuses it).
    """
    present = datetime.now(UTC)
    if settings.TEST_CLOCK_FILE:
        present += timedelta(seconds=float(Path(settings.TEST_CLOCK_FILE).read_text() or 0))
    return present
