"""The check-in page: the same for a member who is signed in and for one who came by a link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.models import Activity
from coalitions import clock
from followups import answering
from followups.forms import CheckInForm
from followups.models import Answer, CheckIn

UNPROCESSABLE = 422


def answer_page(
    request: HttpRequest, check_in: CheckIn, person: User, *, right: str = ""
) -> HttpResponse:
    """Show the form, or keep what it holds. `right` is the link's, which the page carries."""
    activities = answering.open_activities(check_in.team)
    sent = request.method == "POST"
    form = CheckInForm(request.POST if sent else None, activities=activities)
    if sent and form.is_valid():
        try:
            answering.submit(
                check_in,
                form.said(),
                by=person,
                submission_id=form.cleaned_data["submission_id"],
                by_link=bool(right),
                now=clock.now(),
            )
        except answering.ClosedError as error:
            form.add_error(None, str(error))
        else:
            return _thank(request, check_in, right)
    return _show(request, check_in, person, form, right)


def _thank(request: HttpRequest, check_in: CheckIn, right: str) -> HttpResponse:
    messages.success(request, _("Thank you. What you said is kept, and your team sees it."))
    if right:
        response = redirect("check_in_by_link")
    else:
        response = redirect("check_in", check_in.team_id, check_in.pk)
    response.status_code = 303
    return response


def _show(
    request: HttpRequest, check_in: CheckIn, person: User, form: CheckInForm, right: str
) -> HttpResponse:
    answers = check_in.answers.select_related("person").prefetch_related("support_requests")
    following = check_in.team.check_ins.filter(
        round__number__gt=check_in.round.number, state=CheckIn.State.SCHEDULED
    ).select_related("round")
    context = {
        "check_in": check_in,
        "team": check_in.team,
        "cohort": check_in.team.cohort,
        "person": person,
        "form": form,
        "right": right,
        "answers": with_activities(list(answers), check_in),
        "answerable": check_in.state in answering.ANSWERABLE,
        "following": following.order_by("round__number").first(),
        "base": "base_bare.html" if right else "base.html",
    } | answering.last_answer(check_in.team, check_in)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/check_in.html", context, status=status)


def with_activities(answers: list[Answer], check_in: CheckIn) -> list[dict[str, Any]]:
    """Each answer with what it said of activities, these by their present text."""
    ids = {int(pk) for answer in answers for pk in answer.activities}
    names = dict(
        Activity.objects.filter(pk__in=ids, milestone__plan__team=check_in.team_id).values_list(
            "pk", "text"
        )
    )
    labels = dict(Activity.Status.choices)
    return [
        {
            "answer": answer,
            "activities": [
                {
                    "text": names.get(int(pk), _("an activity that is gone")),
                    "status": told.get("status", ""),
                    "label": labels.get(told.get("status", ""), ""),
                    "line": told.get("line", ""),
                }
                for pk, told in answer.activities.items()
            ],
        }
        for answer in answers
    ]
