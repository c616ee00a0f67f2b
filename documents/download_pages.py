"""Plans and sheets as files, for everyone who may read the team's work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from actionplans.models import Baseline
from coalitions import clock
from coalitions.pdf import NoPdfError
from cohorts.access import READ_TEAM_WORK, SignedIn, team_door
from cohorts.models import Team
from documents.formats import FORMATS
from documents.papers import Paper
from documents.plan_paper import PlanPaper
from documents.sheet_paper import SheetPaper


@require_safe
@team_door(may=READ_TEAM_WORK)
def plan_file(request: SignedIn, team: Team, format: str) -> HttpResponse:
    """The plan as it is now."""
    back = redirect("plan", team_id=team.pk)
    return _download(request, lambda: PlanPaper.of(team), format, back)


@require_safe
@team_door(may=READ_TEAM_WORK)
def baseline_file(request: SignedIn, team: Team, format: str) -> HttpResponse:
    """The plan as it was signed off."""
    signed = get_object_or_404(Baseline.objects.select_related("signed_by"), plan__team=team)
    back = redirect("baseline", team_id=team.pk)
    return _download(request, lambda: PlanPaper.signed(team, signed), format, back)


@require_safe
@team_door(may=READ_TEAM_WORK)
def sheet_file(request: SignedIn, team: Team, day: date, format: str) -> HttpResponse:
    """The sheet of a day as it is now."""
    back = redirect("sheet", team_id=team.pk, day=day)
    return _download(request, lambda: SheetPaper.of(team, day), format, back)


def _download(
    request: SignedIn, make: Callable[[], Paper], format: str, back: HttpResponse
) -> HttpResponse:
    if format not in FORMATS:
        raise Http404
    paper = make()
    write, kind = FORMATS[format]
    try:
        content = write(paper)
    except NoPdfError as error:
        messages.error(request, str(error))
        return back
    response = HttpResponse(content, content_type=kind)
    today = clock.now().astimezone(paper.team.zone).date()
    name = paper.filename(format, today)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
