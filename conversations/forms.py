"""What people fill in to talk to one another."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cohorts.fields import LineField, apart, tidy
from cohorts.forms import DayField, TimeInput
from cohorts.models import Cohort, Team
from conversations.models import LONGEST_ANNOUNCEMENT, LONGEST_COMMENT, PeerNote


def names_of(people: list[User]) -> dict[str, User]:
    """What each is called in a mention: the name, with the address where two have the same."""
    counts = Counter(_key(str(person)) for person in people)
    return {
        str(person) if counts[_key(str(person))] == 1 else f"{person} ({person.email})": person
        for person in people
    }


def _key(name: str) -> str:
    """The name without what nobody sees or means: marks of direction, capitals, an @ before it."""
    seen = "".join(
        c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf"
    )
    return tidy(seen).removeprefix("@").strip().casefold()


class Mention(LineField):
    """Someone of `people`, by name or address."""

    def __init__(self, people: list[User]) -> None:
        super().__init__(required=False, label=_("Mention"), max_length=400)
        self.known = {person.email: person for person in people}
        self.known |= {_key(name): person for name, person in names_of(people).items()}

    def clean(self, value: Any) -> User | None:
        name: str = super().clean(value)
        if not name:
            return None
        if found := self.known.get(_key(name)):
            return found
        sentence = _(
            "“%(name)s” is nobody who can read this page. Choose one of the names in the list."
        )
        raise ValidationError(sentence, params={"name": apart(name)})


class CommentForm(forms.Form):
    """A comment, or a reply to one."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    text = forms.CharField(
        label=_("Your comment"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        error_messages={"required": _("Write a few words first.")},
    )

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mention"] = Mention(people)


class AnnouncementForm(forms.Form):
    """Something to be said to a cohort or a team, now or at a time of the venue's clock."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        label=_("To"),
        required=False,
        empty_label=_("the whole cohort"),
    )
    title = LineField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_ANNOUNCEMENT,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )
    day = DayField(
        label=_("Send on"),
        required=False,
        help_text=_("On the venue's clock. Leave both empty to send it now."),
    )
    time = forms.TimeField(label=_("Send at"), required=False, widget=TimeInput)

    def __init__(self, *args: Any, cohort: Cohort, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cohort, self.now = cohort, now
        teams = self.fields["team"]
        teams.queryset = cohort.teams.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if self.errors:
            return told
        day, time = told.get("day"), told.get("time")
        told["send_at"] = self.now
        if bool(day) != (time is not None):
            raise ValidationError(_("Give both a day and a time, or neither to send it now."))
        if day and time is not None:
            told["send_at"] = datetime.combine(day, time, self.cohort.zone).astimezone(UTC)
            if told["send_at"] <= self.now:
                raise ValidationError(
                    _("It is later than that at the venue: choose a time that is to come.")
                )
        return told


class PeerForm(forms.Form):
    """What someone says of another team's plan: any of three."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, label in PeerNote.Kind.choices:
            self.fields[kind] = forms.CharField(
                label=label,
                required=False,
                max_length=LONGEST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
            )
        self.fields[PeerNote.Kind.HELP].help_text = _(
            "Both teams then see your name and e-mail address, and yours sees their lead's, so "
            "that you find each other."
        )

    def said(self) -> dict[str, str]:
        """What was filled in, by kind."""
        told = self.cleaned_data
        return {kind: told[kind] for kind in PeerNote.Kind.values if told.get(kind)}

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and not self.said():
            raise ValidationError(_("Write at least one of the three."))
        return told
