"""What is typed on a device that keeps nothing: kept, offered back, put in, thrown away."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from actionplans import cells, drafts, sheets
from actionplans.cell_values import TABLES
from actionplans.draft_models import Draft
from actionplans.views.cells import UNPROCESSABLE, closed_sentence, place_of, row_id_of
from coalitions import clock
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Team


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def drafts_of(request: SignedIn, team: Team) -> HttpResponse:
    """One's own unsaved texts as a piece of a page; by POST keep one, put it in, throw it away."""
    if request.method != "POST":
        return render(request, "actionplans/drafts.html", _context(request, team))
    match request.POST.get("do", "keep"):
        case "keep":
            return _keep(request, team)
        case "put":
            return _put_in(request, team, _draft(request, team))
        case "throw":
            draft = _draft(request, team)
            draft.delete()
            messages.info(request, _("Thrown away."))
            return _back(team, draft)
        case _:
            raise Http404


def _context(request: SignedIn, team: Team) -> dict[str, object]:
    found = list(drafts.mine(team, request.user))
    for draft in found:
        draft.label = TABLES[draft.table].label(draft.field)  # type: ignore[attr-defined]
    return {"team": team, "drafts": found}


def _draft(request: SignedIn, team: Team) -> Draft:
    pk = request.POST.get("draft", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    return get_object_or_404(drafts.mine(team, request.user), pk=pk)


def _keep(request: SignedIn, team: Team) -> HttpResponse:
    sent = request.POST
    try:
        drafts.keep(
            team,
            place=place_of(request),
            text=sent.get("value", ""),
            seen=sent.get("seen", ""),
            by=request.user,
            now=clock.now(),
        )
    except cells.Invalid as refused:
        return JsonResponse({"message": refused.sentence}, status=UNPROCESSABLE)
    return HttpResponse(status=204)


def _put_in(request: SignedIn, team: Team, draft: Draft) -> HttpResponse:
    """Into its cell; what cannot stand there stays a draft."""
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return _back(team, draft)
    now = clock.now()
    named = {"row": draft.row, "key": draft.key, "day": draft.day}
    try:
        row_id = row_id_of(team, draft.table, named, by=request.user, now=now)
        outcome = drafts.put_in(draft, team, row_id=row_id, by=request.user, now=now)
    except cells.Invalid as refused:
        messages.warning(request, refused.sentence)
    except ObjectDoesNotExist:
        messages.warning(request, _("Its row is no longer here. Copy your text if you need it."))
    else:
        if not outcome.kept:
            return redirect("conflicts", team_id=team.pk)
        messages.success(request, _("Your text is saved."))
    return _back(team, draft)


def _back(team: Team, draft: Draft) -> HttpResponse:
    """To the page the text belongs to."""
    day = draft.row if draft.table == sheets.SHEET else draft.day
    if not day:
        return redirect("plan", team_id=team.pk)
    return redirect("sheet", team_id=team.pk, day=day)
