"""How we remind someone: the page of one's own, and the one behind a mail's link."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from coalitions import clock
from coalitions.days import in_words
from cohorts.access import SignedIn, open_to_all, signed_in
from followups import mails, reminders
from followups.check_in_pages import in_words_of, privately
from followups.hours import FIRST_HOUR, LAST_HOUR
from followups.models import Preference
from outbox import links
from outbox.links import Trouble

UNPROCESSABLE = 422
WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


class PreferenceForm(forms.Form):
    """When, how often and in which language someone is reminded."""

    hour = forms.TypedChoiceField(
        label=gettext_lazy("Not before"),
        help_text=gettext_lazy("On a working day where you live, by your own clock."),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(FIRST_HOUR, LAST_HOUR + 1)],
    )
    weekly_on = forms.TypedChoiceField(
        label=gettext_lazy("How often"),
        help_text=gettext_lazy("What falls due on one day is one e-mail in any case."),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            ("", gettext_lazy("When something is due")),
            *(
                (number, format_lazy(gettext_lazy("Once a week: {day}"), day=name))
                for number, name in enumerate(WEEKDAYS)
            ),
        ],
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reminder_preference(request: SignedIn) -> HttpResponse:
    """One's reminders: hour, digest, language; put off for a week; off and on again."""
    kept = reminders.of(request.user)
    form = PreferenceForm(initial=_shown(request, kept))
    if request.method == "POST":
        now, wants = clock.now(), request.POST.get("wants_reminders")
        if request.POST.get("do") == "snooze":
            reminders.snooze(request.user, now)
        elif wants == "yes":
            reminders.resume(request.user, now)
        elif wants == "no":
            reminders.stop(request.user, now)
        else:
            form = PreferenceForm(request.POST)
            if form.is_valid():
                reminders.choose(request.user, **form.cleaned_data, now=now)
                translation.activate(form.cleaned_data["language"])
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("reminder_preference")
    context = {
        "form": form,
        "wants": kept.wants_reminders,
        "until": _asleep_until(kept),
        "is_member": request.user.memberships.exists(),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/reminder_preference.html", context, status=status)


def _shown(request: SignedIn, kept: Preference) -> dict[str, object]:
    return {
        "hour": kept.hour,
        "weekly_on": "" if kept.weekly_on is None else kept.weekly_on,
        "language": request.user.language,
    }


def _asleep_until(kept: Preference) -> str:
    until = kept.snoozed_until
    return in_words(until, "weekday") if until and until > clock.now() else ""


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all("the link's token")
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the reminders, or put them off: buttons for people; for mail programs one POST stops
    them (RFC 8058)."""
    now = clock.now()
    link = links.find(mails.OPT_OUT, token, now)
    if isinstance(link, Trouble) or link.person is None:
        unknown = {"csrf_token": ""}
        return privately(render(request, "followups/opt_out_unknown.html", unknown, status=404))
    if request.method == "POST" and request.POST.get("do") == "snooze":
        reminders.snooze(link.person, now)
    elif request.method == "POST":
        reminders.stop(link.person, now)
    kept = reminders.of(link.person)
    with in_words_of(link.person):
        context: dict[str, object] = {
            "person": link.person,
            "stopped": not kept.wants_reminders,
            "until": _asleep_until(kept),
            "is_member": link.person.memberships.exists(),
            "csrf_token": "",
        }
        return privately(render(request, "followups/opt_out.html", context))
