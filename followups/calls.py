"""Calls with a team: who looks after it notes them, and the team reads what is shared."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from cohorts.access import STAFF
from cohorts.models import Team
from followups.models import Call


def read_by(team: Team) -> QuerySet[Call]:
    """The calls whose notes the present user of the team's page may read, the last one first."""
    calls = Call.objects.filter(team=team).select_related("by")
    return calls if team.roles & STAFF else calls.filter(shared_at__isnull=False)


def note(
    team: Team,
    *,
    held_on: date,
    notes: str,
    shared: bool,
    form_id: UUID,
    by: User,
    now: datetime,
) -> None:
    """Note that a call was held. The same `form_id` again is the same call."""
    told = {"team": team, "held_on": held_on, "notes": notes, "by": by, "at": now}
    Call.objects.get_or_create(
        form_id=form_id, defaults=told | {"shared_at": now if shared else None}
    )


def share(call: Call, now: datetime) -> None:
    """Let the team read the notes. There is no way back: it may have read them."""
    Call.objects.filter(pk=call.pk, shared_at__isnull=True).update(shared_at=now)
