"""What people fill in about commitments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from cohorts.fields import LineField
from cohorts.forms import DayField
from cohorts.models import Session, Team
from followups.commitments import OnRecord, Words
from followups.models import CommitmentVersion

LONGEST = 5_000
State = CommitmentVersion.State
NAMES = forms.TextInput(attrs={"dir": "auto", "list": "people-of-team", "autocomplete": "off"})


class PromiseForm(forms.Form):
    """A commitment: who, what, by when, before whom, and when it was made."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=0, max_value=30_000
    )
    who = LineField(
        label=_("Who?"),
        max_length=300,
        widget=NAMES,
        help_text=_("Someone of the team, or an outsider by name."),
    )
    what = forms.CharField(
        label=_("What?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    due_on = DayField(label=_("By when?"))
    witnesses = LineField(
        label=_("Witnessed by whom?"), required=False, max_length=300, widget=NAMES
    )
    made_on = DayField(label=_("Made on"))
    session: forms.ModelChoiceField[Session] = forms.ModelChoiceField(
        queryset=Session.objects.none(),
        label=_("In which session?"),
        required=False,
        empty_label=_("in none"),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        team: Team,
        today: date,
        record: OnRecord | None = None,
    ) -> None:
        initial: dict[str, Any] = {"made_on": today}
        if record:
            last = record.now
            names = ("who", "what", "due_on", "witnesses", "made_on", "session")
            initial = {name: getattr(last, name) for name in names} | {"seen": last.n}
        super().__init__(data, initial=initial)
        self.fields["made_on"].widget.attrs["max"] = today.isoformat()
        to_come = _("That day is still to come: choose today or an earlier one.")
        self.fields["made_on"].validators.append(MaxValueValidator(today, to_come))
        sessions = team.cohort.sessions.live().exclude(kind=Session.Kind.BREAK)
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        made_on, due_on = told.get("made_on"), told.get("due_on")
        if made_on and due_on and due_on < made_on:
            self.add_error("due_on", _("It cannot be due before the day on which it was made."))
        return told

    def words(self) -> Words:
        """What it says. Valid forms only."""
        told = self.cleaned_data
        return Words(
            who=told["who"],
            what=told["what"],
            due_on=told["due_on"],
            witnesses=told["witnesses"],
            made_on=told["made_on"],
            session=told["session"],
        )


class EndForm(forms.Form):
    """That a promise was kept, broken or released, and a word why."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=30_000)
    state = forms.ChoiceField(
        label=_("What became of it?"),
        choices=[choice for choice in State.choices if choice[0] != State.PROMISED],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=_("A word why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, record: OnRecord) -> None:
        super().__init__(data, initial={"seen": record.now.n}, auto_id="end-%s")
