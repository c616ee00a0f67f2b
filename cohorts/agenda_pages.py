"""The agenda: read by the whole cohort, built by those who manage it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coalitions import clock
from cohorts import agenda_changes, agenda_plan
from cohorts.access import MANAGE_COHORT, MANAGE_PROGRAM, READ_COHORT, SignedIn, cohort_door
from cohorts.agenda_changes import Author, ChangedMeanwhileError
from cohorts.forms import SessionForm
from cohorts.models import Cohort, Session

UNPROCESSABLE, CONFLICT = 422, 409


@require_safe
@cohort_door(may=READ_COHORT)
def agenda(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """The agenda: days as columns, times on the venue's clock."""
    context = _context(cohort) | {
        "today": clock.now().astimezone(cohort.zone).date(),
        "pause": Session.Kind.BREAK,
        "may_manage": bool(cohort.roles & MANAGE_COHORT),
        "may_keep": bool(cohort.roles & MANAGE_PROGRAM),
    }
    return render(request, "cohorts/agenda.html", context)


@require_safe
@cohort_door(may=READ_COHORT)
def session(request: SignedIn, cohort: Cohort, session_id: int) -> HttpResponse:
    """One session: what it is for, who presents, where."""
    found = get_object_or_404(cohort.sessions.live(), pk=session_id)
    context = {
        "cohort": cohort,
        "session": found,
        "may_manage": bool(cohort.roles & MANAGE_COHORT),
    }
    return render(request, "cohorts/session.html", context)


@require_safe
@cohort_door(may=MANAGE_COHORT)
def builder(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """The week on a time axis, to be moved about."""
    return render(request, "cohorts/agenda_builder.html", _context(cohort))


def _context(cohort: Cohort) -> dict[str, Any]:
    return {"cohort": cohort, "plan": agenda_plan.draw(cohort, cohort.sessions.live())}


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def session_new(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """A new session, on the day and at the time that the link says."""
    asked = {name: request.GET[name] for name in ("day", "starts_at") if name in request.GET}
    form = SessionForm(request.POST or None, cohort=cohort, initial=asked)
    if request.method == "POST" and form.is_valid():
        agenda_changes.add(cohort, form.values(), _author(request))
        return redirect("agenda_builder", cohort.pk)
    return _form(request, cohort, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def session_edit(request: SignedIn, cohort: Cohort, session_id: int) -> HttpResponse:
    """A session as a form; and by `do`: shift it, duplicate it, take it off the agenda."""
    found = get_object_or_404(cohort.sessions.live().select_related("cohort"), pk=session_id)
    if request.method != "POST":
        return _form(request, cohort, SessionForm.of(found), found)
    if request.POST.get("do", "save") == "save":
        form = SessionForm(request.POST, cohort=cohort)
        if form.is_valid():
            try:
                seen = form.cleaned_data["version"] or 0
                agenda_changes.change(found, form.values(), _author(request), seen=seen)
                return redirect("agenda_builder", cohort.pk)
            except ChangedMeanwhileError as error:
                form.add_error(None, str(error))
        return _form(request, cohort, form, found)
    return _act(request, cohort, found, request.POST["do"])


def _act(request: SignedIn, cohort: Cohort, found: Session, what: str) -> HttpResponse:
    author, seen = _author(request), _number(request.POST.get("version"))
    status = 200
    try:
        match what:
            case "shift":
                names = ("days", "minutes", "longer")
                by = {name: _number(request.POST.get(name, "0")) for name in names}
                agenda_changes.shift(found, author, seen=seen, **by)
                said = _("%(title)s: %(from)s–%(to)s, day %(day)d.") % {
                    "title": found.title,
                    "from": f"{found.starts_at:%H:%M}",
                    "to": f"{found.ends_at:%H:%M}",
                    "day": (found.day - cohort.starts_on).days + 1,
                }
            case "duplicate":
                agenda_changes.duplicate(found, author)
                said = _("%(title)s is there twice.") % {"title": found.title}
            case "remove":
                agenda_changes.remove(found, author, seen=seen)
                said = _("%(title)s is off the agenda. Undo brings it back.") % {
                    "title": found.title
                }
            case _:
                raise Http404
    except (ChangedMeanwhileError, ValidationError) as error:
        said, status = " ".join(getattr(error, "messages", [str(error)])), CONFLICT
    return _board(request, cohort, said, status)


@require_POST
@cohort_door(may=MANAGE_COHORT)
def undo(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Take back one's own last change of the agenda."""
    status = 200
    try:
        found = agenda_changes.undo(cohort, request.user, clock.now())
        title = found.title if found else ""
        said = (
            _("Your last change of “%(title)s” is undone.") % {"title": title}
            if found
            else _("There is nothing of yours to undo.")
        )
    except ChangedMeanwhileError as error:
        said, status = str(error), CONFLICT
    return _board(request, cohort, said, status)


def _board(request: SignedIn, cohort: Cohort, said: str, status: int) -> HttpResponse:
    """The week anew for our script, with a sentence to be said; the page for everyone else."""
    if "X-Requested-With" in request.headers:
        context = _context(cohort) | {"said": said}
        return render(request, "cohorts/agenda_board.html", context, status=status)
    (messages.success if status == 200 else messages.warning)(request, said)
    return redirect("agenda_builder", cohort.pk)


def _form(
    request: HttpRequest, cohort: Cohort, form: SessionForm, found: Session | None
) -> HttpResponse:
    context = {"cohort": cohort, "form": form, "session": found}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cohorts/session_form.html", context, status=status)


def _author(request: SignedIn) -> Author:
    try:
        change_id = UUID(request.POST.get("change_id", ""))
    except ValueError:
        change_id = uuid4()
    return Author(request.user, clock.now(), change_id)


def _number(text: str | None) -> int:
    """A small whole number that our pages sent; 404 for what is none."""
    try:
        number = int(text or "")
    except ValueError:
        raise Http404 from None
    if abs(number) > 100_000:
        raise Http404
    return number
