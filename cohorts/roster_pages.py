"""Bringing in a roster: paste or upload, look at what it would do, correct the columns, write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from coalitions.workbooks import RefusedError
from cohorts import roster_columns, roster_import, roster_table
from cohorts import roster_file as export
from cohorts.access import MANAGE_COHORT, MANAGE_PROGRAM, SignedIn, cohort_door
from cohorts.forms import RosterForm
from cohorts.models import Cohort, RosterDraft
from cohorts.roster_table import Row

UNPROCESSABLE = 422
# Names and addresses of people are not kept for longer than it takes to look at them.
KEPT = timedelta(days=7)
# The page shows so many rows of a kind; the counts tell the rest.
MOST_SHOWN = 200
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def roster(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Where a roster is pasted or uploaded."""
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = _read(form)
        except RefusedError as error:
            form.add_error("file" if form.cleaned_data.get("file") else "pasted", str(error))
        else:
            return redirect("roster_draft", cohort.pk, _keep(request, cohort, rows).pk)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cohorts/roster.html", {"cohort": cohort, "form": form}, status=status)


def _read(form: RosterForm) -> list[Row]:
    file = form.cleaned_data.get("file")
    if file:
        rows = roster_table.of_file(file.name, file.read(roster_table.MOST_BYTES + 1))
    else:
        rows = roster_table.of_text(form.cleaned_data["pasted"])
    if not rows:
        raise RefusedError(_("There is nothing in it."))
    return rows


def _keep(request: SignedIn, cohort: Cohort, rows: list[Row]) -> RosterDraft:
    now = clock.now()
    cohort.roster_drafts.filter(made_at__lt=now - KEPT).delete()
    above, columns = roster_columns.guess(rows)
    headings = rows[above - 1].texts if above else []
    return RosterDraft.objects.create(
        cohort=cohort,
        by=request.user,
        rows=[[row.number, row.texts] for row in rows[above:]],
        columns={"headings": headings, "by_index": {str(i): name for i, name in columns.items()}},
        made_at=now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def roster_draft(request: SignedIn, cohort: Cohort, draft_id: int) -> HttpResponse:
    """What the roster would do; correct what a column means; write it."""
    draft = get_object_or_404(RosterDraft, pk=draft_id, cohort=cohort)
    if request.method == "POST" and request.POST.get("do") == "write":
        return _write(request, cohort, draft)
    if request.method == "POST":
        _correct(request, draft)
        return redirect("roster_draft", cohort.pk, draft.pk)
    rows, columns = _rows(draft), _columns(draft)
    shown = roster_import.preview(cohort, rows, columns, names_staff=_names_staff(cohort))
    context = {
        "cohort": cohort,
        "draft": draft,
        "preview": shown,
        "entries": _problems_first(shown)[:MOST_SHOWN],
        "more": max(0, len(shown.entries) - MOST_SHOWN),
        "columns": _choices(draft, rows, columns),
        "has_address": roster_columns.EMAIL in columns.values(),
    }
    return render(request, "cohorts/roster_draft.html", context)


def _problems_first(shown: roster_import.Preview) -> list[roster_import.Entry]:
    order = [roster_import.PROBLEM, roster_import.NEW, roster_import.CHANGED]
    ranks = {state: rank for rank, state in enumerate(order)}
    return sorted(shown.entries, key=lambda entry: (ranks.get(entry.state, 9), entry.number))


def _names_staff(cohort: Cohort) -> bool:
    return bool(cohort.roles & MANAGE_PROGRAM)


def _rows(draft: RosterDraft) -> list[Row]:
    return [Row(number, texts) for number, texts in draft.rows]


def _columns(draft: RosterDraft) -> dict[int, str]:
    return {int(index): name for index, name in draft.columns["by_index"].items()}


def _choices(draft: RosterDraft, rows: list[Row], columns: dict[int, str]) -> list[dict[str, Any]]:
    """Each column with its heading, an example and what it is taken for."""
    width = max((len(row.texts) for row in rows), default=0)
    headings = draft.columns["headings"]
    return [
        {
            "index": i,
            "heading": headings[i] if i < len(headings) else "",
            "example": next(
                (row.texts[i] for row in rows if i < len(row.texts) and row.texts[i]), ""
            ),
            "name": columns.get(i, ""),
            "labels": labels(),
        }
        for i in range(width)
    ]


def labels() -> list[tuple[str, str]]:
    """What a column may be, in words."""
    return [
        ("", _("– leave out –")),
        (roster_columns.EMAIL, _("e-mail address")),
        (roster_columns.NAME, _("name")),
        (roster_columns.FIRST, _("first name")),
        (roster_columns.LAST, _("last name")),
        (roster_columns.RANK, _("rank")),
        (roster_columns.ROLE, _("role")),
        (roster_columns.ORGANISATION, _("organisation")),
        (roster_columns.LANGUAGE, _("language")),
        (roster_columns.TEAM, _("team")),
        (roster_columns.COUNTRY, _("country")),
        (roster_columns.CHALLENGE, _("reform challenge")),
    ]


def _correct(request: SignedIn, draft: RosterDraft) -> None:
    """Take the columns for what the form says; the first of two with one meaning has it."""
    chosen: dict[str, str] = {}
    for index in range(roster_table.MOST_COLUMNS):
        name = request.POST.get(f"column-{index}", "")
        if name in roster_columns.COLUMNS and name not in chosen.values():
            chosen[str(index)] = name
    draft.columns["by_index"] = chosen
    RosterDraft.objects.filter(pk=draft.pk).update(columns=draft.columns)


def _write(request: SignedIn, cohort: Cohort, draft: RosterDraft) -> HttpResponse:
    now = clock.now()
    first = RosterDraft.objects.filter(pk=draft.pk, written_at__isnull=True).update(written_at=now)
    if not first:
        messages.info(request, _("This roster was brought in already."))
        return redirect(cohort)
    done = roster_import.apply(
        cohort,
        _rows(draft),
        _columns(draft),
        names_staff=_names_staff(cohort),
        by=request.user,
        now=now,
        invite="invite" in request.POST,
    )
    count = len(done.to_write)
    sentence = ngettext(
        "%(count)d person is brought in.", "%(count)d people are brought in.", count
    )
    messages.success(request, sentence % {"count": count})
    if left := len(done.problems):
        sentence = ngettext(
            "%(count)d row with a problem was left out.",
            "%(count)d rows with a problem were left out.",
            left,
        )
        messages.warning(request, sentence % {"count": left})
    return redirect(cohort)


@require_safe
@cohort_door(may=MANAGE_COHORT)
def roster_file(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """The cohort's roster as a workbook, which comes in again unchanged."""
    response = HttpResponse(export.write(cohort), content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="roster-{cohort.pk}.xlsx"'
    return response
