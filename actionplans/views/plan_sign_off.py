"""Signing the plan off, and the baseline that it leaves."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from actionplans import plans, sheets
from actionplans.baseline import CannotSignError, on_paper
from actionplans.baseline import sign_off as sign
from actionplans.models import Baseline
from actionplans.plan_page import open_page
from actionplans.views.cells import UNPROCESSABLE, closed_sentence
from coalitions import clock
from coalitions.days import in_words
from cohorts.access import READ_TEAM_WORK, SIGN_OFF_PLAN, SignedIn, team_door
from cohorts.models import Team


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=SIGN_OFF_PLAN)
def sign_off(request: SignedIn, team: Team) -> HttpResponse:
    """Show the plan as it will be frozen, and freeze it."""
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("plan", team_id=team.pk)
    error = ""
    if request.method == "POST":
        try:
            signed, is_new = sign(
                team, by=request.user, now=clock.now(), seen=request.POST.get("seen")
            )
        except CannotSignError as refused:
            error = str(refused)
        else:
            return _to_baseline(request, team, signed, is_new=is_new)
    elif known := Baseline.objects.filter(plan__team=team).select_related("signed_by").first():
        return _to_baseline(request, team, known, is_new=False)
    context = {"team": team, "seen": plans.token(team), "error": error}
    context["page"] = open_page(team, None)
    status = UNPROCESSABLE if error else 200
    return render(request, "actionplans/sign_off.html", context, status=status)


def _to_baseline(request: SignedIn, team: Team, signed: Baseline, *, is_new: bool) -> HttpResponse:
    if is_new:
        messages.success(
            request, _("Signed off. This is your baseline; the plan itself can go on changing.")
        )
    else:
        when = in_words(signed.signed_at, "date time")
        told = {"name": signed.signed_by or "–", "when": when}
        messages.info(request, _("%(name)s signed the plan off already, %(when)s.") % told)
    return redirect("baseline", team_id=team.pk)


@require_safe
@team_door(may=READ_TEAM_WORK)
def baseline(request: SignedIn, team: Team) -> HttpResponse:
    """The plan as the team signed it."""
    found = get_object_or_404(Baseline.objects.select_related("signed_by"), plan__team=team)
    context = {"team": team, "baseline": found, "paper": on_paper(found.content)}
    return render(request, "actionplans/baseline.html", context)
