"""What staff fill in to prepare a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from cohorts.fields import LineField, tidy
from cohorts.forms import DayField, TimeInput
from cohorts.models import Cohort
from materials import uploads
from materials.models import LONGEST_LINK, LONGEST_TEXT, LONGEST_TITLE, Material, RoleCard
from materials.role_cards import Card
from materials.shelf import Words

MOST_FILES = 20


class FilesInput(forms.FileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each checked by its name and by what is in it."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: list[UploadedFile] = data or []
        if len(files) > MOST_FILES:
            raise ValidationError(
                _("%(most)d files at once are the most. Add the others after these.")
                % {"most": MOST_FILES}
            )
        problems = []
        for file in files:
            try:
                uploads.check(file)
            except ValidationError as problem:
                problems += problem.messages
        if problems:
            raise ValidationError([*problems, _("No file was kept. Choose them again.")])
        return files


class LinkField(forms.URLField):
    """An address of the web; without a scheme it is https."""

    default_validators = [URLValidator(schemes=["http", "https"])]


class MaterialForm(forms.Form):
    """A material or a reading: files, a link, words."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0, required=False)
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=Material.Kind.choices,
        initial=Material.Kind.MATERIAL,
        widget=forms.RadioSelect,
    )
    file = FilesField(
        label=_("Files"),
        required=False,
        widget=FilesInput(attrs={"accept": ",".join(f".{ending}" for ending in uploads.KINDS)}),
    )
    link = LinkField(label=_("Or a link"), required=False, max_length=LONGEST_LINK)
    title = LineField(
        label=_("Title"),
        required=False,
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Left empty, a file is called by its name. Several files always are."),
    )
    text = forms.CharField(
        label=_("A few words, or the text to read"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def __init__(self, *args: Any, material: Material | None = None, **kwargs: Any) -> None:
        if material:
            names = ("kind", "title", "text", "link", "version")
            kwargs["initial"] = {name: getattr(material, name) for name in names}
        super().__init__(*args, **kwargs)
        self.material = material
        self.fields["file"].help_text = _(
            "PDF, Word, Excel, PowerPoint, PNG, JPEG or MP4, up to %(most)d MB each."
        ) % {"most": settings.UPLOAD_MEGABYTES}
        if material:
            del self.fields["file"].widget.attrs["multiple"]
            self.fields["file"].label = _("Another file in its place")
            self.fields["title"].required = True
            self.fields["title"].help_text = ""

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if self.errors:
            if told.get("file"):
                self.add_error("file", _("No file was kept. Choose them again."))
            return told
        is_reading = told["kind"] == Material.Kind.READING
        kept = bool(self.material and self.material.stored)
        if not (told["file"] or told["link"] or kept or (is_reading and told["text"])):
            self.add_error("file", _nothing(is_reading))
        elif not (told["title"] or told["file"] or told["link"]):
            self.add_error("title", _("Give it a title."))
        return told

    def words(self) -> Words:
        """What is said of the material."""
        told = self.cleaned_data
        return Words(told["kind"], told["title"], told["text"], told["link"])


def _nothing(is_reading: bool) -> Any:
    if is_reading:
        return _("Choose a file, give a link, or write the text to read.")
    return _("Choose a file or give a link.")


class RoleCardForm(forms.Form):
    """A role card and who gets it. The time is the venue's clock."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0, required=False)
    title = LineField(
        label=_("Role"),
        max_length=LONGEST_TITLE,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("Such as: the minister of finance."),
    )
    text = forms.CharField(
        label=_("What the card says"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    people = forms.TypedMultipleChoiceField(
        label=_("Handed to"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They alone can open it, and nobody else learns that they have it."),
    )
    day = DayField(
        label=_("Opens on"),
        required=False,
        help_text=_("On the venue's clock. Leave both empty to open it when the session begins."),
    )
    time = forms.TimeField(label=_("Opens at"), required=False, widget=TimeInput)

    def __init__(
        self,
        *args: Any,
        cohort: Cohort,
        people: dict[int, str],
        card: RoleCard | None = None,
        **kwargs: Any,
    ) -> None:
        if card:
            kwargs["initial"] = _as_it_is(card, cohort)
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        chosen = self.fields["people"]
        chosen.choices = list(people.items())  # type: ignore[attr-defined]
        if not people:
            chosen.help_text = _("Nobody is on a team of this cohort yet. Hand it out later.")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not tidy(text):
            raise ValidationError(_("Write what the card says."))
        return text

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if self.errors:
            return told
        day, time = told.get("day"), told.get("time")
        if bool(day) != (time is not None):
            raise ValidationError(_("Give both a day and a time, or neither."))
        told["reveal_at"] = None
        if day and time is not None:
            told["reveal_at"] = datetime.combine(day, time, self.cohort.zone).astimezone(UTC)
        return told

    def card(self) -> Card:
        """What the card is to be."""
        told = self.cleaned_data
        return Card(told["title"], told["text"], told["reveal_at"], frozenset(told["people"]))


def _as_it_is(card: RoleCard, cohort: Cohort) -> dict[str, Any]:
    at = card.reveal_at.astimezone(cohort.zone) if card.reveal_at else None
    return {
        "version": card.version,
        "title": card.title,
        "text": card.text,
        "people": [handing.person_id for handing in card.handings.all()],
        "day": at.date() if at else None,
        "time": at.time() if at else None,
    }
