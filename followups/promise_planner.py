"""Promises whose day has come: who promised is asked, and three days later the team's leads."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from accounts.models import User
from cohorts.models import Cohort, Membership, Team
from followups import promise_mails, schedule
from followups.models import Commitment, CommitmentVersion

MOST_A_TICK = 200
# So long it is the matter of who promised alone.
TIME_TO_SAY = timedelta(days=3)


def plan_due(now: datetime) -> int:
    """Ask of the promises that are due or late at `now` (UTC); of how many."""
    today = now.astimezone(schedule.FIRST_ON_EARTH).date()
    due = Commitment.objects.filter(asks_on__lte=today)
    due = due.exclude(team__cohort__state=Cohort.State.CLOSED).order_by("asks_on", "pk")
    standing = CommitmentVersion.objects.promised().select_related("person")
    found = due.select_related("team__cohort").prefetch_related(
        Prefetch("versions", standing, to_attr="standing"), "team__cohort__holidays"
    )
    return sum(_ask(commitment, today, now) for commitment in found[:MOST_A_TICK])


def _ask(commitment: Any, today: date, now: datetime) -> bool:
    """Ask what is due, after an outage only of what is late; False when another tick just did."""
    last = commitment.standing[0] if commitment.standing else None
    late_on = last.due_on + TIME_TO_SAY if last else today
    is_late = late_on <= today
    with transaction.atomic():
        seen = Commitment.objects.filter(pk=commitment.pk, asks_on=commitment.asks_on)
        ours = bool(seen.update(asks_on=None if is_late else late_on))
        if ours and last:
            team = commitment.team
            day = max(commitment.asks_on, now.astimezone(team.zone).date())
            kind = promise_mails.LATE if is_late else promise_mails.DUE
            promise_mails.ask(kind, last, _readers(team, last, is_late=is_late), day, now)
    return ours


def _readers(team: Team, version: CommitmentVersion, *, is_late: bool) -> list[User]:
    """Who promised; the team's leads when it is late, or when that is nobody of the team."""
    members = team.memberships.filter(user__is_active=True)
    members = members.select_related("user__reminder_preference")
    promised = members.filter(user__person=version.person_id) if version.person_id else []
    asked = [] if is_late else list(promised)
    asked = asked or list(members.filter(role=Membership.Role.LEAD))
    return [membership.user for membership in asked]
