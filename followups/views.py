"""The follow-up year for people who are signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts.access import (
    MANAGE_COHORT,
    READ_TEAM_WORK,
    REPLY_CHECK_IN,
    SEE_FOLLOW_UP,
    TEAM,
    SignedIn,
    cohort_door,
    signed_in,
    team_door,
)
from cohorts.models import Cohort, Team
from followups import (
    check_in_pages,
    forecast,
    overview,
    planner,
    reminders,
    schedule,
    support_pages,
)
from followups.models import CheckIn
from followups.rights import Right


@require_http_methods(["GET", "HEAD", "POST"])
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
        {"number": round_.number, "due_on": round_.due_on}
        | {str(step): schedule.step_date(round_, step) for step in schedule.STEPS}
        for round_ in forecast.rounds_of(cohort)
    ]
    unsigned = cohort.teams.filter(plan__baseline__isnull=True)
    context = {"cohort": cohort, "rounds": rounds, "unsigned": unsigned}
    return render(request, "followups/close_week.html", context)


@require_safe
@cohort_door(may=SEE_FOLLOW_UP)
def follow_up(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Where each reform of the cohort stands; a coach sees the teams they coach."""
    teams = cohort.teams.all()
    if not cohort.roles & MANAGE_COHORT:
        teams = teams.filter(coach=request.user)
    now = clock.now()
    today = now.astimezone(cohort.zone).date()
    years = overview.team_years(cohort, teams, today)
    rounds = list(cohort.rounds.all())
    round_ = overview.current_round(rounds, today)
    context = {
        "cohort": cohort,
        "years": years,
        "rounds": rounds,
        "coming": [] if rounds else forecast.rounds_to_come(cohort),
        "round": round_,
        "headline": overview.headline(years, round_),
        "marks": overview.legend(years),
        "may_manage": bool(cohort.roles & MANAGE_COHORT),
        "help": support_pages.waiting([wish for year in years for wish in year.requests], now),
    }
    return render(request, "followups/follow_up.html", context)


@require_safe
@team_door(may=READ_TEAM_WORK)
def check_in(request: SignedIn, team: Team, check_in_id: int) -> HttpResponse:
    """A check-in: members get the form, which is sent to `check_in_by_link`; staff read it."""
    check_ins = CheckIn.objects.select_related("team__cohort", "round")
    found = get_object_or_404(check_ins, pk=check_in_id, team=team)
    if team.roles & TEAM:
        return check_in_pages.show(request, found, request.user, Right(found.pk, request.user.pk))
    answers = found.answers.select_related("person").prefetch_related("support_requests__moves")
    context = {
        "check_in": found,
        "team": team,
        "answers": check_in_pages.with_activities(list(answers), found),
        "may_excuse": bool(team.roles & REPLY_CHECK_IN),
    }
    return render(request, "followups/check_in_read.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reminder_preference(request: SignedIn) -> HttpResponse:
    """Turn one's reminders on or off."""
    if request.method == "POST":
        if request.POST.get("wants_reminders") == "yes":
            reminders.resume(request.user, clock.now())
        else:
            reminders.stop(request.user, clock.now())
        messages.success(request, _("Saved."))
        return redirect("reminder_preference")
    wants = reminders.are_wanted(request.user)
    return render(request, "followups/reminder_preference.html", {"wants": wants})
