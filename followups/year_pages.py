"""Pages of a cohort's year: its calendar of mails, changing it while it runs, a team's pauses."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts.access import (
    MANAGE_COHORT,
    MANAGE_PROGRAM,
    SignedIn,
    cohort_door,
    team_door,
)
from cohorts.fields import LineField
from cohorts.forms import DayField
from cohorts.models import Cohort, Team
from followups import mail_calendar, pauses, rearranging, schedule, schedules
from followups.models import Pause
from followups.rearranging import Change, Difference

UNPROCESSABLE, CONFLICT = 422, 409


class OpeningsForm(forms.Form):
    """The days on which the rounds to come open."""

    openings = forms.CharField(
        label=gettext_lazy("Rounds to come open on"),
        max_length=1000,
        help_text=gettext_lazy(
            "Dates such as 2027-01-25, or weeks after the end of the week, apart by commas; at "
            "least four weeks between two of them. Leave one out, and it is not asked."
        ),
        required=False,
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cohort = cohort

    def clean_openings(self) -> list[Any]:
        text = self.cleaned_data["openings"]
        if not text.strip():
            return []
        ended = self.cohort.ends_on
        return [schedule.opening(ended, one) for one in schedules.read_openings(text, ended)]


class PauseForm(forms.Form):
    """Days on which a team is asked nothing, and why."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    first_day = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))
    reason = LineField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Such as: elections, leave, a holiday."),
    )
    moves = forms.BooleanField(
        label=gettext_lazy("Ask on the day after, where the next round leaves time for it"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("first_day"), told.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        return told


def running(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """The rounds of a year that runs: first what would change, then the change."""
    now = clock.now()
    may_change = bool(cohort.roles & MANAGE_PROGRAM) and cohort.state == Cohort.State.FOLLOW_UP
    coming = rearranging.ahead(cohort, now)
    typed = ", ".join(round_.opens_on.isoformat() for round_ in coming)
    form = OpeningsForm(initial={"openings": typed}, cohort=cohort)
    shown: Difference | None = None
    if request.method == "POST":
        if not may_change:
            raise Http404
        form = OpeningsForm(request.POST, cohort=cohort)
        if form.is_valid():
            days = form.cleaned_data["openings"]

            def change(held: Cohort) -> None:
                rearranging.change_rounds(held, days, now)

            shown = _show_or_apply(request, cohort, change, form)
            if shown is None and not form.errors:
                messages.success(request, _("The schedule is changed."))
                return redirect("cohort_schedule", cohort.pk)
    context = {
        "cohort": cohort,
        "form": form,
        "rounds": cohort.rounds.of_all(),
        "coming": coming,
        "may_change": may_change,
        "difference": shown,
        "is_shown": shown is not None,
        "seen": rearranging.fingerprint(cohort),
        "holidays": cohort.holidays.order_by("day"),
        "may_name_holidays": may_change,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/schedule_running.html", context, status=status)


def _show_or_apply(
    request: SignedIn, cohort: Cohort, change: Change, form: forms.Form
) -> Difference | None:
    """What the change would do; None once it is done, or when the form now says why not."""
    try:
        if request.POST.get("do") == "apply":
            try:
                rearranging.apply(cohort, change, seen=request.POST.get("seen", ""))
            except rearranging.ChangedMeanwhileError:
                sentence = _(
                    "Someone changed this year meanwhile. Below is what your change would do now; "
                    "nothing has been changed by you yet."
                )
                messages.warning(request, sentence)
            else:
                return None
        return rearranging.difference(cohort, change, clock.now())
    except ValidationError as error:
        form.add_error(None, error)
        return None


@require_safe
@cohort_door(may=MANAGE_COHORT)
def calendar_of_mails(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Every mail of the year, by month: to whom, in which language, when on the reader's clock."""
    chosen = mail_calendar.chosen(cohort, request.GET, clock.now())
    context = {
        "cohort": cohort,
        "chosen": chosen,
        "months": mail_calendar.months(chosen.mails),
        "may_manage": bool(cohort.roles & MANAGE_PROGRAM),
    }
    return render(request, "followups/mail_calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=MANAGE_COHORT)
def team_pauses(request: SignedIn, team: Team) -> HttpResponse:
    """A team's pauses: first what one would change, then the pause; or lift one."""
    now = clock.now()
    may_change = bool(team.roles & MANAGE_PROGRAM)
    form = PauseForm()
    shown: Difference | None = None
    lifting: Pause | None = None
    if request.method == "POST":
        if not may_change:
            raise Http404
        if "lift" in request.POST:
            lifting = _pause(team, request.POST["lift"])
            shown = _show_or_apply(request, team.cohort, _lifting(lifting), form)
        else:
            form = PauseForm(request.POST)
            if form.is_valid():
                told = form.cleaned_data
                shown = _show_or_apply(request, team.cohort, _pausing(request, team, told), form)
        if shown is None and not form.errors:
            messages.success(request, _("Saved."))
            return redirect("team_pauses", team.pk)
    context = {
        "team": team,
        "form": form,
        "pauses": team.pauses.live(),
        "may_change": may_change,
        "difference": shown,
        "is_shown": shown is not None,
        "lifting": lifting,
        "seen": rearranging.fingerprint(team.cohort),
        "skipped": team.check_ins.exclude(skip_reason="").select_related("round"),
        "today": now.date(),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/team_pauses.html", context, status=status)


def _pause(team: Team, sent: str) -> Pause:
    pk = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 18 else 0
    return get_object_or_404(Pause.objects.live(), pk=pk, team=team)


def _lifting(pause: Pause) -> Change:
    return lambda _held: pauses.lift(pause, clock.now())


def _pausing(request: SignedIn, team: Team, told: dict[str, Any]) -> Change:
    return lambda _held: pauses.add(team, **told, by=request.user, now=clock.now())
