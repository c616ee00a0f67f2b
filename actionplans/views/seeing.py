"""The plan seen otherwise: on a line of time, by what comes next, and by what has changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from actionplans import changes, coming, plans, sheets, timeline
from actionplans.baseline import signed_dates
from actionplans.changes import Change, Kind
from actionplans.invalid import Invalid
from actionplans.models import Activity, Baseline, SlipReason
from actionplans.plans import ACTIVITY
from actionplans.views.cells import UNPROCESSABLE, closed_sentence, uuid_of
from actionplans.views.sheets import may_write
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, TEAM, SignedIn, team_door
from cohorts.models import Team

ZOOMS = {
    "week": gettext_lazy("Week"),
    "month": gettext_lazy("Month"),
    "quarter": gettext_lazy("Quarter"),
}
MILESTONES, PEOPLE = "milestone", "person"
SECTIONS = {
    MILESTONES: (gettext_lazy("By milestone"), timeline.by_milestone),
    PEOPLE: (gettext_lazy("By person"), timeline.by_person),
}
DATES = {"due_on": gettext_lazy("By due date"), "starts_on": gettext_lazy("By start")}
TODAY, WEEK = "today", "week"
SINCE = {TODAY: gettext_lazy("From today"), WEEK: gettext_lazy("From the week")}


def _chosen(request: SignedIn, name: str, offered: dict[str, Any], default: str) -> str:
    """What the address asks for, if it is offered."""
    asked = request.GET.get(name, "")
    return asked if asked in offered else default


@require_safe
@team_door(may=READ_TEAM_WORK)
def plan_timeline(request: SignedIn, team: Team) -> HttpResponse:
    """The plan on a line of time, what was signed beside what is; the team moves the bars."""
    zoom = _chosen(request, "zoom", ZOOMS, "month")
    by = _chosen(request, "by", SECTIONS, MILESTONES)
    groups = plans.groups(team, told=False)
    baseline = Baseline.objects.filter(plan__team=team).first()
    today = clock.now().astimezone(team.zone).date()
    signed = signed_dates(baseline)
    span = timeline.span_of(groups, signed, team.cohort, today, rtl=get_language_bidi())
    sections = SECTIONS[by][1](groups)
    context = {
        "team": team,
        "chart": timeline.chart(sections, span=span, zoom=zoom, signed=signed, today=today),
        "baseline": baseline,
        "today": today,
        "zoom": zoom,
        "zooms": ZOOMS,
        "by": by,
        "ways": {name: label for name, (label, _sections) in SECTIONS.items()},
        "statuses": Activity.Status.choices,
        "writable": may_write(team),
    }
    return render(request, "actionplans/plan_timeline.html", context)


@require_safe
@team_door(may=READ_TEAM_WORK)
def plan_next(request: SignedIn, team: Team) -> HttpResponse:
    """What comes in 30, 60, 90 days and after, counted from today or from the end of the week."""
    by = _chosen(request, "by", DATES, "due_on")
    since = _chosen(request, "from", SINCE, TODAY)
    today = clock.now().astimezone(team.zone).date()
    to_do = coming.still_to_do(plans.groups(team, told=False))
    first = today if since == TODAY else team.cohort.ends_on
    context = {
        "team": team,
        "sections": coming.sections(to_do, by=by, since=first, today=today),
        "dates": DATES,
        "by": by,
        "starts": SINCE,
        "since": since,
        "today": today,
        "writable": may_write(team),
    }
    return render(request, "actionplans/plan_next.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def since_baseline(request: SignedIn, team: Team) -> HttpResponse:
    """What was added, dropped, moved and reworded since the plan was signed, and why it slipped."""
    if request.method == "POST":
        return _explain(request, team)
    return _changes(request, team)


def _changes(request: SignedIn, team: Team, **typed: Any) -> HttpResponse:
    """The page; `typed` is what was written for one activity and why it could not be kept."""
    signed = Baseline.objects.filter(plan__team=team).select_related("signed_by").first()
    groups = plans.groups(team)
    found = changes.since(signed, groups) if signed else []
    given = changes.reasons(team)
    sections = [
        (
            kind,
            title,
            [(change, _of(change, given)) for change in found if change.kind == kind],
        )
        for kind, title in changes.TITLES.items()
    ]
    context = {
        "team": team,
        "baseline": signed,
        "sections": [section for section in sections if section[2]],
        "counts": [(title, len(rows), kind) for kind, title, rows in sections],
        "moved": Kind.MOVED,
        "writable": may_write(team),
        "form_id": uuid4(),
    }
    status = UNPROCESSABLE if typed else 200
    return render(request, "actionplans/since_baseline.html", context | typed, status=status)


def _of(change: Change, given: dict[int, list[SlipReason]]) -> list[SlipReason]:
    """The reasons given for a change; a milestone has none, whatever its id."""
    return given.get(change.pk, []) if change.table == ACTIVITY else []


def _explain(request: SignedIn, team: Team) -> HttpResponse:
    if not team.roles & TEAM:
        raise Http404
    pk = request.POST.get("activity", "")
    rows = Activity.objects.live().filter(milestone__plan__team=team)
    number = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
    activity = get_object_or_404(rows, pk=number)
    back = f"{reverse('since_baseline', args=[team.pk])}#activity-{activity.pk}"
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect(back)
    text, form_id = request.POST.get("text", "")[:2000], uuid_of(request.POST.get("form_id"))
    told: dict[str, Any] = {"form_id": form_id, "by": request.user, "now": clock.now()}
    try:
        changes.give_reason(team, activity, text, **told)
    except Invalid as refused:
        return _changes(request, team, typed_for=activity.pk, typed=text, error=refused.sentence)
    messages.success(request, _("Kept: everyone who reads the plan sees why."))
    return redirect(back)
