"""The check-in page: the same for a member who is signed in and for one who came by a link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from actionplans.models import Activity
from coalitions import clock
from cohorts.models import Team
from followups import answering, mails
from followups.forms import CheckInForm, activities_named
from followups.models import Answer, CheckIn
from followups.rights import IN_PAGE, Right

UNPROCESSABLE, GONE = 422, 410


def privately(response: HttpResponse) -> HttpResponse:
    """Let neither caches nor the next site learn of the page; say what language it speaks."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    response["Content-Language"] = translation.get_language() or ""
    return response


@contextmanager
def in_words_of(person: User, team: Team | None = None) -> Iterator[None]:
    """Speak the person's language and show times of their clock, signed in or not."""
    zone = mails.zone_of(person, team) if team else person.zone
    with translation.override(person.language), timezone.override(zone):
        yield


def show(request: HttpRequest, check_in: CheckIn, person: User, right: Right) -> HttpResponse:
    """The check-in with an empty form."""
    with in_words_of(person, check_in.team):
        form = CheckInForm(activities=answering.activities_to_ask(check_in))
        return _page(request, check_in, person, form, right)


def answer(
    request: HttpRequest, check_in: CheckIn, person: User, right: Right
) -> HttpResponse | None:
    """Keep what was sent and say thank you; the page again, with everything in it, if it cannot."""
    with in_words_of(person, check_in.team):
        form = _sent(request, check_in)
        if form.is_valid():
            try:
                answering.submit(
                    check_in,
                    form.said(),
                    by=person,
                    submission_id=form.cleaned_data["submission_id"],
                    by_link=right.link is not None,
                    now=clock.now(),
                )
            except answering.ClosedError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _thanks(check_in, person))
                return None
        return _page(request, check_in, person, form, right, status=UNPROCESSABLE)


def show_stale(
    request: HttpRequest, check_in: CheckIn, person: User, right: Right, carried: str
) -> HttpResponse:
    """The page again, when it was open so long that its right must be shown anew."""
    with in_words_of(person, check_in.team):
        form = _sent(request, check_in)
        form.add_error(
            None,
            _(
                "This page was open for more than a day, so this is not sent yet; all you typed is"
                " still here. Open the link in the e-mail once more (or sign in) in another tab,"
                " then press the button below again."
            ),
        )
        return _page(request, check_in, person, form, right, status=GONE, carried=carried)


def _sent(request: HttpRequest, check_in: CheckIn) -> CheckInForm:
    asked = answering.activities_to_ask(check_in, sent=activities_named(request.POST))
    return CheckInForm(request.POST, activities=asked)


def _thanks(check_in: CheckIn, person: User) -> str:
    others = check_in.answers.exclude(person=person).exists()
    if others:
        return _("Thank you. What you said is added to what others of your team said.")
    return _("Thank you. What you said is kept.")


def _page(
    request: HttpRequest,
    check_in: CheckIn,
    person: User,
    form: CheckInForm,
    right: Right,
    *,
    status: int = 200,
    carried: str = "",
) -> HttpResponse:
    check_in.refresh_from_db(fields=["state", "submitted_at", "submitted_by", "next_step"])
    said = answering.history(check_in.team)
    mine = [answer for answer in said if answer.check_in_id == check_in.pk]
    before = [a for a in said if a.check_in.round.number < check_in.round.number]
    # Only someone who is signed in as that person sees ways to other pages.
    is_inside = right.link is None and request.user == person
    context: dict[str, Any] = {
        "base": "base.html" if is_inside else "followups/link_base.html",
        "is_inside": is_inside,
        "check_in": check_in,
        "team": check_in.team,
        "cohort": check_in.team.cohort,
        "person": person,
        "form": form,
        # Where the script leads to when the answer was taken; without script the server does.
        "next": reverse("check_in", args=[check_in.team_id, check_in.pk])
        if is_inside
        else reverse("check_in_by_link"),
        "right": carried or right.signed(IN_PAGE),
        "rows": form.rows(answering.last_words(said)),
        "questions": form.questions(before[-1] if before else None),
        "answers": with_activities(mine, check_in),
        "is_answered": check_in.state == CheckIn.State.SUBMITTED,
        # What was typed is never hidden, even where it could not be kept.
        "shows_form": check_in.state in answering.ANSWERABLE or form.is_bound,
        "following": answering.next_round(check_in),
    }
    if not is_inside:
        context["csrf_token"] = ""
    response = render(request, "followups/check_in.html", context, status=status)
    return response if is_inside else privately(response)


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
