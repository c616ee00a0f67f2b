"""Peer review: opened and closed by those who manage the cohort, joined by teams' leads."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts.access import (
    MANAGE_COHORT,
    READ_TEAM_WORK,
    TEAM,
    Role,
    SignedIn,
    cohort_door,
    team_door,
)
from cohorts.models import Cohort, Team
from conversations import peers
from conversations.models import PeerNote, PeerTeam


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def peer_review(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Who joined, how much was said; and opening and closing it."""
    if request.method == "POST":
        opens = request.POST.get("do") == "open"
        peers.set_open(cohort, is_open=opens, by=request.user, now=clock.now())
        if opens:
            messages.success(request, _("Peer review is open: the teams that joined see plans."))
        else:
            messages.success(request, _("Peer review is closed. What was said stays."))
        return redirect("peer_review", cohort.pk)
    teams = cohort.teams.select_related("peer_joining").annotate(said=Count("peer_notes"))
    context = {
        "cohort": cohort,
        "is_open": peers.is_open(cohort),
        "teams": teams.order_by("name", "pk"),
    }
    return render(request, "conversations/peer_review.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def team_peers(request: SignedIn, team: Team) -> HttpResponse:
    """What others said of the team's plan, whose plans it may read; its lead joins and leaves."""
    if request.method == "POST":
        if Role.TEAM_LEAD not in team.roles:
            raise Http404
        if request.POST.get("do") == "leave":
            peers.leave(team)
            messages.success(request, _("No other team sees your plan any more."))
        else:
            peers.join(team, by=request.user, now=clock.now())
            messages.success(request, _("Your team takes part in the peer review."))
        return redirect("peers", team.pk)
    found = list(peers.notes_for(team))
    context = {
        "team": team,
        "is_open": peers.is_open(team.cohort),
        "has_joined": PeerTeam.objects.filter(team=team).exists(),
        "may_join": Role.TEAM_LEAD in team.roles,
        "others": peers.visible_to(team) if team.roles & TEAM else Team.objects.none(),
        "has_notes": bool(found),
        "said": [
            (label, [note for note in found if note.kind == kind])
            for kind, label in PeerNote.Kind.choices
        ],
    }
    return render(request, "conversations/peers.html", context)
