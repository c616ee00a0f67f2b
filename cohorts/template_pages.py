"""Templates of a program's agendas: keeping one, looking at it, renaming and removing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts import agenda_templates
from cohorts.access import MANAGE_PROGRAM, SignedIn, cohort_door, program_door
from cohorts.forms import TemplateForm
from cohorts.models import AgendaTemplate, Cohort, Program, Session

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_PROGRAM)
def template_keep(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Keep the cohort's agenda as a template of its program."""
    form = TemplateForm(request.POST or None, initial={"name": cohort.name})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = agenda_templates.keep(
                cohort, told["name"], form_id=told["form_id"], by=request.user, now=clock.now()
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            sentence = _("“%(name)s” is kept: a new cohort can begin from it.")
            messages.success(request, sentence % {"name": made.name})
            return redirect(cohort.program)
    status = UNPROCESSABLE if form.errors else 200
    context = {"cohort": cohort, "form": form}
    return render(request, "cohorts/template_keep.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def agenda_template(request: SignedIn, program: Program, template_id: int) -> HttpResponse:
    """A template day by day; by `do`: rename it, remove it, bring it back."""
    found = get_object_or_404(AgendaTemplate, pk=template_id, program=program)
    form = TemplateForm(initial={"name": found.name})
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "rename":
                    form = TemplateForm(request.POST)
                    if form.is_valid():
                        agenda_templates.rename(found, form.cleaned_data["name"])
                        messages.success(request, _("Saved."))
                        return redirect(program)
                case "remove":
                    agenda_templates.remove(found, clock.now())
                    return redirect(found)
                case "restore":
                    agenda_templates.restore(found)
                    return redirect(found)
                case _:
                    raise Http404
        except ValidationError as error:
            if not form.is_bound:
                form = TemplateForm({"name": found.name, "form_id": found.form_id})
            form.add_error(None, error)
    context = {"program": program, "template": found, "form": form, "days": _days(found)}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cohorts/agenda_template.html", context, status=status)


def _days(template: AgendaTemplate) -> list[list[dict[str, Any]]]:
    """The slots of each day, in order, with the words for their kinds."""
    kinds = dict(Session.Kind.choices)
    told = [slot | {"label": kinds.get(slot["kind"], slot["kind"])} for slot in template.slots]
    told.sort(key=lambda slot: (slot["starts_at"], slot.get("track", "")))
    return [[slot for slot in told if slot["day"] == n] for n in range(template.days)]
