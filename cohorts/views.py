"""Programs, cohorts and their set-up."""

from __future__ import annotations

from copy import copy
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import ZONES
from accounts.models import User
from coalitions import clock
from cohorts import beginnings, invitations, setup, staff, weeks
from cohorts.access import (
    MANAGE_COHORT,
    MANAGE_PROGRAM,
    READ_COHORT,
    STAFF,
    SignedIn,
    cohort_door,
    open_to_all,
    program_door,
)
from cohorts.forms import CohortForm, InviteForm, NewTeamForm, StaffForm, TeamForm
from cohorts.invitation_pages import change_member
from cohorts.invitation_states import standings
from cohorts.models import Cohort, Membership, Program, Team
from outbox import links

UNPROCESSABLE = 422


@require_safe
@program_door(may=MANAGE_PROGRAM)
def program(request: SignedIn, program: Program) -> HttpResponse:
    """A program, its cohorts, newest first, and its templates."""
    # Django leaves out a model's own order where rows are counted.
    cohorts = program.cohorts.annotate(team_count=Count("teams")).order_by("-starts_on", "pk")
    templates = program.agenda_templates.live().defer("slots")
    context = {"program": program, "cohorts": cohorts, "templates": templates}
    return render(request, "cohorts/program.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def cohort_new(request: SignedIn, program: Program) -> HttpResponse:
    """Make a cohort; with `?from=` of an earlier one, the next offering of it is proposed."""
    form = CohortForm(request.POST or None, program=program, initial=_proposed(request, program))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        try:
            cohort = weeks.make_cohort(program, **values, by=request.user, now=clock.now())
        except ValidationError as error:
            form.add_error("name", error)
        else:
            if sentence := beginnings.told(cohort, values["beginning"]):
                messages.success(request, sentence)
            return redirect(cohort)
    context = {"program": program, "form": form, "zones": ZONES}
    return render(request, "cohorts/cohort_new.html", context, status=_status(form))


def _proposed(request: SignedIn, program: Program) -> dict[str, object]:
    """What the form of a new cohort holds at first."""
    begin = (
        beginnings.find(program, request.GET.get("from", "")) if request.method == "GET" else None
    )
    initial: dict[str, object] = {"time_zone": request.user.time_zone}
    if begin is None:
        return initial
    initial["begin_from"] = begin.key
    if earlier := begin.cohort:
        initial |= {"venue": earlier.venue, "time_zone": earlier.time_zone}
        initial["starts_on"] = beginnings.next_start(earlier.starts_on, clock.now().date())
    return initial


def _status(form: object) -> int:
    return UNPROCESSABLE if getattr(form, "errors", None) else 200


@require_safe
@cohort_door(may=READ_COHORT)
def cohort(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """A cohort: for staff what is missing and every team; for a team's people their own."""
    is_staff = bool(cohort.roles & STAFF)
    teams = setup.teams_of(cohort)
    if not is_staff:
        teams = teams.filter(memberships__user=request.user)
    elif not cohort.roles & MANAGE_COHORT:
        teams = teams.filter(coach=request.user)
    shown, facilitators = list(teams), list(cohort.facilitators.all())
    may_manage = bool(cohort.roles & MANAGE_COHORT)
    asks = may_manage and cohort.state in {Cohort.State.DRAFT, Cohort.State.RUNNING}
    context = {
        "cohort": cohort,
        "teams": shown,
        "facilitators": facilitators,
        "gaps": setup.gaps(cohort, shown, len(facilitators)) if asks else [],
        "is_staff": is_staff,
        "may_manage": may_manage,
        "may_manage_staff": bool(cohort.roles & MANAGE_PROGRAM),
        # A time alone: templates turn moments into those of the reader's zone.
        "local_time": clock.now().astimezone(cohort.zone).time(),
    }
    return render(request, "cohorts/cohort.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def team_new(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Make a team and invite its people."""
    form = NewTeamForm(request.POST or None, cohort=cohort)
    if request.method == "POST" and form.is_valid():
        team = Team.objects.filter(form_id=form.cleaned_data["form_id"], cohort=cohort).first()
        if team or _make_team(request, cohort, form):
            return redirect(cohort)
        form.add_error("name", form.name_taken())
    context = {"cohort": cohort, "form": form, "zones": ZONES}
    return render(request, "cohorts/team_new.html", context, status=_status(form))


def _make_team(request: SignedIn, cohort: Cohort, form: NewTeamForm) -> Team | None:
    team = form.instance
    team.cohort, team.form_id = cohort, form.cleaned_data["form_id"]
    try:
        with transaction.atomic():
            team.save()
            lead, now = Membership.Role.LEAD, clock.now()
            staff.name_coach(team, form.coach(), by=request.user, now=now)
            for guest in form.cleaned_data["lead"]:
                invitations.invite(team, guest, by=request.user, now=now, role=lead)
            for guest in form.cleaned_data["members"]:
                invitations.invite(team, guest, by=request.user, now=now)
    except IntegrityError:
        # The same form, posted twice at once: the other one made it. Or another form took the name.
        return Team.objects.filter(form_id=team.form_id, cohort=cohort).first()
    guests = [*form.cleaned_data["lead"], *form.cleaned_data["members"]]
    invited = len({guest.email for guest in guests})
    sentence = ngettext(
        "%(team)s is there; %(count)d person is invited.",
        "%(team)s is there; %(count)d people are invited.",
        invited,
    )
    messages.success(request, sentence % {"team": team, "count": invited})
    return team


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def team_setup(request: SignedIn, cohort: Cohort, team_id: int) -> HttpResponse:
    """A team's words, coach and people: edit, invite, send again, make lead, remove."""
    team = get_object_or_404(setup.teams_of(cohort), pk=team_id)
    form, invite = TeamForm(instance=team, cohort=cohort), InviteForm()
    if request.method == "POST":
        match request.POST.get("do"):
            case "edit":
                # A copy, so that a refused form does not show its words in the page's head.
                form = TeamForm(request.POST, instance=copy(team), cohort=cohort)
                if form.is_valid():
                    with transaction.atomic():
                        form.save()
                        staff.name_coach(
                            form.instance, form.coach(), by=request.user, now=clock.now()
                        )
                    messages.success(request, _("Saved."))
                    return redirect("team_setup", cohort.pk, team.pk)
            case "invite":
                invite = InviteForm(request.POST)
                if invite.is_valid():
                    _invite_all(request, team, invite)
                    return redirect("team_setup", cohort.pk, team.pk)
            case what:
                change_member(request, team.memberships.all(), what or "")
                return redirect("team_setup", cohort.pk, team.pk)
    context = {
        "cohort": cohort,
        "team": team,
        "standings": standings(team.memberships.order_by("role", "user__name", "pk"), clock.now()),
        "once": uuid4(),
        "form": form,
        "invite": invite,
        "zones": ZONES,
    }
    status = UNPROCESSABLE if form.errors or invite.errors else 200
    return render(request, "cohorts/team_setup.html", context, status=status)


def _invite_all(request: SignedIn, team: Team, form: InviteForm) -> None:
    now, by = clock.now(), request.user
    for guest in form.cleaned_data["members"]:
        _membership, is_new = invitations.invite(team, guest, by=by, now=now)
        if is_new:
            messages.success(request, _("%(who)s is invited.") % {"who": guest.email})
        else:
            messages.info(request, _("%(who)s is in the team already.") % {"who": guest.email})


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_PROGRAM)
def cohort_staff(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Who facilitates the cohort."""
    form = StaffForm()
    if request.method == "POST" and "remove" in request.POST:
        chosen = request.POST["remove"]
        cohort.facilitators.remove(*cohort.facilitators.filter(email=chosen))
        return redirect("cohort_staff", cohort.pk)
    if request.method == "POST":
        form = StaffForm(request.POST)
        if form.is_valid():
            named = User.objects.get_or_invite(
                form.cleaned_data["email"], name=form.cleaned_data["name"]
            )
            staff.name_facilitator(cohort, named, by=request.user, now=clock.now())
            return redirect("cohort_staff", cohort.pk)
    context = {"cohort": cohort, "form": form, "facilitators": cohort.facilitators.all()}
    return render(request, "cohorts/cohort_staff.html", context, status=_status(form))


@require_POST
@cohort_door(may=MANAGE_COHORT)
def start_week(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Open the week to its teams."""
    if weeks.start_week(cohort):
        messages.success(request, _("The week has begun: teams can write their sheets."))
    return redirect(cohort)


@require_safe
@open_to_all("the link's token")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation's link leads. Reading it notes that it was; the code signs in."""
    link = links.find(invitations.PURPOSE, token, clock.now())
    if isinstance(link, links.Trouble):
        return _closed(request, link)
    memberships = Membership.objects.select_related("team__cohort__program", "user")
    membership = memberships.filter(pk=link.about or 0).first()
    if membership is None or membership.user_id != link.person_id:
        return _closed(request, links.Trouble.REVOKED)
    is_guests = request.user == membership.user or not request.user.is_authenticated
    if request.method == "GET" and is_guests:
        invitations.note_opened(membership, clock.now())
    context = {
        "membership": membership,
        "team": membership.team,
        "cohort": membership.team.cohort,
        "is_self": request.user == membership.user,
    }
    return render(request, "cohorts/invitation.html", context)


def _closed(request: HttpRequest, trouble: links.Trouble) -> HttpResponse:
    """Say why a link does not open, and how to come in all the same."""
    status = 404 if trouble == links.Trouble.UNKNOWN else 410
    return render(request, "cohorts/invitation_closed.html", {"trouble": trouble}, status=status)
