"""The sheets and the plan as pages that can be talked about."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from coalitions.days import in_words
from cohorts.models import Team
from conversations.models import Comment
from conversations.pages import BEGIN_ON_WORK, REPLY_ON_WORK, Page, Spot

WHOLE = "whole"


def _sheet(team: Team, which: str) -> Spot | None:
    try:
        day = date.fromisoformat(which)
    except ValueError:
        return None
    if day.isoformat() != which or not team.cohort.starts_on <= day <= team.cohort.ends_on:
        return None
    title = _("Daily activity, %(day)s") % {"day": in_words(day, "weekday")}
    return Spot(title, reverse("sheet", args=[team.pk, which]))


def _plan(team: Team, which: str) -> Spot | None:
    if which != WHOLE:
        return None
    return Spot(_("Action plan"), reverse("plan", args=[team.pk]))


PAGES = [
    Page(Comment.Page.SHEET, _sheet, BEGIN_ON_WORK, REPLY_ON_WORK),
    Page(Comment.Page.PLAN, _plan, BEGIN_ON_WORK, REPLY_ON_WORK),
]
