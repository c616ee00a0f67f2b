"""The coalition's promises: those of a team, and one with all its versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts.access import READ_TEAM_WORK, WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Person, Team
from followups import commitments
from followups.commitment_forms import EndForm, PromiseForm

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def commitments_of(request: SignedIn, team: Team) -> HttpResponse:
    """What the coalition promised one another, to read and to print; members add to it."""
    now = clock.now()
    today = now.astimezone(team.zone).date()
    form = PromiseForm(team=team, today=today)
    if request.method == "POST":
        _only_the_team(team)
        form = PromiseForm(request.POST, team=team, today=today)
        if form.is_valid():
            once = form.cleaned_data["form_id"]
            commitments.promise(team, form.words(), form_id=once, by=request.user, now=now)
            messages.success(request, _("It is on record: everyone of the team sees it."))
            return redirect("commitments", team.pk)
    context = _context(team) | {
        "today": today,
        "records": _marked(commitments.of_team(team), today),
        "form": form if _writes(team) else None,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/commitments.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def commitment(request: SignedIn, team: Team, commitment_id: int) -> HttpResponse:
    """A promise and how it changed; members reword it, or say what became of it."""
    now = clock.now()
    today = now.astimezone(team.zone).date()
    record = _record(team, commitment_id)
    words, end = PromiseForm(team=team, today=today, record=record), EndForm(record=record)
    refused: PromiseForm | EndForm | None = None
    if request.method == "POST":
        _only_the_team(team)
        sent = request.POST.copy()
        if sent.get("do") == "end":
            refused = end = EndForm(sent, record=record)
        else:
            refused = words = PromiseForm(sent, team=team, today=today, record=record)
        if refused.is_valid():
            try:
                _keep(request, record, refused)
            except commitments.MovedOnError as error:
                refused.add_error(None, str(error))
                record = _record(team, commitment_id)
                sent["seen"] = str(record.now.n)
            else:
                messages.success(request, _("It is on record, and what it said before stays."))
                return redirect("commitment", team.pk, commitment_id)
    context = _context(team) | {
        "record": record,
        "is_late": record.is_late(today),
        "versions": record.versions[::-1],
        "refused": refused,
        "words": words if _writes(team) else None,
        "end": end if _writes(team) else None,
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "followups/commitment.html", context, status=status)


def _keep(request: SignedIn, record: commitments.OnRecord, form: PromiseForm | EndForm) -> None:
    told = form.cleaned_data
    once: dict[str, Any] = {"seen": told["seen"], "form_id": told["form_id"]}
    once |= {"by": request.user, "now": clock.now()}
    if isinstance(form, EndForm):
        commitments.settle(record, told["state"], told["why"], **once)
    else:
        commitments.reword(record, form.words(), **once)


def _writes(team: Team) -> bool:
    return bool(team.roles & WRITE_TEAM_WORK)


def _only_the_team(team: Team) -> None:
    """Raises Http404 for whoever reads only."""
    if not _writes(team):
        raise Http404


def _record(team: Team, pk: int) -> commitments.OnRecord:
    found = (one for one in commitments.of_team(team) if one.commitment.pk == pk)
    record = next(found, None)
    if record is None:
        raise Http404
    return record


def _marked(records: list[commitments.OnRecord], today: Any) -> list[dict[str, Any]]:
    return [{"record": record, "is_late": record.is_late(today)} for record in records]


def _context(team: Team) -> dict[str, Any]:
    return {"team": team, "people": Person.objects.of(team)}
