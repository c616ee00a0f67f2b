"""The follow-up year for people who are signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coalitions import clock
from cohorts.access import (
    MANAGE_COHORT,
    READ_TEAM_WORK,
    RESOLVE_SUPPORT,
    SEE_FOLLOW_UP,
    TEAM,
    SignedIn,
    cohort_door,
    signed_in,
    team_door,
)
from cohorts.models import Cohort, Team
from followups import answering, overview, planner, schedule
from followups.check_in_pages import answer_page, with_activities
from followups.models import CheckIn, Preference, SupportRequest


@require_http_methods(["GET", "POST"])
@cohort_door(may=MANAGE_COHORT)
def close_week(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Show the year that begins, and begin it."""
    if request.method == "POST":
        if planner.close_week(cohort, by=request.user, now=clock.now()):
            messages.success(request, _("The week is closed and the follow-up year begins."))
        return redirect("follow_up", cohort.pk)
    if cohort.state in {Cohort.State.FOLLOW_UP, Cohort.State.CLOSED}:
        return redirect("follow_up", cohort.pk)
    rounds = [
        {"number": number, "opens_on": opens, "due_on": due, "closes_on": closes}
        for number, (opens, due, closes) in enumerate(schedule.rounds_of(cohort.ends_on), start=1)
    ]
    unsigned = cohort.teams.filter(plan__baseline__isnull=True)
    context = {"cohort": cohort, "rounds": rounds, "unsigned": unsigned}
    return render(request, "followups/close_week.html", context)


@require_GET
@cohort_door(may=SEE_FOLLOW_UP)
def follow_up(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Where each reform of the cohort stands; a coach sees the teams they coach."""
    teams = cohort.teams.all()
    if not cohort.roles & MANAGE_COHORT:
        teams = teams.filter(coach=request.user)
    today = clock.now().astimezone(cohort.zone).date()
    years = overview.team_years(cohort, teams, today)
    rounds = list(cohort.rounds.all())
    round_ = overview.current_round(rounds, today)
    context = {
        "cohort": cohort,
        "years": years,
        "rounds": rounds,
        "round": round_,
        "headline": overview.headline(years, round_),
        "may_manage": bool(cohort.roles & MANAGE_COHORT),
        "any_help": any(year.requests for year in years),
    }
    return render(request, "followups/follow_up.html", context)


@require_http_methods(["GET", "POST"])
@team_door(may=READ_TEAM_WORK)
def check_in(request: SignedIn, team: Team, check_in_id: int) -> HttpResponse:
    """A check-in: members answer it, staff read it."""
    check_ins = CheckIn.objects.select_related("team__cohort", "round")
    found = get_object_or_404(check_ins, pk=check_in_id, team=team)
    if team.roles & TEAM:
        return answer_page(request, found, request.user)
    if request.method == "POST":
        raise Http404
    answers = found.answers.select_related("person").prefetch_related("support_requests")
    context = {
        "check_in": found,
        "team": team,
        "answers": with_activities(list(answers), found),
        "may_resolve": bool(team.roles & RESOLVE_SUPPORT),
    }
    return render(request, "followups/check_in_read.html", context)


@require_POST
@team_door(may=RESOLVE_SUPPORT)
def resolve_support(request: SignedIn, team: Team, request_id: int) -> HttpResponse:
    """Note that the help a team asked for was given."""
    wanted = get_object_or_404(SupportRequest, pk=request_id, team=team)
    done = request.POST.get("done", "").strip()[:5000]
    if answering.resolve(wanted, by=request.user, done=done, now=clock.now()):
        messages.success(request, _("Noted: the request is resolved."))
    return redirect("follow_up", team.cohort_id)


@require_http_methods(["GET", "POST"])
@signed_in
def reminder_preference(request: SignedIn) -> HttpResponse:
    """Turn one's reminders on or off."""
    if request.method == "POST":
        wants = request.POST.get("wants_reminders") == "yes"
        Preference.objects.update_or_create(
            person=request.user, defaults={"wants_reminders": wants, "changed_at": clock.now()}
        )
        messages.success(request, _("Saved."))
        return redirect("reminder_preference")
    wants = not Preference.objects.filter(person=request.user, wants_reminders=False).exists()
    return render(request, "followups/reminder_preference.html", {"wants": wants})
