"""The check-in as a form: one page, under three minutes, on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Activity
from cohorts.forms import DayInput
from followups.answering import QUESTIONS, SAID_IN_CHECK_IN, Said
from followups.models import Answer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST = 5_000
MOST_ACTIVITIES = 500
STATUS_CHOICES = [(status.value, status.label) for status in SAID_IN_CHECK_IN]
OF_ACTIVITY = re.compile(r"(?:status|line)-([1-9][0-9]{0,17})", re.ASCII)


def activities_named(posted: Iterable[str]) -> set[int]:
    """The ids of the activities that a sent form speaks of, whether they are still open or not."""
    found = (OF_ACTIVITY.fullmatch(name) for name in posted)
    return set(sorted(int(match[1]) for match in found if match)[:MOST_ACTIVITIES])


def _words(label: StrOrPromise, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"}),
    )


def _line(label: StrOrPromise, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )


class CheckInForm(forms.Form):
    """Per open activity a status and one line, the four questions, and a request for help."""

    submission_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    did = _words(gettext_lazy("What did you do?"))
    learned = _words(gettext_lazy("What did you learn?"))
    struggling = _words(gettext_lazy("What are you struggling with?"))
    next = _words(gettext_lazy("What will you do next?"))
    help = _words(gettext_lazy("What help do you need?"), rows=2)
    help_from = _line(gettext_lazy("From whom?"), 300)
    help_by = forms.DateField(label=gettext_lazy("By when?"), required=False, widget=DayInput)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        activities: list[Activity],
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.activities = activities
        for activity in activities:
            self.fields[f"status-{activity.pk}"] = forms.ChoiceField(
                label=gettext_lazy("How does it stand?"),
                choices=STATUS_CHOICES,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"line-{activity.pk}"] = _line(gettext_lazy("In one line"), LONGEST)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        said = [value for name, value in cleaned.items() if name != "submission_id" and value]
        if not said and not self.errors:
            raise forms.ValidationError(
                _("Nothing is filled in yet. One status or one sentence is enough.")
            )
        if (cleaned.get("help_from") or cleaned.get("help_by")) and not cleaned.get("help"):
            self.add_error("help", _("Say what help you need, so that someone can bring it."))
        return cleaned

    def rows(self, last_words: Mapping[int, str]) -> list[dict[str, Any]]:
        """Each activity with its two fields and the last line said of it."""
        return [
            {
                "activity": activity,
                "before": last_words.get(activity.pk, ""),
                "status": self[f"status-{activity.pk}"],
                "line": self[f"line-{activity.pk}"],
            }
            for activity in self.activities
        ]

    def questions(self, before: Answer | None) -> list[dict[str, Any]]:
        """Each of the four questions with what the team said in an earlier round."""
        return [{"field": self[name], "before": getattr(before, name, "")} for name in QUESTIONS]

    def said(self) -> Said:
        """What the form holds, for `answering.submit`."""
        data = self.cleaned_data
        told = {
            activity.pk: {
                "status": data.get(f"status-{activity.pk}", ""),
                "line": data.get(f"line-{activity.pk}", ""),
            }
            for activity in self.activities
        }
        return Said(
            texts={name: data.get(name, "") for name in QUESTIONS},
            activities={pk: words for pk, words in told.items() if any(words.values())},
            help=data.get("help", ""),
            help_from=data.get("help_from", ""),
            help_by=data.get("help_by"),
        )
