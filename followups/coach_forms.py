"""What coaches fill in: a call, an excuse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cohorts.fields import LineField
from cohorts.forms import DayField


class CallForm(forms.Form):
    """A call that was held."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    held_on = DayField(label=_("Day of the call"))
    notes = forms.CharField(
        label=_("Notes"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    shared = forms.BooleanField(label=_("Share these notes with the team"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data, initial={"held_on": today})
        self.today = today

    def clean_held_on(self) -> date:
        day: date = self.cleaned_data["held_on"]
        if day > self.today:
            raise ValidationError(_("That day is still to come: note the call when it was held."))
        return day


class ExcuseForm(forms.Form):
    """Why a team need not answer."""

    reason = LineField(
        label=_("Why?"),
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("The team reads it."),
    )
