"""Check-ins as pages that can be talked about."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Team
from conversations.models import Comment
from conversations.pages import ON_CHECK_IN, Page, Spot
from followups.models import CheckIn


def _check_in(team: Team, which: str) -> Spot | None:
    if not (which.isascii() and which.isdigit() and len(which) < 18 and which[0] != "0"):
        return None
    found = CheckIn.objects.select_related("round").filter(pk=int(which), team=team).first()
    if found is None:
        return None
    title = _("Check-in %(n)d") % {"n": found.round.number}
    return Spot(title, reverse("check_in", args=[team.pk, found.pk]))


PAGE = Page(Comment.Page.CHECK_IN, _check_in, ON_CHECK_IN, ON_CHECK_IN)
