"""Help that teams ask for: a team's requests, one with its history, and those of a whole cohort."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from coalitions import clock
from cohorts.access import (
    CONFIRM_SUPPORT,
    MANAGE_COHORT,
    MANAGE_PROGRAM,
    READ_TEAM_WORK,
    RESOLVE_SUPPORT,
    SEE_FOLLOW_UP,
    TEAM,
    SignedIn,
    cohort_door,
    program_door,
    team_door,
)
from cohorts.models import Cohort, Program, Team
from followups import support
from followups.help_forms import AskForm, RouteForm, WordsForm
from followups.models import SupportMove, SupportRequest

UNPROCESSABLE = 422
State, Kind = SupportRequest.State, SupportMove.Kind
OVER = (State.CONFIRMED, State.WITHDRAWN)
FILTERS = {
    "open": gettext_lazy("Open"),
    "overdue": gettext_lazy("Overdue"),
    "mine": gettext_lazy("Mine"),
    "helped": gettext_lazy("To be confirmed"),
    "all": gettext_lazy("All"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def support_of_team(request: SignedIn, team: Team) -> HttpResponse:
    """What the team asked for; its members ask for more."""
    now = clock.now()
    today = now.astimezone(team.zone).date()
    form = AskForm(today=today)
    if request.method == "POST":
        if not team.roles & TEAM:
            raise Http404
        form = AskForm(request.POST, today=today)
        if form.is_valid():
            asked = support.ask(team, **form.cleaned_data, by=request.user, now=now)
            messages.success(request, _("Your team's request is on record, and staff see it."))
            return redirect("support_request", team.pk, asked.pk)
    found = SupportRequest.objects.oldest_first().filter(team=team)
    context = {
        "team": team,
        "form": form if team.roles & TEAM else None,
        "lines": lines(found, now),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/support.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def support_request(request: SignedIn, team: Team, request_id: int) -> HttpResponse:
    """A request and all that was done about it; staff bring it to someone, or say what they did."""
    wish = _wish(team, request_id)
    if request.method != "POST":
        return _page(request, team, wish)
    if not team.roles & RESOLVE_SUPPORT:
        raise Http404
    if request.POST.get("do") == "route":
        today = wish.day_of(clock.now())
        return _move(request, team, wish, RouteForm(request.POST, wish=wish, today=today))
    return _move(request, team, wish, WordsForm(request.POST, kind=Kind.HELPED))


@require_POST
@team_door(may=CONFIRM_SUPPORT)
def confirm_support(request: SignedIn, team: Team, request_id: int) -> HttpResponse:
    """The team's lead says that it helped, or why it did not."""
    kind = Kind.REOPENED if request.POST.get("do") == "reopen" else Kind.CONFIRMED
    wish = _wish(team, request_id)
    form = WordsForm(request.POST, kind=kind, is_open=wish.state == State.OPEN)
    return _move(request, team, wish, form)


def _wish(team: Team, pk: int) -> SupportRequest:
    named = SupportRequest.objects.select_related("team__cohort", "holder", "raised_by", "answer")
    return get_object_or_404(named, pk=pk, team=team)


def _move(
    request: SignedIn, team: Team, wish: SupportRequest, form: RouteForm | WordsForm
) -> HttpResponse:
    """Do what a form asks for; the page again with all that was typed where that cannot be."""
    if form.is_valid():
        done = form.move()
        try:
            support.move(wish, done, by=request.user, now=clock.now())
        except support.RefusedError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _done(done))
            return redirect("support_request", team.pk, wish.pk)
    return _page(request, team, _wish(team, wish.pk), form)


def _done(done: support.Move) -> str:
    if done.kind == Kind.ROUTED:
        return _("%(name)s sees to it from now on and gets a mail.") % {"name": done.to}
    return {
        Kind.HELPED: _("Noted. The team reads your words and confirms that it helped."),
        Kind.CONFIRMED: _("Noted: this is over."),
        Kind.REOPENED: _("It is open again, and staff see why."),
    }[Kind(done.kind)]


def _page(
    request: SignedIn, team: Team, wish: SupportRequest, sent: RouteForm | WordsForm | None = None
) -> HttpResponse:
    """The request with the forms that it takes now, and in any case the one that was refused."""
    now, is_open = clock.now(), wish.state == State.OPEN
    forms: dict[str, RouteForm | WordsForm] = {}
    if team.roles & RESOLVE_SUPPORT:
        if is_open:
            forms["route"] = RouteForm(wish=wish, today=wish.day_of(now))
        if wish.state not in OVER:
            forms["help"] = WordsForm(kind=Kind.HELPED)
    if team.roles & CONFIRM_SUPPORT:
        if wish.state not in OVER:
            forms["confirm"] = WordsForm(kind=Kind.CONFIRMED, is_open=is_open)
        if not is_open:
            forms["reopen"] = WordsForm(kind=Kind.REOPENED)
    if sent:
        forms[_name_of(sent)] = sent
    context = {
        "team": team,
        "line": _line(wish, now),
        "wish": wish,
        "moves": wish.moves.select_related("by", "to"),
        "forms": forms,
        "refused": sent,
    }
    status = UNPROCESSABLE if sent else 200
    return render(request, "followups/support_request.html", context, status=status)


def _name_of(form: RouteForm | WordsForm) -> str:
    if isinstance(form, RouteForm):
        return "route"
    names = {Kind.HELPED: "help", Kind.CONFIRMED: "confirm", Kind.REOPENED: "reopen"}
    return names[form.kind]


# Lists -------------------------------------------------------------------------------------------


def lines(found: QuerySet[SupportRequest], now: datetime) -> list[dict[str, Any]]:
    """Requests as they are listed: what waits longest first, then what is over."""
    order = list(State)
    return sorted(
        (_line(wish, now) for wish in found.prefetch_related("moves")),
        key=lambda line: order.index(line["wish"].state),
    )


def waiting_of(team: Team, now: datetime) -> list[dict[str, Any]]:
    """What the team waits for, and what waits for its word."""
    found = SupportRequest.objects.oldest_first().filter(team=team)
    return waiting(list(found.exclude(state__in=OVER)), now)


def held_by(person: User, now: datetime) -> list[dict[str, Any]]:
    """What was brought to someone and waits for them, the oldest first; of teams they may open."""
    found = SupportRequest.objects.open().oldest_first().filter(holder=person)
    found = found.filter(team__in=Team.objects.visible_to(person))
    return waiting(list(found.exclude(team__cohort__state=Cohort.State.CLOSED)), now)


def waiting(found: list[SupportRequest], now: datetime) -> list[dict[str, Any]]:
    """Requests as they are listed without their moves, the oldest first."""
    return [_line(wish, now) for wish in sorted(found, key=lambda wish: wish.raised_at)]


def _line(wish: SupportRequest, now: datetime) -> dict[str, Any]:
    late = wish.days_overdue(now)
    return {"wish": wish, "days": wish.days_open(now), "days_overdue": late, "is_overdue": late > 0}


@require_safe
@cohort_door(may=SEE_FOLLOW_UP)
def support_of_cohort(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """What the teams of a cohort ask for; a coach sees the teams they coach."""
    found = SupportRequest.objects.oldest_first().filter(team__cohort=cohort)
    if not cohort.roles & MANAGE_COHORT:
        found = found.filter(team__coach=request.user)
    return _list(request, found, {"cohort": cohort, "title": cohort.name})


@require_safe
@program_door(may=MANAGE_PROGRAM)
def support_of_program(request: SignedIn, program: Program) -> HttpResponse:
    """What the teams of all cohorts of a program ask for."""
    found = SupportRequest.objects.oldest_first().filter(team__cohort__program=program)
    return _list(request, found, {"program": program, "title": program.name})


def _list(
    request: SignedIn, found: QuerySet[SupportRequest], context: dict[str, Any]
) -> HttpResponse:
    now = clock.now()
    shown = request.GET.get("show", "open")
    shown = shown if shown in FILTERS else "open"
    every = lines(found, now)
    by_filter = {name: [line for line in every if _is(name, line, request)] for name in FILTERS}
    context |= {
        "lines": by_filter[shown],
        "shown": shown,
        "filters": [(name, label, len(by_filter[name])) for name, label in FILTERS.items()],
    }
    return render(request, "followups/support_list.html", context)


def _is(name: str, line: dict[str, Any], request: SignedIn) -> bool:
    """Does a request belong under this filter?"""
    wish: SupportRequest = line["wish"]
    return {
        "open": wish.state == State.OPEN,
        "overdue": line["is_overdue"],
        "mine": wish.state == State.OPEN and wish.holder_id == request.user.pk,
        "helped": wish.state == State.HELPED,
        "all": True,
    }[name]
