"""Undo and redo of one's own last edits."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actionplans import sheets, undo
from actionplans.invalid import Invalid
from actionplans.views.blocks import PLAN, answer_of
from actionplans.views.cells import UNPROCESSABLE, closed_sentence, uuid_of
from actionplans.views.sheets import is_script
from coalitions import clock
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Team


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def turn(request: SignedIn, team: Team) -> HttpResponse:
    """Undo (`do=undo`) or redo one's last edit at `place`: the plan, or a sheet by its day."""
    place = request.POST.get("place", "")
    where, back = _place(team, place)
    is_redo = request.POST.get("do") == "redo"
    told: dict[str, Any] = {"edit_id": uuid_of(request.POST.get("edit_id")), "by": request.user}
    if not sheets.is_open(team):
        return _sentence(request, closed_sentence(), back)
    try:
        result = undo.turn(team, where, is_redo=is_redo, now=clock.now(), **told)
    except Invalid as refused:
        return _sentence(request, refused.sentence, back)
    if result is None:
        nothing = _("There is nothing to redo.") if is_redo else _("There is nothing to undo.")
        return _sentence(request, nothing, back)
    if is_script(request):
        return JsonResponse(
            answer_of(request, team, result, place, then="undo" if is_redo else "redo")
        )
    if result.conflicts:
        messages.warning(request, _("Someone changed it since. Both texts are kept: choose."))
        return redirect("conflicts", team_id=team.pk)
    messages.success(request, _("Done again.") if is_redo else _("Undone."))
    return back


def _place(team: Team, place: str) -> tuple[Q, HttpResponse]:
    """The edits of the page that asks, and the way back to it."""
    if place == PLAN:
        return undo.on_plan(), redirect("plan", team_id=team.pk)
    try:
        day = sheets.day_of(team, date.fromisoformat(place))
    except ValueError:
        raise Http404 from None
    return undo.on_sheet(team, day), redirect("sheet", team_id=team.pk, day=day)


def _sentence(request: SignedIn, sentence: str, back: HttpResponse) -> HttpResponse:
    if is_script(request):
        return JsonResponse({"message": sentence}, status=UNPROCESSABLE)
    messages.warning(request, sentence)
    return back
