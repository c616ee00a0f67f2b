"""Another team's plan in the peer review: read-only, and only while both teams take part."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from actionplans.baseline import frozen, on_paper
from actionplans.plans import groups
from actionplans.views.cells import UNPROCESSABLE
from coalitions import clock
from cohorts.access import TEAM, SignedIn, team_door
from cohorts.models import Team
from conversations import peers
from conversations.forms import PeerForm
from conversations.models import PeerNote


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=TEAM)
def peer_plan(request: SignedIn, team: Team, peer_id: int) -> HttpResponse:
    """A peer's plan as paper, and what one says of it. Else, or once it is closed, 404."""
    peer = get_object_or_404(peers.visible_to(team), pk=peer_id)
    form = PeerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form_id = form.cleaned_data["form_id"]
        peers.say(peer, form.said(), of=team, by=request.user, now=clock.now(), form_id=form_id)
        messages.success(request, _("Thank you: the other team reads it on its page."))
        return redirect("peer_plan", team.pk, peer.pk)
    context = {
        "team": team,
        "peer": peer,
        "paper": on_paper(frozen(groups(peer))),
        "form": form,
        "given": PeerNote.objects.filter(team=peer, from_team=team).select_related("author"),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "actionplans/peer_plan.html", context, status=status)
