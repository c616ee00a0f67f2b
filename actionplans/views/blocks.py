"""A block of cells in one request: pasted, or set for several rows at once."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import time_format
from django.views.decorators.http import require_POST

from accounts.models import User
from actionplans import blocks, plans, sheets
from actionplans.cell_values import TABLES
from actionplans.invalid import Invalid
from actionplans.pasting import Pasting
from actionplans.plans import ACTIVITY
from actionplans.rows import REMOVED
from actionplans.views.cells import UNPROCESSABLE, closed_sentence, uuid_of
from coalitions import clock
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Session, Team

# The place of the plan's edits, where those of a sheet have its day.
PLAN = "plan"
# So many edits of a page may be on their way at once, and count as seen.
AFTER = 100


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def save_block(request: SignedIn, team: Team) -> HttpResponse:
    """Write many cells; answers JSON with what there is to say about them as a piece of the page.

    The form's `block` is JSON: `id` of the block; `table`; `day` of a sheet; `pasted`, whether the
    cells are columns of the screen; and `rows`, each with `row` and `version`, or `key` (and
    `milestone`) for a new one, and `cells` with the text of each. `after` names the edits and
    blocks of the same page that were on their way when this one was made.
    """
    try:
        asked = _Asked(team, json.loads(request.POST.get("block", "")), request.user)
        written = asked.written()
    except (ValueError, TypeError, AttributeError, KeyError):
        raise Http404 from None
    if not sheets.is_open(team):
        return JsonResponse({"message": closed_sentence()}, status=UNPROCESSABLE)
    try:
        with transaction.atomic():
            told: dict[str, Any] = {"by": request.user, "now": asked.now}
            result = blocks.save_block(team, written, parents=asked.parents(), **told)
    except Invalid as refused:
        return JsonResponse({"message": refused.sentence}, status=UNPROCESSABLE)
    except ObjectDoesNotExist:
        raise Http404 from None
    return JsonResponse(answer_of(request, team, result, asked.place))


def answer_of(
    request: SignedIn, team: Team, result: blocks.Result, place: str, *, then: str = "undo"
) -> dict[str, Any]:
    """What became of a block, for a script: numbers, and the sentence with its way back.

    `then` is what the page offers next: to undo it; after an undo, to redo.
    """
    refused = [
        {"label": TABLES[one.table].label(one.field), "text": one.value, "why": why}
        for one, why in result.refused
    ]
    context = {"team": team, "result": result, "refused": refused, "place": place}
    context["then"] = then
    return {
        "at": time_format(timezone.localtime(clock.now()), "H:i"),
        "kept": result.kept,
        "conflicts": len(result.conflicts),
        "refused": len(refused),
        "html": render_to_string("actionplans/block_done.html", context, request),
    }


def _id(sent: str | int) -> int:
    number = int(sent)
    if not 0 <= number < 2**63:
        raise ValueError
    return number


class _Asked:
    """What the page sent, read once; ValueError and its like for what no page sends."""

    def __init__(self, team: Team, sent: dict[str, Any], by: User) -> None:
        self.team, self.id, self.table = team, uuid_of(sent["id"]), sent["table"]
        self.rows: list[dict[str, Any]] = list(sent["rows"])
        self.day = date.fromisoformat(sent["day"]) if self.table == sheets.ROW else None
        if self.table not in {sheets.ROW, ACTIVITY}:
            raise ValueError
        self.pasted = bool(sent.get("pasted"))
        self.after = [uuid_of(one) for one in list(sent.get("after", []))[:AFTER]]
        self.by = by
        self.place = self.day.isoformat() if self.day else PLAN
        self.now = clock.now()

    def parents(self) -> dict[UUID, Any]:
        """The sheet or milestone of each new row."""
        new = {UUID(row["key"]): str(row.get("milestone", "")) for row in self.rows if "key" in row}
        if self.day:
            return dict.fromkeys(new, sheets.begin(self.team, self.day)) if new else {}
        told: dict[str, Any] = {"by": self.by, "now": self.now}
        found = {name: plans.milestone_named(self.team, name, **told) for name in set(new.values())}
        return {key: found[name] for key, name in new.items()}

    def written(self) -> list[blocks.Written]:
        """The cells of the block, in the order of the page."""
        pasting = Pasting(self.team, self.table, self.now, self._sessions())
        return [
            self._written(row, field, text)
            for row in self.rows
            for column, shown in row["cells"].items()
            for field, text in (
                pasting.cells(column, shown) if self.pasted else {column: shown}
            ).items()
        ]

    def _sessions(self) -> list[Session]:
        if not self.day:
            return []
        sessions = Session.objects.live().filter(cohort=self.team.cohort_id, day=self.day)
        return list(sessions.exclude(kind=Session.Kind.BREAK))

    def _written(self, row: dict[str, Any], field: str, text: str) -> blocks.Written:
        if field != REMOVED and field not in TABLES[self.table].cells:
            raise Http404
        key = UUID(row["key"]) if "key" in row else _id(row["row"])
        version = None if "key" in row else _id(row["version"])
        edit_id = blocks.edit_of(self.id, key, field)
        own = frozenset([*self.after, *(blocks.edit_of(one, key, field) for one in self.after)])
        return blocks.Written(
            self.table, key, field, str(text), edit_id, version=version, after=own
        )
