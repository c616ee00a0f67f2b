"""One page of a check-in as a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalitions import clock
from cohorts.forms import DayField
from followups.answering import SAID_IN_CHECK_IN
from followups.drafts import ON
from followups.help_forms import from_today
from followups.models import Outlook
from followups.steps import QUESTIONS, Course, Step

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST = 5_000
STATUS_CHOICES = [(status.value, status.label) for status in SAID_IN_CHECK_IN]
SEEN = "seen-"


def _words(label: StrOrPromise, rows: int = 4) -> forms.CharField:
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


def _choice(label: StrOrPromise, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False)


class StepForm(forms.Form):
    """The fields of one page; each carries what its writer saw in it (`seen-…`)."""

    help_by: Any

    def __init__(self, course: Course, step: Step, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=course.offered(step))
        self.step = step
        self.seen = {
            name: course.seen(name) if data is None else data.get(f"{SEEN}{name}", "")
            for name in course.field_names(step)
        }
        self.fields |= self._fields(course)

    def _fields(self, course: Course) -> dict[str, forms.Field]:
        match self.step.name:
            case "outlook":
                untitled = _("A milestone without words")
                return {
                    f"likely-{milestone.pk}": _choice(
                        milestone.title or untitled, Outlook.Likely.choices
                    )
                    for milestone in course.milestones
                }
            case "met":
                people: dict[str, forms.Field] = {
                    f"met-{person.pk}": forms.BooleanField(label=person.name, required=False)
                    for person in course.people
                }
                return people | {"met_others": _line(_("Someone else, by name"), 1000)}
            case "help":
                by_when = DayField(label=_("By when?"), required=False)
                from_today(by_when, clock.now().astimezone(course.check_in.team.zone).date())
                return {
                    "help": _words(_("What would help?"), rows=3),
                    "help_from": _line(_("From whom?"), 300),
                    "help_by": by_when,
                }
            case name if name in QUESTIONS:
                return {name: _words(QUESTIONS[name])}
        status, line = self.step.fields
        return {
            status: _choice(gettext_lazy("How does it stand?"), STATUS_CHOICES),
            line: _line(gettext_lazy("In one line"), LONGEST),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("help_from") or cleaned.get("help_by")) and not cleaned.get("help"):
            self.add_error("help", _("Say what help you need, so that someone can bring it."))
        return cleaned

    def texts(self) -> dict[str, str]:
        """What the page says, as the draft keeps it."""
        return {name: _as_text(value) for name, value in self.cleaned_data.items()}

    def boxes(self) -> list[dict[str, Any]]:
        """Each field with the text its writer saw."""
        return [{"field": self[name], "seen": self.seen[name]} for name in self.fields]


def _as_text(value: Any) -> str:
    """A field's value as text: a tick is a word, a day is written as ISO 8601."""
    if isinstance(value, bool):
        return ON if value else ""
    return str(value or "")
