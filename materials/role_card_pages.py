"""Role cards: staff write and hand them out, a participant opens their own."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts.access import MANAGE_COHORT, READ_COHORT, SignedIn, cohort_door
from cohorts.fields import apart
from cohorts.models import Cohort, Session
from materials import role_cards as cards
from materials.forms import RoleCardForm
from materials.material_pages import UNPROCESSABLE, chosen, session_of
from materials.models import Handing, RoleCard
from materials.shelf import ChangedMeanwhileError


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def role_cards(request: SignedIn, cohort: Cohort, session_id: int) -> HttpResponse:
    """The cards of a session and who opened theirs: write one; by `do`: take off, bring back."""
    session = session_of(cohort, session_id)
    people = cards.participants(cohort)
    form = RoleCardForm(cohort=cohort, people=people)
    if request.method == "POST":
        if request.POST.get("do", "write") != "write":
            _act(request, session)
            return redirect("role_cards", cohort.pk, session.pk)
        form = RoleCardForm(request.POST, cohort=cohort, people=people)
        if form.is_valid():
            form_id = form.cleaned_data["form_id"]
            cards.write(session, form.card(), by=request.user, now=clock.now(), form_id=form_id)
            messages.success(request, _("The card is written."))
            return redirect("role_cards", cohort.pk, session.pk)
    written = list(_with_holders(session))
    context = {
        "cohort": cohort,
        "session": session,
        "form": form,
        "cards": [(card, card.opens_at(cohort)) for card in written if card.removed_at is None],
        "off": [card for card in written if card.removed_at],
        "now": clock.now(),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "materials/role_cards.html", context, status=status)


def _with_holders(session: Session) -> QuerySet[RoleCard]:
    holders = Handing.objects.select_related("person").order_by("person__name", "person__email")
    cards_of = session.role_cards.select_related("session")
    return cards_of.prefetch_related(Prefetch("handings", holders))


def _act(request: SignedIn, session: Session) -> None:
    found = get_object_or_404(session.role_cards, pk=chosen(request, "card"))
    title = {"title": apart(found.title)}
    match request.POST["do"]:
        case "take-off":
            if cards.take_off(found, now=clock.now()):
                sentence = _("The card “%(title)s” is taken off. It can come back, below.")
                messages.success(request, sentence % title)
        case "bring-back":
            if cards.bring_back(found):
                messages.success(request, _("The card “%(title)s” is back.") % title)
        case _:
            raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def role_card(request: SignedIn, cohort: Cohort, session_id: int, card_id: int) -> HttpResponse:
    """One card: what it says, who gets it, when it opens."""
    session = session_of(cohort, session_id)
    found = get_object_or_404(_with_holders(session).live(), pk=card_id)  # type: ignore[attr-defined]
    people = cards.participants(cohort)
    form = RoleCardForm(cohort=cohort, people=people, card=found)
    if request.method == "POST":
        form = RoleCardForm(request.POST, cohort=cohort, people=people, card=found)
        if form.is_valid():
            try:
                cards.change(found, form.card(), seen=form.cleaned_data["version"] or 0)
            except ChangedMeanwhileError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Saved."))
                return redirect("role_cards", cohort.pk, session.pk)
    context = {"cohort": cohort, "session": session, "card": found, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "materials/role_card.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=READ_COHORT)
def my_role_card(request: SignedIn, cohort: Cohort, card_id: int) -> HttpResponse:
    """One's own card: when it opens, a button that opens it, and then what it says."""
    mine = RoleCard.objects.of(request.user).filter(session__cohort=cohort)
    found = get_object_or_404(mine.select_related("session"), pk=card_id)
    now = clock.now()
    if request.method == "POST":
        cards.open_card(found, cohort, by=request.user, now=now)
        return redirect("my_role_card", cohort.pk, found.pk)
    opens_at = found.opens_at(cohort)
    handing = found.handings.get(person=request.user)
    context = {
        "cohort": cohort,
        "session": found.session,
        "card": found,
        "opens_at": opens_at,
        "may_open": now >= opens_at,
        "is_open": now >= opens_at and handing.opened_at is not None,
    }
    return render(request, "materials/my_role_card.html", context)
