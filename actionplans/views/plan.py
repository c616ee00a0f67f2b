"""The action plan: the page, what changed on it, and carrying rows of a sheet into it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from accounts.device import may_keep
from actionplans import plans, sheets
from actionplans.cell_inputs import inputs
from actionplans.cell_values import TABLES
from actionplans.invalid import Invalid
from actionplans.models import Activity, Baseline, Milestone, SheetRow
from actionplans.plan_page import Line, Page, open_page
from actionplans.plans import ACTIVITY, MILESTONE
from actionplans.views.cells import closed_sentence, uuid_of
from actionplans.views.sheets import may_write
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, WRITE_TEAM_WORK, Role, SignedIn, team_door
from cohorts.models import Person, Team


@require_safe
@team_door(may=READ_TEAM_WORK)
def plan(request: SignedIn, team: Team) -> HttpResponse:
    """The whole plan as text; whoever may write opens a row by pressing it."""
    signed, mine = plans.signed_and_mine(team, request.user)
    context = _context(team, open_page(team, signed))
    context["may_sign"] = Role.TEAM_LEAD in team.roles and sheets.is_open(team)
    if context["writable"]:
        context |= {"people": Person.objects.of(team), "open_conflicts": mine}
        context["removed"] = _just_removed(request, team)
        context["blank"] = _blank(context["page"])
    answer = render(request, "actionplans/plan.html", context)
    return may_keep(request, answer) if context["writable"] else answer


def _context(team: Team, page: Page) -> dict[str, Any]:
    """What the page and its pieces are drawn from."""
    return {
        "team": team,
        "page": page,
        "paper": page.paper,
        "baseline": page.baseline,
        "writable": may_write(team),
        "is_closed": not sheets.is_open(team),
    }


def _blank(page: Page) -> dict[str, Any]:
    """The forms of a milestone and of an activity: a page without a line fills them by itself."""
    choices = [(str(group.milestone.pk), group.milestone.title or "–") for group in page.groups]
    activity = inputs(ACTIVITY, None, 0, {"milestone": choices})
    activity["milestone"].choices = choices
    return {"row": {"pk": 0}, "milestone": inputs(MILESTONE, None, 0), "activity": activity}


def _just_removed(request: SignedIn, team: Team) -> dict[str, Any] | None:
    """What was taken away a moment ago without a script: it can come back at once."""
    table, _dash, pk = request.GET.get("removed", "").partition("-")
    rows: dict[str, Any] = {
        ACTIVITY: Activity.objects.filter(milestone__plan__team=team),
        MILESTONE: Milestone.objects.filter(plan__team=team),
    }
    if table not in rows or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    found = rows[table].filter(pk=pk, removed_at__isnull=False).first()
    return {"table": table, "pk": found.pk} if found else None


def _etag(request: SignedIn, team: Team) -> str:
    return f'"{plans.token(team)}-{request.user.pk}-{get_language()}-{may_write(team):d}"'


@require_safe
@team_door(may=READ_TEAM_WORK)
@condition(etag_func=_etag)
def plan_changes(request: SignedIn, team: Team) -> HttpResponse:
    """The parts of the plan as they are now, for poll.js; 304 when nothing has changed."""
    signed = Baseline.objects.filter(plan__team=team).select_related("signed_by").first()
    page = open_page(team, signed)
    writers = plans.last_writers(team, page.groups)
    context = _context(team, page) | {"csrf_token": get_token(request)}
    parts = [_part(line, context, writers) for line in page.lines]
    states = {
        "signed": str(signed is not None),
        "problems": page.problems_state,
        "paper": page.paper_state,
    }
    for name, state in states.items():
        html = render_to_string(f"actionplans/plan_{name}.html", context)
        parts.append({"id": f"plan-{name}", "version": state, "cells": {}, "html": html})
    return JsonResponse({"parts": parts})


def _part(
    line: Line, context: dict[str, Any], writers: dict[tuple[str, int], str]
) -> dict[str, Any]:
    cells = TABLES[line.table].cells
    html = render_to_string(f"actionplans/{line.table}_row.html", context | {"line": line})
    return {
        "id": line.id,
        "version": line.state,
        "by": writers.get((line.table, line.row.pk), ""),
        "cells": {name: cell.text_of(line.row) for name, cell in cells.items()},
        "html": html,
    }


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def carry_row(request: SignedIn, team: Team, row_id: int) -> HttpResponse:
    """Carry a row of a sheet into the plan, with one press; a second one changes nothing."""
    row = get_object_or_404(
        SheetRow.objects.live().select_related("sheet"), pk=row_id, sheet__team=team
    )
    back = redirect(reverse("sheet", args=[team.pk, row.sheet.day]) + f"#row-{row.pk}")
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return back
    sent = request.POST.get("edit_id")
    edit_id = uuid_of(sent) if sent else None
    try:
        activity, is_new = plans.carry(row, team, edit_id=edit_id, by=request.user, now=clock.now())
    except Invalid as refused:
        messages.warning(request, refused.sentence)
        return back
    there = f"{reverse('plan', args=[team.pk])}#{ACTIVITY}-{activity.pk}"
    look = format_html('<a href="{}">{}</a>', there, _("See it there."))
    if is_new:
        told = format_html(
            "{} {}", _("Carried into the plan: name there who is accountable."), look
        )
        messages.success(request, told)
    else:
        messages.info(request, format_html("{} {}", _("This row is in the plan already."), look))
    return back
