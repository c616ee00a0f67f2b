"""What the year shows on other pages of a team."""

from __future__ import annotations

from typing import Any

from django import template

from coalitions import clock
from cohorts.models import Team
from followups import commitments, excuses
from followups.models import CheckIn

register = template.Library()


@register.inclusion_tag("followups/promises_due.html")
def promises_due(team: Team) -> dict[str, Any]:
    """The promises of the coalition that are late, or due within a week."""
    now = clock.now()
    today = now.astimezone(team.zone).date()
    return {
        "team": team,
        "records": [
            {"record": record, "is_late": record.is_late(today)}
            for record in commitments.due(team, now)
        ],
    }


@register.inclusion_tag("followups/excused.html")
def excused(check_in: CheckIn) -> dict[str, Any]:
    """Why the team need not answer, and who said so; nothing where it is asked."""
    is_excused = check_in.state == CheckIn.State.EXCUSED
    return {"excuse": excuses.standing(check_in) if is_excused else None}
