"""What people fill in to set up cohorts and teams."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import ZoneInput
from accounts.models import User, validate_time_zone
from coalitions import clock
from coalitions.days import in_words
from cohorts import beginnings, weeks
from cohorts.beginnings import Beginning
from cohorts.fields import AddressField, LineField, check_year
from cohorts.guests import Guest, read_guests
from cohorts.models import Cohort, Program, Session, Team


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day of our time, with the browser's calendar: a year of four thousand is a slip."""

    widget = DayInput
    default_validators = [check_year]


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class OnceForm(forms.ModelForm):
    """A form that makes one thing, however often it is posted."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class CohortForm(OnceForm):
    """A new cohort of a program. Its week is not over: its year would begin in the past."""

    begin_from = forms.ChoiceField(
        label=_("Begin from"),
        required=False,
        help_text=_(
            "An earlier cohort gives its agenda with its presenters, materials and role cards, its "
            "rooms if the venue is the same, and its follow-up schedule; never its teams, its "
            "people or their work."
        ),
    )
    with_staff = forms.BooleanField(
        label=_("From an earlier cohort: its facilitators come along"), required=False, initial=True
    )

    class Meta:
        model = Cohort
        fields = ["name", "starts_on", "venue", "time_zone"]
        field_classes = {"name": LineField, "venue": LineField, "starts_on": DayField}
        widgets = {"time_zone": ZoneInput}
        help_texts = {
            "starts_on": _(
                "The days of the agenda count from here. On the same weekday as the earlier "
                "cohort, each session keeps its weekday."
            ),
            "time_zone": _("The clocks of the agenda. Begin to type a city."),
        }

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.program = program
        self.fields["begin_from"].choices = beginnings.choices(program)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        # The same form posted twice is no second cohort.
        others = self.program.cohorts.exclude(form_id=self.data.get("form_id") or uuid4())
        if others.filter(name__iexact=name).exists():
            raise weeks.name_taken(name)
        return name

    def clean_begin_from(self) -> Beginning:
        found = beginnings.find(self.program, self.cleaned_data["begin_from"] or beginnings.WEEK)
        if found is None:
            raise forms.ValidationError(_("Choose one of the values in the list."))
        return found

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        validate_time_zone(zone)
        return zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"begin_from", "starts_on", "time_zone"} <= cleaned.keys():
            last_day = cleaned["begin_from"].last_day(cleaned["starts_on"])
            if last_day < clock.now().astimezone(ZoneInfo(cleaned["time_zone"])).date():
                sentence = _(
                    "This week would have ended on %(day)s already, and its follow-up year would "
                    "begin in the past. Is the date right?"
                )
                self.add_error("starts_on", sentence % {"day": in_words(last_day)})
        return cleaned

    def values(self) -> dict[str, Any]:
        """What `weeks.make_cohort` is told."""
        told = dict(self.cleaned_data)
        told["beginning"] = told.pop("begin_from")
        return told


class TeamForm(OnceForm):
    """A team's own words and clocks."""

    coach_email = AddressField(
        label=_("Coach's e-mail address"),
        required=False,
        help_text=_("Who supports the team in the year after. May follow later."),
    )

    class Meta:
        model = Team
        fields = ["name", "country", "challenge", "sector", "language", "time_zone"]
        field_classes = {"name": LineField, "country": LineField, "sector": LineField}
        widgets = {"challenge": forms.Textarea(attrs={"rows": 3}), "time_zone": ZoneInput}
        help_texts = {
            "challenge": _("What shall be true in a year, and for whom, in one or two sentences."),
            "time_zone": _("The team's clocks at home. Begin to type a city."),
        }

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        if self.instance.coach:
            self.initial["coach_email"] = self.instance.coach.email

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = self.cohort.teams.exclude(pk=self.instance.pk)
        # The same form posted twice is no second team.
        others = others.exclude(form_id=self.data.get("form_id") or uuid4())
        if others.filter(name__iexact=name).exists():
            raise self.name_taken()
        return name

    def name_taken(self) -> forms.ValidationError:
        """That another team of the cohort has this name."""
        name = self.cleaned_data["name"]
        return forms.ValidationError(
            _("This cohort has a team named “%(name)s” already."), params={"name": name}
        )

    def coach(self) -> User | None:
        """The coach, made known if need be."""
        email = self.cleaned_data["coach_email"]
        return User.objects.get_or_invite(email) if email else None


class GuestsField(forms.CharField):
    """People to invite, one a line."""

    widget = forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "dir": "auto"})

    def clean(self, value: str) -> list[Guest]:
        guests = read_guests(super().clean(value))
        if self.required and not guests:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return guests


MEMBERS_HELP = _("One person a line: “Amara Kollie <amara@example.org>”, or the address alone.")


class InviteForm(forms.Form):
    """More people for a team."""

    members = GuestsField(label=_("People to invite"), help_text=MEMBERS_HELP)


class AddressForm(forms.Form):
    """Where an invitation should have gone."""

    email = AddressField(label=_("The right e-mail address"))


class NewTeamForm(TeamForm):
    """A new team with its first people."""

    lead = GuestsField(
        label=_("Team lead"),
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("“Name <address>” or the address alone. The lead signs the plan off."),
    )
    members = GuestsField(label=_("Members"), required=False, help_text=MEMBERS_HELP)


class StaffForm(forms.Form):
    """Someone who facilitates a cohort."""

    email = AddressField(label=_("E-mail address"))
    name = LineField(label=_("Name"), max_length=300, required=False)


class TemplateForm(forms.Form):
    """What a template is called."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    name = LineField(label=_("Name of the template"), max_length=300)


class SessionForm(forms.ModelForm):
    """A session of the agenda. It is written by `agenda_changes.py`, never by `save()`."""

    change_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Session
        fields = [
            "title",
            "kind",
            "day",
            "starts_at",
            "ends_at",
            "presenter",
            "room",
            "track",
            "objectives",
            "description",
        ]
        field_classes = dict.fromkeys(["title", "presenter", "room", "track"], LineField)
        widgets = {
            "starts_at": TimeInput,
            "ends_at": TimeInput,
            "objectives": forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
            "description": forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        }

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        days = [
            (day.isoformat(), _("Day %(n)d, %(day)s") % {"n": n, "day": in_words(day, "weekday")})
            for n, day in enumerate(cohort.days, start=1)
        ]
        self.fields["day"] = forms.TypedChoiceField(
            label=_("Day"), choices=days, coerce=date.fromisoformat
        )

    @classmethod
    def of(cls, session: Session) -> SessionForm:
        """The form of a session as it stands."""
        initial = {name: getattr(session, name) for name in cls.Meta.fields}
        initial |= {"version": session.version, "day": session.day.isoformat()}
        return cls(cohort=session.cohort, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if begins and ends and ends <= begins:
            self.add_error("ends_at", _("It ends before it begins."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the session becomes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RosterForm(forms.Form):
    """A roster, pasted or as a file."""

    pasted = forms.CharField(
        label=_("Paste it here"),
        required=False,
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto", "spellcheck": "false"}),
        help_text=_("Copy the cells in Excel or Google Sheets, with their headings."),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
        help_text=_("Excel (.xlsx) or CSV, up to 2,000 rows."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("pasted", "").strip():
            raise forms.ValidationError(_("Paste a roster or choose a file."))
        return cleaned
