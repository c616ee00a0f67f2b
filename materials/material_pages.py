"""The materials of a session: staff bring and order them, the cohort gets the files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts.access import MANAGE_COHORT, READ_COHORT, SignedIn, cohort_door
from cohorts.fields import apart
from cohorts.models import Cohort, Session
from materials import shelf, uploads
from materials.forms import MaterialForm
from materials.models import Material

UNPROCESSABLE = 422
# A file opens in a program of its own; should a browser show one, it may do nothing.
HARMLESS = "default-src 'none'; sandbox"


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def materials(request: SignedIn, cohort: Cohort, session_id: int) -> HttpResponse:
    """What a session has: add to it; and by `do`: order it, take off, bring back."""
    session = session_of(cohort, session_id)
    form = MaterialForm()
    if request.method == "POST":
        if request.POST.get("do", "add") != "add":
            _act(request, session)
            return redirect("materials", cohort.pk, session.pk)
        form = MaterialForm(request.POST, request.FILES)
        if form.is_valid():
            _add(request, session, form)
            return redirect("materials", cohort.pk, session.pk)
    everything = list(session.materials.all())
    live = [one for one in everything if one.removed_at is None]
    context = {
        "cohort": cohort,
        "session": session,
        "form": form,
        "groups": [
            (_("Read this before"), [one for one in live if one.kind == Material.Kind.READING]),
            (_("For the session"), [one for one in live if one.kind == Material.Kind.MATERIAL]),
        ],
        "is_empty": not live,
        "off": [one for one in everything if one.removed_at],
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "materials/materials.html", context, status=status)


def session_of(cohort: Cohort, session_id: int) -> Session:
    """The session of the agenda; 404 when there is none such."""
    return get_object_or_404(cohort.sessions.live(), pk=session_id)


def chosen(request: SignedIn, name: str) -> int:
    """The id that our page sent; 404 for what is none."""
    sent = request.POST.get(name, "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 18):
        raise Http404
    return int(sent)


def _add(request: SignedIn, session: Session, form: MaterialForm) -> None:
    told = form.cleaned_data
    made = shelf.add(
        session,
        form.words(),
        told["file"],
        by=request.user,
        now=clock.now(),
        form_id=told["form_id"],
    )
    if not made:
        messages.info(request, _("It was added already."))
        return
    count = len(made)
    sentence = ngettext("%(count)d thing is added.", "%(count)d things are added.", count)
    messages.success(request, sentence % {"count": count})


def _act(request: SignedIn, session: Session) -> None:
    found = get_object_or_404(
        session.materials.select_related("session"), pk=chosen(request, "material")
    )
    title = {"title": apart(found.title)}
    match request.POST["do"]:
        case "up" | "down" as way if found.removed_at is None:
            shelf.move(found, -1 if way == "up" else 1)
        case "take-off":
            if shelf.take_off(found, now=clock.now()):
                sentence = _("“%(title)s” is taken off. For 30 days it can come back, below.")
                messages.success(request, sentence % title)
        case "bring-back":
            if shelf.bring_back(found):
                messages.success(request, _("“%(title)s” is back.") % title)
        case _:
            raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def material(request: SignedIn, cohort: Cohort, session_id: int, material_id: int) -> HttpResponse:
    """One material: its words, and another file in its place."""
    session = session_of(cohort, session_id)
    found = get_object_or_404(session.materials.live(), pk=material_id)
    form = MaterialForm(material=found)
    if request.method == "POST":
        form = MaterialForm(request.POST, request.FILES, material=found)
        if form.is_valid() and _change(request, found, form):
            messages.success(request, _("Saved."))
            return redirect("materials", cohort.pk, session.pk)
    context: dict[str, Any] = {
        "cohort": cohort,
        "session": session,
        "material": found,
        "form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "materials/material.html", context, status=status)


def _change(request: SignedIn, found: Material, form: MaterialForm) -> bool:
    told = form.cleaned_data
    file = told["file"][0] if told["file"] else None
    try:
        shelf.change(
            found,
            form.words(),
            file,
            by=request.user,
            now=clock.now(),
            seen=told["version"] or 0,
        )
    except shelf.ChangedMeanwhileError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_safe
@cohort_door(may=READ_COHORT)
def material_file(request: SignedIn, cohort: Cohort, material_id: int) -> HttpResponse:
    """The file of a material, to be kept, never shown as a page of ours.

    It is answered whole, not piece by piece: pieces would hold a thread of the web server for as
    long as the reader's line takes, and nobody else would be served.
    """
    there = Material.objects.live().filter(session__cohort=cohort).exclude(stored="")
    found = get_object_or_404(there, pk=material_id)
    try:
        with found.stored.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        messages.error(
            request,
            _("The file of “%(title)s” is missing. Ask who brought it to bring it again.")
            % {"title": apart(found.title)},
        )
        return redirect("session", cohort.pk, found.session_id)
    response = HttpResponse(content, content_type=uploads.media_type(found.file_name))
    name = content_disposition_header(as_attachment=True, filename=found.file_name)
    response["Content-Disposition"] = name
    response["Content-Security-Policy"] = HARMLESS
    response["X-Content-Type-Options"] = "nosniff"
    # These kinds of files are packed already.
    response["Content-Encoding"] = "identity"
    return response
