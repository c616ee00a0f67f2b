"""What makes the demo's running year its own: holidays, and a team that pauses for elections."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from accounts.models import User
from cohorts.models import Cohort
from followups import holidays, pauses, rearranging


@transaction.atomic
def pause(cohort: Cohort, *, by: User, now: datetime) -> None:
    """Give the cohort two holidays, and a team of it a pause over the next round but one."""
    coming = rearranging.ahead(cohort, now)
    first, second = coming[0].opens_on, coming[1].opens_on
    days = {
        first + timedelta(days=4): "Unity Day",
        second + timedelta(days=12): "Founders' Day",
    }
    holidays.keep(cohort, days)
    pauses.add(
        cohort.teams.order_by("name")[0],
        first_day=second - timedelta(days=3),
        last_day=second + timedelta(days=10),
        reason="Elections",
        moves=True,
        form_id=uuid4(),
        by=by,
        now=now,
    )
