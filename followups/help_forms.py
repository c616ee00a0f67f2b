"""What people fill in about help: asking for it, bringing it to someone, saying what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cohorts.fields import LineField
from cohorts.forms import DayField
from followups import support
from followups.models import SupportMove, SupportRequest

LONGEST = 5_000


def from_today(field: forms.Field, today: date) -> None:
    """Let a field take no day that is over."""
    field.widget.attrs["min"] = today.isoformat()
    over = _("That day is over: choose today or a later one.")
    field.validators.append(MinValueValidator(today, over))


class AskForm(forms.Form):
    """Help a team asks for."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    text = forms.CharField(
        label=_("What help do you need?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    from_whom = LineField(
        label=_("From whom?"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    wanted_by = DayField(label=_("By when?"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data)
        from_today(self.fields["wanted_by"], today)


class RouteForm(forms.Form):
    """To whom a request goes, and by when help is to be there."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Who sees to it?"), empty_label=_("choose a person")
    )
    due_on = DayField(label=_("By when?"))
    note = forms.CharField(
        label=_("A word to them"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, wish: SupportRequest, today: date
    ) -> None:
        due_on = wish.due_on if wish.due_on >= today else today + support.AGAIN
        super().__init__(data, initial={"to": wish.holder_id, "due_on": due_on}, auto_id="route-%s")
        from_today(self.fields["due_on"], today)
        self.fields["to"].queryset = support.holders(wish.team)  # type: ignore[attr-defined]

    def move(self) -> support.Move:
        """What the form asks for. Valid forms only."""
        told = self.cleaned_data
        return support.Move(
            SupportMove.Kind.ROUTED, told["note"], told["form_id"], told["to"], told["due_on"]
        )


class WordsForm(forms.Form):
    """A move that is words: what was done, that it helped, why it did not.

    That it helped needs no words where someone has said what was done; `is_open`: nobody has.
    """

    LABELS = {
        SupportMove.Kind.HELPED: _("What was done?"),
        SupportMove.Kind.CONFIRMED: _("How did it help?"),
        SupportMove.Kind.REOPENED: _("Why is it not over?"),
    }

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    note = forms.CharField(
        max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: SupportMove.Kind,
        is_open: bool = False,
    ) -> None:
        super().__init__(data, auto_id=f"{kind}-%s")
        self.kind = kind
        self.fields["note"].label = self.LABELS[kind]
        self.fields["note"].required = is_open or kind != SupportMove.Kind.CONFIRMED
        if is_open:
            self.fields["note"].error_messages["required"] = support.nobody_said()

    def move(self) -> support.Move:
        """What the form asks for. Valid forms only."""
        return support.Move(self.kind, self.cleaned_data["note"], self.cleaned_data["form_id"])
