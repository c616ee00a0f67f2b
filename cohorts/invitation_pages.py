"""Invitations of a whole cohort: how far each has come; send again, correct, take back."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts import invitations
from cohorts.access import MANAGE_COHORT, SignedIn, cohort_door
from cohorts.fields import apart
from cohorts.forms import AddressForm
from cohorts.invitation_states import State, counts, neediest_first, standings
from cohorts.models import Cohort, Membership

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def invitations_of(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Everyone invited to the cohort, and how far they have come."""
    people = Membership.objects.filter(team__cohort=cohort)
    if request.method == "POST":
        if request.POST.get("do") == "resend_all":
            _send_to_all(request, people)
        else:
            change_member(request, people, request.POST.get("do", ""))
        return redirect("invitations", cohort.pk)
    found = standings(people.order_by("team__name", "user__name", "pk"), clock.now())
    count = counts(found)
    context = {
        "cohort": cohort,
        "standings": neediest_first(found),
        "joined": count[State.JOINED],
        "opened": count[State.OPENED],
        "sent": count[State.SENT] + count[State.RUN_OUT],
        "queued": count[State.QUEUED],
        "failed": count[State.FAILED],
        "waiting": len(found) - count[State.JOINED],
        "once": uuid4(),
    }
    return render(request, "cohorts/invitations.html", context)


@transaction.atomic
def _send_to_all(request: SignedIn, people: QuerySet[Membership]) -> None:
    """Send to all who have not joined; not where the address refuses, or a mail waits already."""
    now, once = clock.now(), _once(request)
    found = standings(people.filter(joined_at__isnull=True), now)
    wanted = [s for s in found if not s.is_refused and s.state != State.QUEUED]
    for standing in wanted:
        invitations.send(standing.membership, by=request.user, now=now, once=once)
    sentence = ngettext(
        "%(count)d invitation goes out again.", "%(count)d invitations go out again.", len(wanted)
    )
    messages.success(request, sentence % {"count": len(wanted)})
    if refused := sum(standing.is_refused for standing in found):
        sentence = ngettext(
            "%(count)d address was refused before: correct it first.",
            "%(count)d addresses were refused before: correct them first.",
            refused,
        )
        messages.warning(request, sentence % {"count": refused})


def change_member(request: SignedIn, people: QuerySet[Membership], what: str) -> None:
    """Send again, make lead, make member or remove; the member's id is in the form."""
    chosen = request.POST.get("membership", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 18):
        raise Http404
    membership = get_object_or_404(people.select_related("user"), pk=int(chosen))
    who = {"who": membership.user}
    now = clock.now()
    if what == "resend" and membership.joined_at is None:
        invitations.send_again(membership, by=request.user, now=now, once=_once(request))
        messages.success(request, _("The invitation goes to %(who)s again.") % who)
    elif what in {"lead", "member"}:
        Membership.objects.filter(pk=membership.pk).update(role=what)
        messages.success(request, _("Saved."))
    elif what == "remove":
        invitations.remove(membership, now=now)
        if membership.joined_at:
            messages.success(request, _("%(who)s is no longer in the team.") % who)
        else:
            sentence = _("The invitation of %(who)s is taken back, and the place in the team too.")
            messages.success(request, sentence % who)


def _once(request: SignedIn) -> UUID | None:
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def invitation_address(request: SignedIn, cohort: Cohort, membership_id: int) -> HttpResponse:
    """Correct the address of someone who has not joined yet."""
    people = Membership.objects.select_related("user", "team")
    membership = get_object_or_404(people, pk=membership_id, team__cohort=cohort)
    wrong = membership.user
    form = AddressForm(request.POST or None, initial={"email": wrong.email})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            invitations.correct_address(membership, email, by=request.user, now=clock.now())
        except ValidationError as error:
            form.add_error("email", error)
        else:
            sentence = _("The invitation goes to %(who)s now; the old link no longer opens.")
            messages.success(request, sentence % {"who": apart(email)})
            return redirect("team_setup", cohort.pk, membership.team_id)
    context = {"cohort": cohort, "team": membership.team, "form": form}
    context |= {"membership": membership, "wrong": wrong}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cohorts/invitation_address.html", context, status=status)
