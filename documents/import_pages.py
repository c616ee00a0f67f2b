"""Bringing a plan or sheet in: file or paste, look at it, correct the columns, write it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from actionplans import sheets
from actionplans.invalid import Invalid
from actionplans.views.cells import UNPROCESSABLE, closed_sentence
from coalitions import clock
from coalitions.workbooks import RefusedError
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Team
from cohorts.roster_table import MOST_BYTES
from documents import drafts, matching, sources
from documents.forms import BringForm
from documents.matching import Entry
from documents.models import ImportDraft
from documents.papers import Paper
from documents.sources import KEY, Source, Table

# The page shows so many rows; the counts tell the rest.
MOST_SHOWN = 200
COLUMN = re.compile(r"column-(\d{1,4})-(\d{1,4})")


def _back(team: Team, day: date | None) -> HttpResponse:
    if day:
        return redirect("sheet", team_id=team.pk, day=day)
    return redirect("plan", team_id=team.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def bring_in(request: SignedIn, team: Team, day: date | None = None) -> HttpResponse:
    """Where a file is chosen or a table pasted, for the plan or the sheet of a day."""
    if day:
        sheets.day_of(team, day)
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return _back(team, day)
    form = BringForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = _read(form)
        except RefusedError as error:
            form.add_error("file" if form.cleaned_data.get("file") else "pasted", str(error))
        else:
            paper = drafts.paper_of(team, day)
            draft = drafts.keep(source, paper, by=request.user, now=clock.now())
            return redirect("import_draft", team_id=team.pk, import_id=draft.pk)
    status = UNPROCESSABLE if form.errors else 200
    context = {"team": team, "day": day, "form": form}
    return render(request, "documents/bring_in.html", context, status=status)


def _read(form: BringForm) -> Source:
    file = form.cleaned_data.get("file")
    if file:
        source = sources.of_file(file.name, file.read(MOST_BYTES + 1))
    else:
        source = sources.of_text(form.cleaned_data["pasted"])
    if not any(table.rows for table in source.tables):
        raise RefusedError(_("There is no table in it."))
    return source


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=WRITE_TEAM_WORK)
def import_draft(request: SignedIn, team: Team, import_id: int) -> HttpResponse:
    """What the file would do; choose where both changed; write it."""
    draft = get_object_or_404(ImportDraft, pk=import_id, team=team)
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return _back(team, draft.day)
    paper = drafts.paper_of(team, draft.day)
    refused: list[str] = []
    if request.method == "POST" and request.POST.get("do") == "write":
        try:
            return _write(request, draft, paper)
        except Invalid as error:
            refused = error.messages
            paper = drafts.paper_of(team, draft.day)
    elif request.method == "POST":
        drafts.correct(draft, _chosen_columns(request), paper)
        return redirect("import_draft", team_id=team.pk, import_id=draft.pk)
    shown = drafts.look(draft, paper)
    tables = drafts.tables_of(draft)
    context = {
        "team": team,
        "day": draft.day,
        "draft": draft,
        "paper": paper,
        "preview": shown,
        "counts": {state: shown.counts[state] for state in matching.STATES},
        "entries": _first_what_matters(shown.entries)[:MOST_SHOWN],
        "more": max(0, len(shown.entries) - MOST_SHOWN),
        "tables": [_columns(n, table, paper) for n, table in enumerate(tables)],
        "refused": refused,
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "documents/import_draft.html", context, status=status)


def _first_what_matters(entries: list[Entry]) -> list[Entry]:
    order = [matching.CONFLICT, matching.PROBLEM, matching.CHANGED, matching.NEW]
    return sorted(
        entries, key=lambda one: (order.index(one.state) if one.state in order else 9, one.n)
    )


def _columns(n: int, table: Table, paper: Paper) -> dict[str, Any]:
    """Each column of a table with its heading, an example and what it is taken for."""
    below = [texts for _number, texts in table.rows[table.start :]]

    def of(index: int, rows: list[list[str]]) -> str:
        return next((texts[index] for texts in rows if index < len(texts) and texts[index]), "")

    return {
        "title": table.title,
        "columns": [
            {
                "id": f"column-{n}-{index}",
                "heading": of(index, [table.headings]),
                "example": of(index, below),
                "name": table.columns.get(index, ""),
            }
            for index in range(min(table.width, sources.MOST_COLUMNS))
            if table.columns.get(index) != KEY and (of(index, [table.headings]) or of(index, below))
        ],
        "choices": [("", _("– leave out –")), *paper.column_choices()],
    }


def _chosen_columns(request: SignedIn) -> dict[tuple[int, int], str]:
    found = ((COLUMN.fullmatch(name), value) for name, value in request.POST.items())
    return {(int(at[1]), int(at[2])): str(value) for at, value in found if at}


def _write(request: SignedIn, draft: ImportDraft, paper: Paper) -> HttpResponse:
    """Raises Invalid."""

    def takes_file(entry: Entry) -> bool:
        return request.POST.get(f"choice-{entry.n}") == f"file-{entry.what_stands}"

    def stays(entry: Entry) -> bool:
        return request.POST.get(f"choice-{entry.n}") == f"here-{entry.what_stands}"

    done = drafts.write(draft, paper, by=request.user, now=clock.now(), choose=takes_file)
    if done is None:
        messages.info(request, _("This file was brought in already."))
        return _back(paper.team, draft.day)
    shown, counts = done
    count = counts[matching.NEW] + counts[matching.CHANGED]
    sentence = ngettext("%(count)d row is brought in.", "%(count)d rows are brought in.", count)
    messages.success(request, sentence % {"count": count})
    clashing = [entry for entry in shown.entries if entry.state == matching.CONFLICT]
    left = sum(not takes_file(entry) and not stays(entry) for entry in clashing)
    left += shown.counts[matching.PROBLEM]
    if left:
        sentence = ngettext(
            "%(count)d row of the file was left out.",
            "%(count)d rows of the file were left out.",
            left,
        )
        messages.warning(request, sentence % {"count": left})
    return _back(paper.team, draft.day)
