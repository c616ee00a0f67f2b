"""Pages of follow-up schedules: those of a program, and the one of a cohort before its year."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts.access import MANAGE_COHORT, MANAGE_PROGRAM, SignedIn, cohort_door, program_door
from cohorts.fields import LineField
from cohorts.models import Cohort, Program
from followups import forecast, holiday_pages, schedules, year_pages
from followups.models import ScheduleTemplate
from followups.schedule import ROUND_WEEKS

UNPROCESSABLE = 422


class WeeksField(forms.CharField):
    """Weeks after the week's end, as people type a list; `ended_on`: dates may be among them."""

    ended_on: date | None = None

    def __init__(self, **kwargs: Any) -> None:
        told = {
            "label": gettext_lazy("Weeks after the end of the week"),
            "help_text": gettext_lazy(
                "A round begins after each: numbers apart by commas, at least four weeks between "
                "two of them."
            ),
        }
        super().__init__(**told | {"max_length": 500} | kwargs)

    def clean(self, value: str) -> list[Any]:
        text = super().clean(value)
        if self.ended_on is None:
            return schedules.read_weeks(text)
        return schedules.read_openings(text, self.ended_on)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


class OwnWeeksForm(forms.Form):
    """When a cohort's teams are asked: weeks, and dates among them."""

    weeks = WeeksField(
        label=gettext_lazy("Weeks after the end of the week, or dates"),
        help_text=gettext_lazy(
            "A round begins after each: numbers or dates such as 2027-01-25, apart by commas, at "
            "least four weeks between two of them."
        ),
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weeks = self.fields["weeks"]
        assert isinstance(weeks, WeeksField)  # noqa: S101 it is declared above
        weeks.ended_on = cohort.ends_on


class ScheduleForm(forms.Form):
    """A schedule that a program keeps."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = LineField(label=gettext_lazy("Name of the schedule"), max_length=300)
    weeks = WeeksField()


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def schedules_of(request: SignedIn, program: Program) -> HttpResponse:
    """A program's schedules: keep one more; choose which one new cohorts get."""
    form = ScheduleForm(initial={"weeks": ROUND_WEEKS})
    if request.method == "POST" and request.POST.get("do") == "built_in":
        schedules.make_default(program, None)
        return redirect("schedules", program.pk)
    if request.method == "POST":
        form = ScheduleForm(request.POST)
        if form.is_valid() and _keep(request, program, form):
            return redirect("schedules", program.pk)
    templates = list(program.schedule_templates.live())
    context = {
        "program": program,
        "form": form,
        "templates": templates,
        "built_in": ROUND_WEEKS,
        "is_built_in": not any(template.is_default for template in templates),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/schedules.html", context, status=status)


def _keep(request: SignedIn, program: Program, form: ScheduleForm) -> bool:
    told = form.cleaned_data
    try:
        made = schedules.keep(
            program,
            told["name"],
            told["weeks"],
            form_id=told["form_id"],
            by=request.user,
            now=clock.now(),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("“%(name)s” is kept.") % {"name": made.name})
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def schedule_template(request: SignedIn, program: Program, schedule_id: int) -> HttpResponse:
    """One schedule; by `do`: change it, make it the default, remove it, bring it back."""
    found = get_object_or_404(ScheduleTemplate, pk=schedule_id, program=program)
    kept = {"name": found.name, "weeks": found.weeks}
    form = ScheduleForm(initial=kept)
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "change":
                    form = ScheduleForm(request.POST)
                    if form.is_valid():
                        told = form.cleaned_data
                        schedules.change(found, told["name"], told["weeks"])
                        messages.success(request, _("Saved."))
                        return redirect("schedules", program.pk)
                case "default":
                    schedules.make_default(program, found)
                    return redirect("schedules", program.pk)
                case "remove":
                    schedules.remove(found, clock.now())
                    return redirect(found)
                case "restore":
                    schedules.restore(found)
                    return redirect(found)
                case _:
                    raise Http404
        except ValidationError as error:
            if not form.is_bound:
                weeks = ", ".join(map(str, found.weeks))
                form = ScheduleForm(kept | {"weeks": weeks, "form_id": found.form_id})
            form.add_error(None, error)
    context = {"program": program, "template": found, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/schedule_template.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def cohort_schedule(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """When a cohort's teams are asked. Until the week is closed: take a kept schedule, or type;
    from then on see what a change does first."""
    if cohort.state in {Cohort.State.FOLLOW_UP, Cohort.State.CLOSED}:
        return year_pages.running(request, cohort)
    form = OwnWeeksForm(initial={"weeks": schedules.weeks_of(cohort)}, cohort=cohort)
    if request.method == "POST":
        form = OwnWeeksForm(request.POST, cohort=cohort)
        if form.is_valid():
            try:
                schedules.choose(cohort, form.cleaned_data["weeks"])
            except ValidationError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, _("Saved."))
            return redirect("cohort_schedule", cohort.pk)
    status = UNPROCESSABLE if form.errors else 200
    return _show_schedule(request, cohort, form, status)


def _show_schedule(
    request: SignedIn, cohort: Cohort, form: OwnWeeksForm, status: int = 200
) -> HttpResponse:
    context = {
        "cohort": cohort,
        "form": form,
        "rounds": forecast.rounds_of(cohort),
        "templates": [
            {"name": _("The built-in schedule"), "weeks": ROUND_WEEKS},
            *cohort.program.schedule_templates.live(),
        ],
        "holidays": cohort.holidays.all(),
        "may_name_holidays": holiday_pages.may_change(cohort),
    }
    return render(request, "followups/cohort_schedule.html", context, status=status)
