"""The register of a half-day, the list of the week, and name badges."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.doors import is_script
from attendance import half_days, register
from attendance.half_days import HalfDay
from coalitions import clock
from cohorts.access import MANAGE_COHORT, SignedIn, cohort_door
from cohorts.models import Cohort


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=MANAGE_COHORT)
def attendance(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """The cohort's people by team: one tap each for the half-day it is, or one of `?at=`."""
    now = clock.now()
    half_day = _half_day(request, cohort)
    is_open = cohort.state != Cohort.State.CLOSED
    if request.method == "POST":
        taps = register.parse(cohort, request.POST.get("taps", ""), now)
        if is_open:
            register.note(cohort, taps, by=request.user)
        if not is_script(request):
            return _back(request, cohort, half_day, taps, is_open=is_open)
    people = register.with_marks(cohort, half_day)
    counts = register.counts(cohort)
    if is_script(request):
        return JsonResponse(_as_it_is(cohort, half_day, people, counts))
    context = {
        "cohort": cohort,
        "half_day": half_day,
        "is_now": half_day == half_days.present(cohort, now),
        "is_open": is_open,
        "teams": [
            (team, [_line(cohort, half_day, person) for person in of_team])
            for team, of_team in register.by_team(people)
        ],
        "days": [HalfDay(day, half_day.is_afternoon) for day in cohort.days],
        "halves": [
            (half, counts[half])
            for half in (HalfDay(half_day.day, False), HalfDay(half_day.day, True))
        ],
        "everybody": len({person.user.pk for person in people}),
        # Milliseconds, by which a page knows how far its own clock is off.
        "now_ms": int(now.timestamp() * 1000),
    }
    return render(request, "attendance/attendance.html", context)


def _half_day(request: SignedIn, cohort: Cohort) -> HalfDay:
    """The half-day that the address names; the present one where it names none."""
    key = request.GET.get("at", "")
    found = half_days.find(cohort, key) if key else half_days.present(cohort, clock.now())
    if found is None:
        raise Http404
    return found


def _back(
    request: SignedIn, cohort: Cohort, half_day: HalfDay, taps: list[register.Tap], *, is_open: bool
) -> HttpResponse:
    """Without script: to the same half-day, where one had pressed."""
    if not is_open:
        messages.warning(request, _("This cohort is closed: its register stays as it is."))
    person = f"#person-{taps[0].person_id}" if taps else ""
    address = reverse("attendance", args=[cohort.pk])
    return redirect(f"{address}?at={half_day.key}{person}")


def _line(cohort: Cohort, half_day: HalfDay, person: register.Participant) -> dict[str, Any]:
    """One person's button: whether there, what a press says, and whose word it is."""
    there = person.was_there(half_day)
    key = f"{person.user.pk}.{half_day.key}"
    other = register.ABSENT if there else register.PRESENT
    return {
        "person": person,
        "is_present": there,
        "key": key,
        "tap": f"{key}.{other}",
        "said": _said(cohort, half_day, person),
    }


def _said(cohort: Cohort, half_day: HalfDay, person: register.Participant) -> str:
    """Who said it and when, on the venue's clock."""
    mark = person.marks.get(half_day)
    if mark is None:
        return ""
    at = time_format(mark.at.astimezone(cohort.zone), "H:i")
    return f"{at} · {mark.by or ''}".rstrip(" ·")


def _as_it_is(
    cohort: Cohort,
    half_day: HalfDay,
    people: list[register.Participant],
    counts: dict[HalfDay, int],
) -> dict[str, Any]:
    """The half-day as the page's script draws it."""
    return {
        "people": {
            f"{person.user.pk}.{half_day.key}": [
                person.was_there(half_day),
                _said(cohort, half_day, person),
            ]
            for person in people
        },
        "counts": {half.key: count for half, count in counts.items() if half.day == half_day.day},
    }


@require_safe
@cohort_door(may=MANAGE_COHORT)
def attendance_list(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Everybody and every half-day of the week on paper, with what was noted so far."""
    week = half_days.of(cohort)
    people = register.with_marks(cohort)
    counts = register.counts(cohort)
    teams = [
        (team, [(one, [(half, one.was_there(half)) for half in week]) for one in of_team])
        for team, of_team in register.by_team(people)
    ]
    context = {
        "cohort": cohort,
        "teams": teams,
        "week": week,
        "counts": [(half, counts[half]) for half in week],
        "columns": len(week) + 1,
    }
    return render(request, "attendance/attendance_list.html", context)


@require_safe
@cohort_door(may=MANAGE_COHORT)
def badges(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """Name badges to print and cut, ten on a sheet of A4."""
    context = {
        "cohort": cohort,
        "people": register.participants(cohort),
        "facilitators": cohort.facilitators.order_by("name", "email"),
    }
    return render(request, "attendance/badges.html", context)
