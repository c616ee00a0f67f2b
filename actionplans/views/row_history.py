"""The history of a row, and writing one of its texts again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from actionplans import cells, row_history, sheets
from actionplans.cell_values import TABLES, rows_of
from actionplans.models import Edit
from actionplans.plans import ACTIVITY, MILESTONE
from actionplans.views.cells import closed_sentence, uuid_of
from actionplans.views.sheets import may_write
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, TEAM, SignedIn, team_door
from cohorts.models import Team

# What is asked of a row to say what it is and where it stands.
ROWS: dict[str, list[str]] = {sheets.ROW: ["sheet"], MILESTONE: ["plan"], ACTIVITY: ["milestone"]}


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def history(request: SignedIn, team: Team, table: str, of: int) -> HttpResponse:
    """Who changed what of a row, and when; whoever may write writes an earlier text again."""
    if table not in ROWS:
        raise Http404
    row = get_object_or_404(rows_of(team, table).select_related(*ROWS[table]), pk=of)
    if request.method == "POST":
        return _restore(request, team, table, row)
    context = {
        "team": team,
        "row": row,
        "table": table,
        "changes": row_history.changes(team, table, row),
        "writable": may_write(team),
        "back": _page_of(team, table, row),
        "sheet_day": row.sheet.day if table == sheets.ROW else None,
    }
    return render(request, "actionplans/row_history.html", context)


def _page_of(team: Team, table: str, row: Any) -> str:
    if table == sheets.ROW:
        return reverse("sheet", args=[team.pk, row.sheet.day]) + f"#row-{row.pk}"
    return reverse("plan", args=[team.pk]) + f"#{table}-{row.pk}"


def _restore(request: SignedIn, team: Team, table: str, row: Any) -> HttpResponse:
    """Write the text of an earlier edit where the page showed `seen`."""
    if not team.roles & TEAM:
        raise Http404
    back = redirect("row_history", team_id=team.pk, table=table, of=row.pk)
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return back
    earlier = get_object_or_404(
        Edit.objects.filter(team=team, table=table, row_id=row.pk),
        edit_id=uuid_of(request.POST.get("earlier")),
        field__in=TABLES[table].cells,
    )
    try:
        saved = cells.save_cell(
            team,
            table=table,
            row_id=row.pk,
            field=earlier.field,
            value=earlier.value,
            seen=request.POST.get("seen", ""),
            edit_id=uuid_of(request.POST.get("edit_id")),
            by=request.user,
            now=clock.now(),
        )
    except cells.Invalid as refused:
        messages.warning(request, refused.sentence)
        return back
    if not saved.kept:
        messages.warning(request, _("Someone changed it since. Both texts are kept: choose."))
        return redirect("conflicts", team_id=team.pk)
    messages.success(request, _("It stands there again."))
    return back
