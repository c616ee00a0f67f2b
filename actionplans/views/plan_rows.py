"""Milestones and activities: adding them, and each as a form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from actionplans import cells, plans, sheets
from actionplans.cell_inputs import inputs
from actionplans.models import Activity, Baseline, Milestone
from actionplans.plan_page import open_page
from actionplans.plans import ACTIVITY, MILESTONE
from actionplans.views.cells import GONE, UNPROCESSABLE, closed_sentence, uuid_of
from actionplans.views.row_forms import arrange, given_id, piece, refusal, save_posted
from actionplans.views.sheets import is_script
from coalitions import clock
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Person, Team


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def milestone_add(request: SignedIn, team: Team) -> HttpResponse:
    """A new last milestone, ready to be named. Pressed twice, it is one."""
    return _add(request, team, MILESTONE, None)


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def activity_add(request: SignedIn, team: Team, milestone_id: int) -> HttpResponse:
    """A new last activity below a milestone, ready to be written. Pressed twice, it is one."""
    milestone = get_object_or_404(
        Milestone.objects.live().select_related("plan__team"), pk=milestone_id, plan__team=team
    )
    return _add(request, team, ACTIVITY, milestone)


def _add(request: SignedIn, team: Team, table: str, parent: Milestone | None) -> HttpResponse:
    edit_id = uuid_of(request.POST.get("edit_id"))
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("plan", team_id=team.pk)
    row = cells.create_row(
        parent or plans.plan_of(team),
        table=table,
        edit_id=edit_id,
        by=request.user,
        now=clock.now(),
    )
    return redirect(_row_url(team, table, row))


def _row_url(team: Team, table: str, row: Milestone | Activity) -> str:
    return reverse(table, args=[team.pk, row.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def milestone(request: SignedIn, team: Team, milestone_id: int) -> HttpResponse:
    """One milestone as a form: a piece of the table for a script, else a page of its own."""
    row = get_object_or_404(Milestone, pk=milestone_id, plan__team=team)
    return _row(request, team, MILESTONE, row)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def activity(request: SignedIn, team: Team, activity_id: int) -> HttpResponse:
    """One activity as a form: a piece of the table for a script, else a page of its own."""
    rows = Activity.objects.select_related("accountable", "milestone")
    row = get_object_or_404(rows, pk=activity_id, milestone__plan__team=team)
    return _row(request, team, ACTIVITY, row)


def _row(request: SignedIn, team: Team, table: str, row: Milestone | Activity) -> HttpResponse:
    if request.method == "POST":
        return _change(request, team, table, row)
    writable = sheets.is_open(team)
    if not is_script(request):
        if not writable:
            return redirect("plan", team_id=team.pk)
        return render(request, "actionplans/plan_row_page.html", _context(team, table, row))
    if "text" in request.GET or not writable:
        signed = Baseline.objects.filter(plan__team=team).first()
        line = open_page(team, signed).line(table, row)
        if line is None:
            return HttpResponse(status=GONE)
        context = {"team": team, "writable": writable, "line": line}
        return render(request, f"actionplans/{table}_row.html", context)
    if row.removed_at:
        return HttpResponse(status=GONE)
    return render(request, f"actionplans/{table}_form.html", _context(team, table, row))


def _context(team: Team, table: str, row: Milestone | Activity) -> dict[str, Any]:
    """What one row as a form is drawn from."""
    milestones = Milestone.objects.live().filter(plan__team=team)
    choices = {"milestone": [(str(m.pk), m.title or "–") for m in milestones]}
    found = inputs(table, row, row.pk, choices)
    del found["position"]
    if "milestone" in found:
        # An activity stands below one of them always: there is no empty choice.
        found["milestone"].choices = choices["milestone"]
    return {
        "team": team,
        "table": table,
        "row": row,
        "inputs": found,
        "people": Person.objects.of(team),
        "writable": True,
    }


def _change(request: SignedIn, team: Team, table: str, row: Milestone | Activity) -> HttpResponse:
    """Take away, bring back, move, or save each cell of the form that was changed."""
    page = reverse("plan", args=[team.pk])
    if not sheets.is_open(team):
        return refusal(request, closed_sentence(), page)
    told: dict[str, Any] = {
        "table": table,
        "row_id": row.pk,
        "by": request.user,
        "now": clock.now(),
    }
    match request.POST.get("do", "save"):
        case "save":
            return _save(request, team, told, row)
        case "remove":
            return _remove(request, team, told, row)
        case "restore":
            try:
                _restore(request, team, told, row)
            except cells.Invalid as refused:
                return refusal(request, refused.sentence, page)
        case _:
            try:
                arrange(request, team, told)
            except cells.Invalid as refused:
                return refusal(request, refused.sentence, page)
    if is_script(request):
        return HttpResponse(status=204)
    return redirect(f"{page}#{table}-{row.pk}")


def _save(
    request: SignedIn, team: Team, told: dict[str, Any], row: Milestone | Activity
) -> HttpResponse:
    context = _context(team, told["table"], row)
    conflicts, errors = save_posted(request, team, told, context["inputs"])
    if errors:
        template = "actionplans/plan_row_page.html"
        return render(request, template, context, status=UNPROCESSABLE)
    if conflicts:
        return redirect("conflicts", team_id=team.pk)
    return redirect(f"{reverse('plan', args=[team.pk])}#{told['table']}-{row.pk}")


def _remove(
    request: SignedIn, team: Team, told: dict[str, Any], row: Milestone | Activity
) -> HttpResponse:
    edit_id = given_id(request)
    if isinstance(row, Milestone):
        plans.remove_milestone(team, row, edit_id=edit_id, by=told["by"], now=told["now"])
    else:
        cells.remove_row(team, **told, edit_id=edit_id)
    removed = {"table": told["table"], "pk": row.pk}
    if is_script(request):
        return piece(request, "actionplans/plan_removed.html", {"team": team, "removed": removed})
    return redirect(f"{reverse('plan', args=[team.pk])}?removed={told['table']}-{row.pk}")


def _restore(
    request: SignedIn, team: Team, told: dict[str, Any], row: Milestone | Activity
) -> None:
    edit_id = given_id(request)
    if isinstance(row, Milestone):
        plans.restore_milestone(team, row, edit_id=edit_id, by=told["by"], now=told["now"])
        return
    if row.milestone.removed_at:
        raise cells.Invalid(_("Its milestone was removed as well. Bring the milestone back first."))
    cells.restore_row(team, **told, edit_id=edit_id)
