"""The daily sheet: the page, what changed on it, one row as a form, and handing it in."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.device import may_keep
from actionplans import cells, sheets
from actionplans.cell_inputs import inputs
from actionplans.cell_values import TABLES
from actionplans.ledger import last_changes, open_conflicts
from actionplans.models import DailySheet, SheetRow
from actionplans.sheets import ROW, SHEET, may_write
from actionplans.views.cells import GONE, UNPROCESSABLE, closed_sentence, uuid_of
from actionplans.views.polling import Parts, polled, told_of
from actionplans.views.row_forms import arrange, given_id, piece, posted, refusal, save_posted
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Person, Team

CELLS = [name for name in TABLES[ROW].cells if name != "position"]


def is_script(request: HttpRequest) -> bool:
    """Our own scripts say so, and get a piece of a page instead of a whole one."""
    return "X-Requested-With" in request.headers


@require_safe
@team_door(may=READ_TEAM_WORK)
def sheet(request: SignedIn, team: Team, day: date) -> HttpResponse:
    """A team's sheet of one day, as text; whoever may write opens a row by pressing it."""
    page = sheets.open_page(team, sheets.day_of(team, day))
    writable = may_write(team)
    context: dict[str, Any] = _context(page, writable)
    context |= {"days": team.cohort.days, "today": clock.now().astimezone(team.cohort.zone).date()}
    if writable:
        context |= {
            "people": Person.objects.of(team),
            "new": inputs(ROW, None, "new", sheets.row_choices(team, day)),
            "new_key": uuid4(),
            "open_conflicts": open_conflicts(team, request.user).count(),
            "removed": _just_removed(request, page.sheet),
        }
    answer = render(request, "actionplans/sheet.html", context)
    return may_keep(request, answer) if writable and page.day == context["today"] else answer


def _context(page: sheets.Page, writable: bool) -> dict[str, Any]:
    """What the page and its pieces are drawn from."""
    key = page.day.isoformat()
    return {
        "team": page.team,
        "day": page.day,
        "sheet": page.sheet,
        "rows": page.rows,
        "discussion": inputs(SHEET, page.sheet, key).values(),
        "writable": writable,
        "is_closed": not sheets.is_open(page.team),
    }


def _just_removed(request: SignedIn, sheet: DailySheet) -> SheetRow | None:
    """The row that was taken away a moment ago without a script: it can come back at once."""
    pk = request.GET.get("removed", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return SheetRow.objects.filter(pk=pk, sheet=sheet.pk, removed_at__isnull=False).first()


@require_safe
@team_door(may=READ_TEAM_WORK)
@polled(sheets.token)
def sheet_changes(request: SignedIn, team: Team, day: date) -> Parts:
    """The parts of the sheet as they are now."""
    page = sheets.open_page(team, day)
    context = _context(page, may_write(team))
    context["csrf_token"] = get_token(request)
    kept = [page.sheet] if page.sheet.pk else []
    changes = last_changes(team, [*page.rows, *kept])
    parts: list[dict[str, Any]] = [
        {
            "id": f"row-{row.pk}",
            "version": f"{row.version}-{getattr(row, 'carried_into', None) or 0}",
            "cells": TABLES[ROW].shown(row),
            "html": render_to_string("actionplans/sheet_row.html", context | {"row": row}),
            **told_of(changes.get((ROW, row.pk)), request.user),
        }
        for row in page.rows
    ]
    parts += [
        {
            "id": f"sheet-{day}",
            "version": page.sheet.version,
            "cells": TABLES[SHEET].shown(page.sheet),
            "html": render_to_string("actionplans/sheet_discussion.html", context),
            **told_of(changes.get((SHEET, page.sheet.pk)), request.user),
        },
        {
            "id": "handed-in",
            "version": int(page.sheet.handed_in_at is not None),
            "html": render_to_string("actionplans/sheet_handed_in.html", context, request),
        },
    ]
    return parts


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def sheet_row_add(request: SignedIn, team: Team, day: date) -> HttpResponse:
    """Add a row with whatever the page's new row holds. Pressed twice, it is one row."""
    sheets.day_of(team, day)
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("sheet", team_id=team.pk, day=day)
    sent = {name: posted(request, name) or "" for name in CELLS}
    try:
        row = cells.create_row(
            sheets.begin(team, day),
            table=ROW,
            edit_id=uuid_of(request.POST.get("edit_id")),
            initial=sent,
            by=request.user,
            now=clock.now(),
        )
    except cells.Invalid as refused:
        form = inputs(ROW, None, "new", sheets.row_choices(team, day))
        for name, text in sent.items():
            form[name].text = text
        context = {"team": team, "day": day, "row": None, "inputs": form, "new_key": uuid4()}
        context["error"] = refused.sentence
        return render(request, "actionplans/sheet_row_page.html", context, status=UNPROCESSABLE)
    if any(sent.values()):
        return redirect(f"{_sheet_url(team, day)}#row-{row.pk}")
    return redirect("sheet_row", team_id=team.pk, row_id=row.pk)


def _sheet_url(team: Team, day: date) -> str:
    return redirect("sheet", team_id=team.pk, day=day).url


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def sheet_row(request: SignedIn, team: Team, row_id: int) -> HttpResponse:
    """One row as a form: a piece of the table for a script, else a page of its own."""
    rows = SheetRow.objects.select_related("sheet", "session")
    rows = rows.annotate(carried_into=sheets.carried_into())
    row = get_object_or_404(rows, pk=row_id, sheet__team=team)
    row.sheet.team = team
    if request.method == "POST":
        return _change_row(request, team, row)
    if is_script(request):
        return _row_piece(request, team, row)
    if not sheets.is_open(team):
        return redirect("sheet", team_id=team.pk, day=row.sheet.day)
    return render(request, "actionplans/sheet_row_page.html", _row_context(team, row))


def _row_piece(request: SignedIn, team: Team, row: SheetRow) -> HttpResponse:
    if row.removed_at:
        return HttpResponse(status=GONE)
    context = _row_context(team, row)
    as_text = "text" in request.GET or not context["writable"]
    name = "sheet_row.html" if as_text else "sheet_row_form.html"
    return render(request, f"actionplans/{name}", context)


def _row_context(team: Team, row: SheetRow) -> dict[str, Any]:
    choices = sheets.row_choices(team, row.sheet.day, row)
    return {
        "team": team,
        "day": row.sheet.day,
        "row": row,
        "inputs": inputs(ROW, row, row.pk, choices),
        "people": Person.objects.of(team),
        "writable": sheets.is_open(team),
    }


def _change_row(request: SignedIn, team: Team, row: SheetRow) -> HttpResponse:
    """Take away, bring back, move, or save each cell of the form that was changed."""
    page = _sheet_url(team, row.sheet.day)
    if not sheets.is_open(team):
        return refusal(request, closed_sentence(), page)
    told: dict[str, Any] = {"table": ROW, "row_id": row.pk, "by": request.user, "now": clock.now()}
    match request.POST.get("do", "save"):
        case "save":
            return _save_row(request, team, row, told)
        case "remove":
            cells.remove_row(team, **told, edit_id=given_id(request))
            context = {"team": team, "removed": row}
            if is_script(request):
                return piece(request, "actionplans/sheet_row_removed.html", context)
            return redirect(f"{page}?removed={row.pk}")
        case "restore":
            cells.restore_row(team, **told, edit_id=given_id(request))
            if not is_script(request):
                messages.success(request, _("The row is back."))
        case _:
            try:
                arrange(request, team, told)
            except cells.Invalid as refused:
                return refusal(request, refused.sentence, page)
    if is_script(request):
        return HttpResponse(status=204)
    return redirect(f"{page}#row-{row.pk}")


def _save_row(request: SignedIn, team: Team, row: SheetRow, told: dict[str, Any]) -> HttpResponse:
    """Save without a script: each changed cell by itself, with the text that its form showed."""
    context = _row_context(team, row)
    found = {name: context["inputs"][name] for name in CELLS}
    conflicts, errors = save_posted(request, team, told, found)
    if errors:
        return render(request, "actionplans/sheet_row_page.html", context, status=UNPROCESSABLE)
    if conflicts:
        return redirect("conflicts", team_id=team.pk)
    return redirect(f"{_sheet_url(team, row.sheet.day)}#row-{row.pk}")


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def sheet_hand_in(request: SignedIn, team: Team, day: date) -> HttpResponse:
    """Tell the facilitators that the day's sheet is ready."""
    sheets.day_of(team, day)
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
    elif sheets.hand_in(team, day, by=request.user, now=clock.now()):
        messages.success(request, _("Handed in. You can still change and add rows."))
    else:
        by = DailySheet.objects.select_related("handed_in_by").get(team=team, day=day).handed_in_by
        messages.info(request, _("%(name)s has handed this sheet in already.") % {"name": by})
    return redirect("sheet", team_id=team.pk, day=day)
