"""One shared row as a form without a script: each changed cell saved by itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import ngettext

from actionplans import cells, places
from actionplans.cell_inputs import Input
from actionplans.cell_values import TABLES
from actionplans.views.cells import UNPROCESSABLE, tell_merged, uuid_of
from cohorts.access import SignedIn
from cohorts.models import Team


def save_posted(
    request: SignedIn, team: Team, told: dict[str, Any], found: dict[str, Input]
) -> tuple[int, int]:
    """Save each cell of the form that was changed, with the text that the form showed.

    `told` is table, row_id, by and now of `cells.save_cell`; `found` the row's inputs, which get
    what was typed and why it was refused. How many conflicts and errors there were.
    """
    conflicts = errors = 0
    for name, shown in found.items():
        value, seen = posted(request, name), request.POST.get(f"seen-{name}")
        tidy = TABLES[told["table"]].cells[name].tidy
        if value is None or seen is None or tidy(value) == tidy(seen):
            continue
        edit_id = uuid_of(request.POST.get(f"edit-{name}"))
        try:
            saved = cells.save_cell(
                team, **told, field=name, value=value, seen=seen, edit_id=edit_id
            )
        except cells.Invalid as refused:
            shown.text, shown.seen, shown.error = value, seen, refused.sentence
            errors += 1
        else:
            shown.text = shown.seen = saved.text
            conflicts += not saved.kept
            tell_merged(request, saved)
    if conflicts:
        messages.warning(request, _lost_races(conflicts))
    return conflicts, errors


def arrange(request: SignedIn, team: Team, told: dict[str, Any]) -> None:
    """Move a row up or down, put it before another, or double it, as `do` says. Raises Invalid."""
    sent, edit_id = request.POST, given_id(request)
    match sent.get("do"):
        case "up" | "down" as way:
            cells.move_row(team, **told, step=-1 if way == "up" else 1, edit_id=edit_id)
        case "duplicate":
            places.duplicate_row(team, **told, edit_id=edit_id)
        case "place":
            before, parent = (number_of(sent.get(name, "")) for name in ("before", "parent"))
            places.place_row(team, **told, before=before, parent=parent, edit_id=edit_id)
        case _:
            raise Http404


def given_id(request: SignedIn) -> UUID:
    """What makes a gesture once, however often it is sent; pages without a script give none."""
    sent = request.POST.get("edit_id")
    return uuid_of(sent) if sent else uuid4()


def piece(request: SignedIn, template: str, context: dict[str, Any]) -> JsonResponse:
    """What a script is to show about a gesture that was done.

    JSON, so that no other page that a bad line slips in is taken for our answer.
    """
    return JsonResponse({"html": render_to_string(template, context, request)})


def refusal(request: SignedIn, sentence: str, page: str) -> HttpResponse:
    """Why a gesture was not done: said by the script, or on the page."""
    if "X-Requested-With" in request.headers:
        return JsonResponse({"message": sentence}, status=UNPROCESSABLE)
    messages.warning(request, sentence)
    return redirect(page)


def number_of(text: str) -> int | None:
    """The id that a page sent; None for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def posted(request: SignedIn, name: str) -> str | None:
    """What a form sent for a cell; a day that was chosen in the calendar beside it goes first."""
    return request.POST.get(f"{name}-calendar") or request.POST.get(name)


def _lost_races(count: int) -> str:
    return ngettext(
        "Someone else wrote in the same cell before you. Your text is kept: choose.",
        "Someone else wrote in %(count)d of the cells before you. Your texts are kept: choose.",
        count,
    ) % {"count": count}
