"""Blank daily sheets to print: the paper template, a page for each team and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.views.decorators.http import require_safe

from actionplans import sheet_kinds
from actionplans.sheet_kinds import Kind
from coalitions import clock, qr
from cohorts.access import MANAGE_COHORT, SignedIn, cohort_door
from cohorts.models import Cohort, Team

ROWS = range(5)
ALL = "all"


@dataclass(frozen=True)
class BlankSheet:
    """One page. `address` is the same sheet on screen."""

    team: Team
    day: date
    number: int
    is_rtl: bool
    address: str
    qr: SafeString


@require_safe
@cohort_door(may=MANAGE_COHORT)
def blank_sheets(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Every team's sheet of a day, of today where `?day=` names none; `?day=all` for the week."""
    chosen = request.GET.get("day", "")
    today = clock.now().astimezone(cohort.zone).date()
    day = min(max(today, cohort.starts_on), cohort.ends_on)
    if chosen not in {"", ALL}:
        day = _day_of(cohort, chosen)
    days = cohort.days if chosen == ALL else [day]
    teams = list(cohort.teams.all())
    pages = [_page(cohort, team, one) for one in days for team in teams]
    context = {
        "cohort": cohort,
        "pages": pages,
        "days": cohort.days,
        "day": None if chosen == ALL else day,
        "rows": ROWS,
        "milestone_kinds": _offered(cohort, sheet_kinds.MILESTONE),
        "action_kinds": _offered(cohort, sheet_kinds.ACTION),
    }
    return render(request, "actionplans/blank_sheets.html", context)


def _offered(cohort: Cohort, column: str) -> list[Kind]:
    """The kinds that a picker of that column would offer, named in each page's language."""
    return [kind for kind in sheet_kinds.kinds_of(cohort.program, column) if not kind.retired]


def _day_of(cohort: Cohort, chosen: str) -> date:
    found = next((day for day in cohort.days if day.isoformat() == chosen), None)
    if found is None:
        raise Http404
    return found


def _page(cohort: Cohort, team: Team, day: date) -> BlankSheet:
    address = settings.BASE_URL + reverse("sheet", args=[team.pk, day])
    number = (day - cohort.starts_on).days + 1
    is_rtl = get_language_info(team.language)["bidi"]
    return BlankSheet(team, day, number, is_rtl, address, qr.svg(address))
