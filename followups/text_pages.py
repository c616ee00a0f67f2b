"""A program's words of the year's mails: each step in each language, with how the mail looks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from coalitions.days import in_words
from cohorts.access import MANAGE_PROGRAM, SignedIn, program_door
from cohorts.fields import TURNERS, LineField
from cohorts.models import Program
from followups import mails, schedule, texts
from followups.models import CheckIn
from followups.texts import LANGUAGES, Text, untorn

UNPROCESSABLE = 422
# Where the link of an invented mail leads; that of all other steps opens a check-in.
PATHS: dict[str, str] = {
    CheckIn.Step.COACH: "/teams/…/",
    CheckIn.Step.LEAD: "/cohorts/…/follow-up/",
}


class BodyField(forms.CharField):
    """Plain text without the marks that turn its direction, which we put round its places."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").translate(TURNERS)


class TextForm(forms.Form):
    """Subject and body of one step's mail in one language."""

    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        validators=[texts.check],
    )
    body = BodyField(
        label=gettext_lazy("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
        help_text=gettext_lazy(
            "Plain text; an empty line begins a paragraph. The link and the way to stop the mails "
            "are always added."
        ),
        validators=[texts.check],
    )

    def text(self) -> Text:
        """What was typed, with the line ends of the mail."""
        body = "\n".join(self.cleaned_data["body"].replace("\0", "").splitlines())
        return Text(self.cleaned_data["subject"], body.strip())


@require_safe
@program_door(may=MANAGE_PROGRAM)
def texts_of(request: SignedIn, program: Program) -> HttpResponse:
    """Every step's mail, and in which languages the program has words of its own."""
    own = set(program.step_texts.values_list("step", "language"))
    steps = [
        {
            "step": step,
            "label": CheckIn.Step(step).label,
            "day": schedule.STEP_DAYS[step],
            "languages": [
                {"code": code, "name": name, "is_own": (step, code) in own}
                for code, name in settings.LANGUAGES
            ],
        }
        for step in schedule.STEPS
    ]
    return render(request, "followups/step_texts.html", {"program": program, "steps": steps})


@require_http_methods(["GET", "HEAD", "POST"])
@program_door(may=MANAGE_PROGRAM)
def step_text(request: SignedIn, program: Program, step: str, language: str) -> HttpResponse:
    """One step's mail in one language; by `do`: see it, keep it, take ours again."""
    if step not in schedule.STEPS or language not in LANGUAGES:
        raise Http404
    with translation.override(language):
        kept = texts.of(program, step)
    told = untorn(kept) if get_language_info(language)["bidi"] else kept
    form = TextForm(initial={"subject": told.subject, "body": told.body})
    shown = kept
    if request.method == "POST" and request.POST.get("do") == "reset":
        texts.reset(program, step, language)
        messages.success(request, _("Our words are back."))
        return redirect("step_text", program.pk, step, language)
    if request.method == "POST":
        form = TextForm(request.POST)
        if form.is_valid():
            shown = form.text()
            if request.POST.get("do") == "keep":
                texts.keep(program, step, language, shown, by=request.user, now=clock.now())
                messages.success(request, _("Saved."))
                return redirect("step_text", program.pk, step, language)
    context = {
        "program": program,
        "step": step,
        "label": CheckIn.Step(step).label,
        "code": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "form": form,
        "is_own": program.step_texts.filter(step=step, language=language).exists(),
        "places": [f"%({name})s" for name in texts.PLACES],
        "mail": _as_mail(shown, step, language),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "followups/step_text.html", context, status=status)


def _as_mail(text: Text, step: str, language: str) -> dict[str, str]:
    """The plain mail as whoever hears of an invented team's step would get it."""
    with translation.override(language):
        today = clock.now().date()
        example = text.filled(
            {
                "team": "Liberia",
                "person": "Amara Kollie",
                "n": 3,
                "due": in_words(today + timedelta(days=schedule.DUE_DAY)),
                "closes": in_words(today + timedelta(days=schedule.OPEN_DAYS)),
                "next": _("The next one opens on %(day)s.")
                % {"day": in_words(today + timedelta(days=42))},
            }
        )
        item = mails.item_of_step(step, "Liberia", example, PATHS.get(step, "/c/…"))
        context = {
            "items": [item],
            "noted": [0] if item.note else [],
            "base_url": settings.BASE_URL,
            "opt_out": f"{settings.BASE_URL}/u/…",
        }
        body = render_to_string("followups/mail/reminder.txt", context).strip()
    return {"subject": example.subject, "text": body}
