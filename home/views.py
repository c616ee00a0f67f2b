"""The pages that gather from all apps: a person's home, and a team's."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coalitions import clock
from cohorts.access import (
    CORRECT_ADDRESSES,
    MANAGE_COHORT,
    READ_TEAM_WORK,
    STAFF,
    TEAM,
    Role,
    SignedIn,
    open_to_all,
    team_door,
)
from cohorts.models import Team
from followups import support_pages
from home import own, team_overview
from home.next_step import next_step, sheet_day


@require_safe
@open_to_all("the landing page, or one's own")
def home(request: HttpRequest) -> HttpResponse:
    """What Coalitions is, for those who come by; for those who are in it, what is theirs."""
    if not request.user.is_authenticated:
        return render(request, "home/landing.html")
    return render(request, "home/home.html", own.everything_of(request.user, clock.now()))


@require_safe
@team_door(may=READ_TEAM_WORK)
def team(request: SignedIn, team: Team) -> HttpResponse:
    """A team at a glance, and the one thing to do next."""
    now = clock.now()
    writes = bool(team.roles & TEAM)
    check_ins = team_overview.check_ins(team, now)
    people = team_overview.people(team)
    context = {
        "team": team,
        "writes": writes,
        "step": next_step(team, now, check_in=check_ins.current, writes=writes),
        "sheet_day": sheet_day(team.cohort, now),
        "days": team_overview.week(team, now.astimezone(team.cohort.zone).date()),
        "plan": team_overview.plan(team, now.astimezone(team.zone).date()),
        "today": now.astimezone(team.zone).date(),
        "people": people,
        "unreached": people.unreached if team.roles & CORRECT_ADDRESSES else [],
        "manages": bool(team.roles & MANAGE_COHORT),
        "tells_who_is_out": bool(team.roles & (STAFF | {Role.TEAM_LEAD})),
        "check_ins": check_ins,
        "help": support_pages.waiting_of(team, now),
    }
    return render(request, "home/team.html", context)
