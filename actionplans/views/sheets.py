"""The daily sheet: the page, what changed on it, one row as a form, and handing it in."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    condition,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.device import may_keep
from actionplans import cells, sheets
from actionplans.cell_inputs import Input, inputs
from actionplans.cell_values import TABLES
from actionplans.ledger import open_conflicts
from actionplans.models import DailySheet, SheetRow
from actionplans.sheets import ROW, SHEET
from actionplans.views.cells import GONE, UNPROCESSABLE, closed_sentence, uuid_of
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, TEAM, WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Person, Team

CELLS = [name for name in TABLES[ROW].cells if name != "position"]


def is_script(request: HttpRequest) -> bool:
    """Our own scripts say so, and get a piece of a page instead of a whole one."""
    return "X-Requested-With" in request.headers


def may_write(team: Team) -> bool:
    """The team writes, as long as its cohort is open; everybody else reads."""
    return bool(team.roles & TEAM) and sheets.is_open(team)


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


def _etag(request: SignedIn, team: Team, day: date) -> str:
    who = f"{request.user.pk}-{get_language()}-{may_write(team):d}"
    return f'"{sheets.token(team, sheets.day_of(team, day))}-{who}"'


@require_safe
@team_door(may=READ_TEAM_WORK)
@condition(etag_func=_etag)
def sheet_changes(request: SignedIn, team: Team, day: date) -> HttpResponse:
    """The parts of the sheet as they are now, for poll.js; 304 when nothing has changed."""
    page = sheets.open_page(team, day)
    context = _context(page, may_write(team))
    context["csrf_token"] = get_token(request)
    writers = sheets.last_writers(page.rows)
    parts: list[dict[str, Any]] = [
        {
            "id": f"row-{row.pk}",
            "version": row.version,
            "by": writers.get(row.pk, ""),
            "cells": {name: TABLES[ROW].cells[name].text_of(row) for name in CELLS},
            "html": render_to_string("actionplans/sheet_row.html", context | {"row": row}),
        }
        for row in page.rows
    ]
    spec = TABLES[SHEET]
    parts += [
        {
            "id": f"sheet-{day}",
            "version": page.sheet.version,
            "cells": {name: cell.text_of(page.sheet) for name, cell in spec.cells.items()},
            "html": render_to_string("actionplans/sheet_discussion.html", context),
        },
        {
            "id": "handed-in",
            "version": int(page.sheet.handed_in_at is not None),
            "html": render_to_string("actionplans/sheet_handed_in.html", context, request),
        },
    ]
    return JsonResponse({"parts": parts})


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def sheet_row_add(request: SignedIn, team: Team, day: date) -> HttpResponse:
    """Add a row with whatever the page's new row holds. Pressed twice, it is one row."""
    sheets.day_of(team, day)
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("sheet", team_id=team.pk, day=day)
    sent = {name: request.POST.get(name, "") for name in CELLS}
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
    row = get_object_or_404(
        SheetRow.objects.select_related("sheet", "session"), pk=row_id, sheet__team=team
    )
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
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("sheet", team_id=team.pk, day=row.sheet.day)
    told: dict[str, Any] = {"table": ROW, "row_id": row.pk, "by": request.user, "now": clock.now()}
    match request.POST.get("do", "save"):
        case "save":
            return _save_row(request, team, row, told)
        case "remove":
            cells.remove_row(team, **told, edit_id=uuid4())
            context = {"team": team, "removed": row}
            if is_script(request):
                return render(request, "actionplans/sheet_row_removed.html", context)
            return redirect(f"{_sheet_url(team, row.sheet.day)}?removed={row.pk}")
        case "restore":
            cells.restore_row(team, **told, edit_id=uuid4())
            messages.success(request, _("The row is back."))
        case "up" | "down" as way:
            step = -1 if way == "up" else 1
            cells.move_row(team, **told, step=step, edit_id=uuid4())
        case _:
            raise Http404
    if is_script(request):
        return HttpResponse(status=204)
    return redirect(f"{_sheet_url(team, row.sheet.day)}#row-{row.pk}")


def _save_row(request: SignedIn, team: Team, row: SheetRow, told: dict[str, Any]) -> HttpResponse:
    """Save without a script: each changed cell by itself, with the text that its form showed."""
    context = _row_context(team, row)
    conflicts = errors = 0
    for name in CELLS:
        cell: Input = context["inputs"][name]
        value, seen = request.POST.get(name), request.POST.get(f"seen-{name}")
        if value is None or seen is None:
            continue
        tidy = TABLES[ROW].cells[name].tidy
        if tidy(value) == tidy(seen):
            continue
        try:
            edit_id = uuid_of(request.POST.get(f"edit-{name}"))
            saved = cells.save_cell(
                team, **told, field=name, value=value, seen=seen, edit_id=edit_id
            )
        except cells.Invalid as refused:
            cell.text, cell.seen, cell.error = value, seen, refused.sentence
            errors += 1
        else:
            cell.text = cell.seen = saved.text
            conflicts += not saved.kept
    if conflicts:
        messages.warning(
            request,
            ngettext(
                "Someone else wrote in the same cell before you. Your text is kept: choose.",
                "Someone else wrote in %(count)d of the cells before you. Your texts are kept: "
                "choose.",
                conflicts,
            )
            % {"count": conflicts},
        )
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
