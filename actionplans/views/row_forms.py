"""One shared row as a form without a script: each changed cell saved by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.utils.translation import ngettext

from actionplans import cells
from actionplans.cell_inputs import Input
from actionplans.cell_values import TABLES
from actionplans.views.cells import tell_merged, uuid_of
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
        value, seen = request.POST.get(name), request.POST.get(f"seen-{name}")
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


def _lost_races(count: int) -> str:
    return ngettext(
        "Someone else wrote in the same cell before you. Your text is kept: choose.",
        "Someone else wrote in %(count)d of the cells before you. Your texts are kept: choose.",
        count,
    ) % {"count": count}
