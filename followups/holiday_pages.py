"""The page of a cohort's holidays; of a year that runs, first which mails would move."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from coalitions import clock
from cohorts.access import MANAGE_COHORT, MANAGE_PROGRAM, SignedIn, cohort_door
from cohorts.models import Cohort
from followups import holidays, rearranging
from followups.holidays import Moves

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


class HolidaysForm(forms.Form):
    """Holidays, a line each."""

    holidays = forms.CharField(
        label=gettext_lazy("Days on which nobody gets mail"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=gettext_lazy(
            "A line each, the date first, such as: 2027-05-01 Labour Day. Days off of each "
            "reader's country are known."
        ),
        required=False,
    )

    def clean_holidays(self) -> dict[date, str]:
        return holidays.read(self.cleaned_data["holidays"])


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def cohort_holidays(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Take the holidays as they were typed, if they are those that this person saw.

    Of a year that runs, they are shown first with the mails that they move.
    """
    if not may_change(cohort):
        raise Http404
    runs = cohort.state == Cohort.State.FOLLOW_UP
    form = HolidaysForm(initial={"holidays": holidays.as_typed(cohort)})
    shown: Moves | None = None
    changed = False
    if request.method == "POST":
        form = HolidaysForm(request.POST)
        seen = request.POST.get("seen", "")
        changed = seen != rearranging.fingerprint(cohort)
        if form.is_valid():
            found = form.cleaned_data["holidays"]
            if not changed and (not runs or request.POST.get("do") == "apply"):
                changed = not _kept(cohort, found, seen)
                if not changed:
                    messages.success(request, _("Saved."))
                    return redirect("cohort_schedule", cohort.pk)
            shown = _shown(cohort, found) if runs else None
    context = {
        "cohort": cohort,
        "form": form,
        "runs": runs,
        "is_shown": shown is not None,
        "moves": shown,
        "changed": changed,
        "standing": cohort.holidays.order_by("day") if changed else [],
        "seen": rearranging.fingerprint(cohort),
    }
    status = UNPROCESSABLE if form.errors else CONFLICT if changed else OK
    return render(request, "followups/holidays.html", context, status=status)


def may_change(cohort: Cohort) -> bool:
    """Until the week is closed whoever runs the cohort names its holidays; then program leads."""
    if cohort.state == Cohort.State.FOLLOW_UP:
        return bool(cohort.roles & MANAGE_PROGRAM)
    return cohort.state != Cohort.State.CLOSED


def _kept(cohort: Cohort, found: dict[date, str], seen: str) -> bool:
    """Were they kept? Not when someone changed the schedule since it was `seen`."""
    try:
        rearranging.apply(cohort, lambda held: holidays.keep(held, found), seen=seen)
    except rearranging.ChangedMeanwhileError:
        return False
    return True


def _shown(cohort: Cohort, found: dict[date, str]) -> Moves:
    def change(held: Cohort) -> None:
        holidays.keep(held, found)

    return holidays.moves(rearranging.difference(cohort, change, clock.now()))
