"""Who does what: the matrix, the load, those outside the team, and a program's thresholds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from actionplans import load, matrix, outsiders, plans, sheets
from actionplans.views.cells import UNPROCESSABLE, closed_sentence
from actionplans.views.sheets import may_write
from coalitions import clock
from cohorts.access import (
    MANAGE_PROGRAM,
    READ_TEAM_WORK,
    TEAM,
    SignedIn,
    program_door,
    team_door,
)
from cohorts.models import Person, Program, Team


@require_safe
@team_door(may=READ_TEAM_WORK)
def plan_matrix(request: SignedIn, team: Team) -> HttpResponse:
    """People and activities, and what each is to each: R, A, C or I."""
    context = {"team": team, "matrix": matrix.of(plans.groups(team))}
    return render(request, "actionplans/plan_matrix.html", context)


@require_safe
@team_door(may=READ_TEAM_WORK)
def plan_load(request: SignedIn, team: Team) -> HttpResponse:
    """Who bears how much, and when; too much is pointed out."""
    found = load.of(plans.groups(team, told=False), team.cohort.program)
    return render(request, "actionplans/plan_load.html", {"team": team, "load": found})


class ContactForm(forms.ModelForm):
    """How to reach someone outside the team."""

    class Meta:
        model = Person
        fields = ["contact"]
        widgets = {"contact": forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"})}


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def plan_outsiders(request: SignedIn, team: Team) -> HttpResponse:
    """Everybody outside whom the plan counts on. The team notes contacts, and who knows."""
    if request.method == "POST":
        return _answer(request, team)
    found = outsiders.outsiders(team, plans.groups(team, told=False))
    forms_of = [
        (one, ContactForm(instance=one.person, prefix=f"p{one.person.pk}")) for one in found
    ]
    context = {"team": team, "outsiders": forms_of, "writable": may_write(team)}
    return render(request, "actionplans/plan_outsiders.html", context)


def _answer(request: SignedIn, team: Team) -> HttpResponse:
    if not team.roles & TEAM:
        raise Http404
    sent = request.POST
    outside = Person.objects.filter(team=team, user=None)
    person = get_object_or_404(outside, pk=_number(sent.get("person", "")))
    if not sheets.is_open(team):
        messages.warning(request, closed_sentence())
        return redirect("plan_outsiders", team.pk)
    form = ContactForm(sent, instance=person, prefix=f"p{person.pk}")
    if not form.is_valid():
        messages.warning(request, _("This is too long: write one e-mail address or phone number."))
        return redirect("plan_outsiders", team.pk)
    outsiders.answer(
        Person.objects.get(pk=person.pk),
        contact=form.cleaned_data["contact"],
        asked=[_number(pk) for pk in sent.getlist("asked")],
        known=[_number(pk) for pk in sent.getlist("known")],
        by=request.user,
        now=clock.now(),
    )
    messages.success(request, _("Noted."))
    return redirect(f"{reverse('plan_outsiders', args=[team.pk])}#person-{person.pk}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class ThresholdsForm(forms.ModelForm):
    """What a program calls too much."""

    class Meta:
        model = Program
        fields = ["most_responsible", "most_share", "most_at_once", "first_days"]


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def plan_thresholds(request: SignedIn, program: Program) -> HttpResponse:
    """From what on a plan of the program's teams gets a sentence."""
    form = ThresholdsForm(request.POST or None, instance=program)
    if request.method == "POST" and form.is_valid():
        Program.objects.filter(pk=program.pk).update(**form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("program", program.pk)
    context: dict[str, Any] = {"program": program, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "actionplans/plan_thresholds.html", context, status=status)
