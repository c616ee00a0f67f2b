"""The coach's pages: their teams at a glance, calls, and excusing a round."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts.access import (
    READ_TEAM_WORK,
    REPLY_CHECK_IN,
    STAFF,
    SignedIn,
    signed_in,
    team_door,
)
from cohorts.models import Team
from followups import calls, coaching, excuses
from followups.coach_forms import CallForm, ExcuseForm
from followups.models import Call, CheckIn

UNPROCESSABLE = 422
A_WEEK = timedelta(days=7)


@require_safe
@signed_in
def my_teams(request: SignedIn) -> HttpResponse:
    """What the weekly digest says, at any time: the teams that one coaches."""
    now = clock.now()
    context = {"reports": coaching.reports(request.user, now - A_WEEK, now)}
    return render(request, "followups/coaching.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def calls_with(request: SignedIn, team: Team) -> HttpResponse:
    """Calls with the team: the coach and the program lead note them and share their notes."""
    now = clock.now()
    may_note = bool(team.roles & REPLY_CHECK_IN)
    form = CallForm(today=now.astimezone(request.user.zone).date())
    if request.method == "POST":
        if not may_note:
            raise Http404
        if request.POST.get("do") == "share":
            calls.share(_call(team, request.POST.get("call", "")), now)
            messages.success(request, _("The team reads these notes from now on."))
            return redirect("calls", team.pk)
        form = CallForm(request.POST, today=form.today)
        if form.is_valid():
            calls.note(team, **form.cleaned_data, by=request.user, now=now)
            messages.success(request, _("The call is noted."))
            return redirect("calls", team.pk)
    context = {
        "team": team,
        "calls": calls.read_by(team),
        "form": form if may_note else None,
        "is_staff": bool(team.roles & STAFF),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/calls.html", context, status=status)


def _call(team: Team, sent: str) -> Call:
    pk = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 18 else 0
    return get_object_or_404(Call, pk=pk, team=team)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=REPLY_CHECK_IN)
def excuse(request: SignedIn, team: Team, check_in_id: int) -> HttpResponse:
    """Excuse the team from a round, or ask it after all."""
    check_ins = CheckIn.objects.select_related("round", "team")
    found = get_object_or_404(check_ins, pk=check_in_id, team=team)
    form = ExcuseForm()
    if request.method == "POST" and request.POST.get("do") == "take-back":
        return _take_back(request, found)
    if request.method == "POST":
        form = ExcuseForm(request.POST)
        if form.is_valid() and _excuse(request, found, form):
            return redirect("check_in", team.pk, found.pk)
    context = {
        "team": team,
        "check_in": found,
        "excuse": excuses.standing(found),
        "form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/excuse.html", context, status=status)


def _excuse(request: SignedIn, found: CheckIn, form: ExcuseForm) -> bool:
    try:
        excuses.excuse(found, form.cleaned_data["reason"], by=request.user, now=clock.now())
    except excuses.TooLateError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("The round is excused: the team gets no more mails of it."))
    return True


def _take_back(request: SignedIn, found: CheckIn) -> HttpResponse:
    try:
        excuses.take_back(found, by=request.user, now=clock.now())
    except excuses.TooLateError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The team is asked after all."))
    return redirect("check_in", found.team_id, found.pk)
