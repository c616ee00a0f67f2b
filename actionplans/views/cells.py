"""Saving one cell of any shared row, and settling one's conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from actionplans import blocks, cells, conflicts, drafts, named, plans, sheets
from actionplans.cell_values import TABLES
from actionplans.ledger import open_conflicts
from actionplans.models import Edit
from coalitions import clock
from coalitions.days import in_words
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Team

CONFLICT, GONE, UNPROCESSABLE = 409, 410, 422


def uuid_of(text: str | None) -> UUID:
    """An id that a page made; 404 for what is none."""
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404 from None


def closed_sentence() -> str:
    return _(
        "This cohort is closed, so nothing can be changed any more. Copy your text if you need it."
    )


def _with_names(request: HttpRequest, teams: QuerySet[Team]) -> QuerySet[Team]:
    """The team is read along with whom the cell names, if it is one that names people."""
    place = place_of(request)
    cell = TABLES[place["table"]].cells[place["field"]]
    if cell.control != "people" or place["row"] == "new":
        return teams
    return named.along(teams, place["table"], _number(place["row"]), place["field"])


@require_POST
@team_door(may=WRITE_TEAM_WORK, along=_with_names)
def save_cell(request: SignedIn, team: Team) -> HttpResponse:
    """Write one cell; answers JSON that says what became of the text.

    200 applied, merged (with whose words, and the text before) or the same already, 409 someone
    else was faster (with the box that offers the choices), 410 the row was removed (likewise), 422
    the cell cannot hold it (with a sentence).
    """
    sent, place = request.POST, place_of(request)
    table, field = place["table"], place["field"]
    if "seen" not in sent:
        raise Http404
    if not sheets.is_open(team):
        return JsonResponse({"message": closed_sentence()}, status=UNPROCESSABLE)
    edit_id = uuid_of(sent.get("edit_id"))
    settles = uuid_of(sent["settles"]) if sent.get("settles") else None
    try:
        row_id = row_id_of(team, table, sent, by=request.user, now=clock.now())
        saved = cells.save_cell(
            team,
            table=table,
            row_id=row_id,
            field=field,
            value=sent.get("value", ""),
            seen=_seen(sent, team),
            edit_id=edit_id,
            by=request.user,
            now=clock.now(),
            settles=settles,
            names=named.found(team),
        )
    except cells.Invalid as refused:
        return JsonResponse({"message": refused.sentence}, status=UNPROCESSABLE)
    except ObjectDoesNotExist:
        raise Http404 from None
    cell = TABLES[table].cells[field]
    if "draft" in sent:
        drafts.saved(team, place=place, by=request.user)
    answer: dict[str, Any] = {
        "outcome": saved.outcome,
        "text": cell.shown(saved.text),
        "row": row_id,
        "version": saved.version,
        "at": time_format(timezone.localtime(saved.edit.at), "H:i"),
    }
    if cell.control == "day" and saved.text:
        answer["said"] = in_words(date.fromisoformat(saved.text), "weekday date")
    if saved.outcome == cells.MERGED:
        answer |= merged_with(saved)
    if saved.kept:
        return JsonResponse(answer)
    box = {"conflict": conflicts.of_saved(saved, team), "team": team}
    answer["box"] = render_to_string("actionplans/conflict.html", box, request)
    answer["edit"] = str(saved.edit.edit_id)
    return JsonResponse(answer, status=CONFLICT if saved.outcome == cells.CONFLICT else GONE)


def _seen(sent: Mapping[str, str], team: Team) -> str:
    """What the person saw: the text that their own block put there, if they wrote after it
    without having heard what became of it; else what their page says."""
    own = [uuid_of(block) for block in sent.get("after", "").split(",") if block]
    row = sent["key"] if sent["row"] == "new" else sent["row"]
    return blocks.text_after(team, own, row, sent["field"]) or sent["seen"]


def merged_with(saved: cells.Saved) -> dict[str, str]:
    """Whose words a text was merged with, and the text that an undo gives back."""
    return {"by": str((saved.theirs and saved.theirs.actor) or ""), "before": saved.before}


def tell_merged(request: HttpRequest, saved: cells.Saved) -> None:
    """Where no script does: whose words were merged with one's own."""
    if saved.outcome != cells.MERGED:
        return
    name = merged_with(saved)["by"] or "–"
    messages.info(
        request,
        _("%(name)s wrote in the same cell meanwhile. Both texts are in it: see if they fit.")
        % {"name": name},
    )


def place_of(request: HttpRequest) -> dict[str, str]:
    """The cell that a page means: table, row, key and day as pages name them, and field."""
    names = {"table": 12, "row": 20, "key": 36, "day": 10, "field": 20}
    place = {name: request.POST.get(name, "") for name in names}
    table, field = place["table"], place["field"]
    if table not in TABLES or field not in TABLES[table].cells:
        raise Http404
    if any(len(place[name]) > most for name, most in names.items()):
        raise Http404
    return place


def row_id_of(team: Team, table: str, named: Mapping[str, str], *, by: User, now: datetime) -> int:
    """The row that is meant by row, key and day. A sheet is called by its day, and begins with its
    first word; a new row is called by the key its page gave it, and is made by its first cell."""
    row, day, key = (named.get(name, "") for name in ("row", "day", "key"))
    if table == sheets.SHEET:
        return sheets.begin(team, _day(row)).pk
    if table == sheets.ROW and row == "new":
        made = cells.create_row(
            sheets.begin(team, _day(day)),
            table=table,
            edit_id=uuid_of(key),
            by=by,
            now=now,
        )
        return made.pk
    if row == "new":
        under = named.get("milestone", "")
        return plans.new_row(team, table, uuid_of(key), under, by=by, now=now).pk
    return _number(row)


def _number(row: str) -> int:
    if not (row.isascii() and row.isdigit() and len(row) < 19):
        raise Http404
    return int(row)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def conflicts_page(request: SignedIn, team: Team) -> HttpResponse:
    """One's own open conflicts, and the choice of each: keep mine, keep theirs, combine."""
    if request.method == "POST":
        return _settle(request, team)
    mine = conflicts.describe(open_conflicts(team, request.user), team)
    return render(request, "actionplans/conflicts.html", {"team": team, "conflicts": mine})


def _settle(request: SignedIn, team: Team) -> HttpResponse:
    sent = request.POST
    edit = get_object_or_404(
        Edit,
        team=team,
        actor=request.user,
        outcome=Edit.Outcome.CONFLICT,
        edit_id=uuid_of(sent.get("conflict")),
    )
    by_script = "X-Requested-With" in request.headers
    edit_id = uuid_of(sent["edit_id"]) if sent.get("edit_id") else uuid4()
    told: dict[str, Any] = {"edit_id": edit_id, "by": request.user, "now": clock.now()}
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
    elif sent.get("choice") == "theirs":
        cells.settle(edit, **told)
        if by_script:
            return HttpResponse(status=204)
    else:
        try:
            saved = conflicts.keep(
                edit, text=sent.get("value", edit.value), seen=sent.get("seen", ""), **told
            )
        except cells.Invalid as refused:
            return _with_words(request, team, edit, refused.sentence)
        if saved.kept and by_script:
            return HttpResponse(status=204)
        if saved.kept:
            messages.success(request, _("Your text is saved."))
        else:
            messages.warning(
                request,
                _("Someone changed it again in the meantime. Look at both texts once more."),
            )
    return redirect("conflicts", team_id=team.pk)


def _with_words(request: HttpRequest, team: Team, edit: Edit, sentence: str) -> HttpResponse:
    """The page again with what was typed, and why it cannot stand there."""
    mine = conflicts.describe(open_conflicts(team, request.user), team)  # type: ignore[arg-type]
    for conflict in mine:
        if conflict.edit == edit:
            conflict.error = sentence
            conflict.combined = request.POST.get("value", "")
    context = {"team": team, "conflicts": mine}
    return render(request, "actionplans/conflicts.html", context, status=UNPROCESSABLE)
