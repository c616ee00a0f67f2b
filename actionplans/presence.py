"""Who is in which row of a team's tables just now: for seconds, and part of nobody's history."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from accounts.models import User
from actionplans.presence_models import Presence
from cohorts.models import Team

# Pages say it again every ten seconds (static/js/presence.js): one of them may get lost.
STAYS = timedelta(seconds=22)
# The id of a row or a text on its page.
PART = re.compile(r"(row|milestone|activity)-\d{1,18}|sheet-\d{4}-\d\d-\d\d")


def note(team: Team, user: User, part: str, now: datetime) -> None:
    """`user` is in this part of a page now; "" is in none. One statement."""
    if not part:
        Presence.objects.filter(team=team, user=user).delete()
        return
    # A person is in one row at a time: with two pages open, in the one of the last word.
    Presence.objects.bulk_create(
        [Presence(team=team, user=user, part=part, at=now)],
        update_conflicts=True,
        unique_fields=["team", "user"],
        update_fields=["part", "at"],
    )


def others(team: Team, user: User, now: datetime) -> list[tuple[str, str]]:
    """The part and the name of everybody else who is in one, in a steady order."""
    there = Presence.objects.filter(team=team, at__gt=now - STAYS).exclude(user=user)
    return list(there.order_by("user__name", "user").values_list("part", "user__name"))
