"""The action plan: the page, and what changed on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.device import may_keep
from actionplans import plans, sheets
from actionplans.cell_inputs import inputs
from actionplans.cell_values import TABLES
from actionplans.ledger import last_changes
from actionplans.models import Activity, Baseline, Milestone
from actionplans.plan_page import Line, Page, open_page
from actionplans.plans import ACTIVITY, MILESTONE
from actionplans.sheets import may_write
from actionplans.views.polling import Parts, polled, told_of
from cohorts.access import READ_TEAM_WORK, Role, SignedIn, team_door
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
        context["statuses"] = Activity.Status.choices
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


@require_safe
@team_door(may=READ_TEAM_WORK)
@polled(plans.page_token)
def plan_changes(request: SignedIn, team: Team) -> Parts:
    """The parts of the plan as they are now."""
    signed = Baseline.objects.filter(plan__team=team).select_related("signed_by").first()
    page = open_page(team, signed)
    changes = last_changes(team, [line.row for line in page.lines])
    context = _context(team, page) | {"csrf_token": get_token(request)}
    parts = [
        _part(line, context) | told_of(changes.get((line.table, line.row.pk)), request.user)
        for line in page.lines
    ]
    states = {
        "signed": str(signed is not None),
        "problems": page.problems_state,
        "paper": page.paper_state,
    }
    for name, state in states.items():
        html = render_to_string(f"actionplans/plan_{name}.html", context)
        parts.append({"id": f"plan-{name}", "version": state, "cells": {}, "html": html})
    return parts


def _part(line: Line, context: dict[str, Any]) -> dict[str, Any]:
    html = render_to_string(f"actionplans/{line.table}_row.html", context | {"line": line})
    return {
        "id": line.id,
        "version": line.state,
        "cells": TABLES[line.table].shown(line.row),
        "html": html,
    }
