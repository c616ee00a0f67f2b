"""What other apps' pages show of conversations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import template
from django.db.models import Q

from accounts.models import User
from coalitions import clock
from cohorts.access import MANAGE_COHORT
from cohorts.models import Cohort, Team
from conversations import peers
from conversations.models import Announcement

register = template.Library()
# Other pages show so many announcements, and the start page none that is older.
LATEST = 3
NEWS = timedelta(days=14)


@register.simple_tag
def form_id() -> str:
    """A number of its own for a form, so that posting it twice is once."""
    return str(uuid4())


@register.inclusion_tag("conversations/beside.html")
def comments_beside(team: Team, page: str, which: Any) -> dict[str, Any]:
    """The comments of a page, filled in when they are seen; without a script a link."""
    return {"team": team, "page": page, "which": str(which)}


@register.inclusion_tag("conversations/latest.html")
def announcements_of_cohort(cohort: Cohort, user: User) -> dict[str, Any]:
    """The latest announcements to a cohort that concern the reader; all for those who manage it."""
    may_manage = bool(cohort.roles & MANAGE_COHORT)
    said = cohort.announcements.sent().select_related("author", "team")
    if not may_manage:
        said = said.concerning(user)
    return {"latest": said[:LATEST], "cohort": cohort, "may_manage": may_manage}


@register.inclusion_tag("conversations/latest.html")
def announcements_of_team(team: Team) -> dict[str, Any]:
    """The latest announcements to a team and to its whole cohort."""
    said = team.cohort.announcements.sent().filter(Q(team=team) | Q(team=None))
    return {"latest": said.select_related("author", "team")[:LATEST], "cohort": team.cohort}


@register.inclusion_tag("conversations/latest.html")
def announcements_for(user: User) -> dict[str, Any]:
    """What was announced lately to someone."""
    said = Announcement.objects.sent().filter(sent_at__gt=clock.now() - NEWS).concerning(user)
    return {"latest": said.select_related("author", "team")[:LATEST]}


@register.inclusion_tag("conversations/peers_of_team.html")
def peers_of_team(team: Team) -> dict[str, Any]:
    """The way to the peer review, and whom a team may turn to because of it."""
    return {"team": team, "contacts": peers.contacts_of(team)}
