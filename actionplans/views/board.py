"""The week board, for the projector: it keeps itself up to date."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import condition, require_safe

from actionplans import board
from coalitions import clock
from cohorts.access import MANAGE_COHORT, SEE_BOARD, SignedIn, cohort_door
from cohorts.models import Cohort

THEMES = {"dark", "light"}


def _etag(request: SignedIn, cohort: Cohort) -> str | None:
    if "X-Requested-With" not in request.headers:
        return None
    today = clock.now().astimezone(cohort.zone).date()
    return f'"{board.token(cohort)}-{today}-{request.user.pk}-{get_language()}"'


@require_safe
@cohort_door(may=SEE_BOARD)
@condition(etag_func=_etag)
def week_board(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Teams and days at a glance; a coach sees the teams they coach.

    A script gets the board alone, or 304 when nothing changed.
    """
    teams = cohort.teams.all()
    if not cohort.roles & MANAGE_COHORT:
        teams = teams.filter(coach=request.user)
    theme = request.GET.get("theme", "")
    context = {
        "cohort": cohort,
        "board": board.board_of(cohort, teams),
        "today": clock.now().astimezone(cohort.zone).date(),
        "theme": theme if theme in THEMES else "",
    }
    if "X-Requested-With" in request.headers:
        return render(request, "actionplans/board_part.html", context)
    return render(request, "actionplans/board.html", context)
