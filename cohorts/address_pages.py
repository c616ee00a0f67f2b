"""Correcting the address of a member whom our mails do not reach."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts import dead_addresses, invitations
from cohorts.access import CORRECT_ADDRESSES, SignedIn, team_door
from cohorts.fields import apart
from cohorts.forms import AddressForm
from cohorts.models import Membership, Team
from outbox.verdicts import lift_suppression

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=CORRECT_ADDRESSES)
def team_addresses(request: SignedIn, team: Team) -> HttpResponse:
    """Who is not reached and why; another address, or another try at the same."""
    form, chosen = AddressForm(), None
    if request.method == "POST":
        chosen = _chosen(request, team)
        if request.POST.get("do") == "try":
            lift_suppression(chosen.user.email)
            said = _("The next mail to %(who)s is tried again.")
            messages.success(request, said % {"who": chosen.user})
            return redirect("team_addresses", team.pk)
        form = AddressForm(request.POST)
        if form.is_valid() and _corrected(request, form, chosen):
            return redirect("team_addresses", team.pk)
    context = {
        "team": team,
        "unreached": dead_addresses.of_team(team),
        "form": form,
        "chosen": chosen,
        "typed": form.data.get("email", ""),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cohorts/team_addresses.html", context, status=status)


def _chosen(request: SignedIn, team: Team) -> Membership:
    pk = request.POST.get("membership", "")
    known = dead_addresses.memberships().filter(team=team).select_related("user")
    return get_object_or_404(known, pk=pk if pk.isdecimal() and len(pk) < 18 else 0)


def _corrected(request: SignedIn, form: AddressForm, membership: Membership) -> bool:
    email = form.cleaned_data["email"]
    try:
        invitations.correct_address(membership, email, by=request.user, now=clock.now())
    except ValidationError as error:
        form.add_error("email", error)
        return False
    said = _("An invitation goes to %(who)s; with it the place in the team is taken again.")
    messages.success(request, said % {"who": apart(email)})
    return True
