"""What people fill in to sign in, and about themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.zones import find_zone


class AskForCodeForm(RequestLoginCodeForm):
    """The one thing that is asked at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = _("Your e-mail address")
        email.widget = forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"})
        email.error_messages["invalid"] = _(
            "This does not look like an e-mail address; an example is amara@example.org."
        )

    def clean_email(self) -> str:
        try:
            return super().clean_email()
        except ValidationError as error:
            if error.code != "too_many_login_attempts":
                raise
            raise ValidationError(
                _(
                    "We have sent several codes already. Look for the newest mail, "
                    "also among spam, or try again in a quarter of an hour."
                )
            ) from error


class CodeForm(ConfirmLoginCodeForm):
    """The code of our mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.widget = forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
                "autofocus": True,
            }
        )


class ZoneInput(forms.TextInput):
    """Free text that the browser completes from the list of time zones on the page."""

    def __init__(self) -> None:
        super().__init__(attrs={"list": "time-zones", "autocomplete": "off"})


class ProfileForm(forms.ModelForm):
    """A person's own name, language and clock."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
            "time_zone": ZoneInput,
        }
        help_texts = {
            "language": _("Of the pages and of the mails you get."),
            "time_zone": _("Your clock: mails come at decent hours of it. Begin to type a city."),
        }

    def _get_validation_exclusions(self) -> set[str]:
        # The model checks what was typed letter by letter; here "monrovia" is understood.
        return super()._get_validation_exclusions() | {"time_zone"}

    def clean_time_zone(self) -> str:
        typed = self.cleaned_data["time_zone"]
        zone = find_zone(typed) if typed else ""
        if zone is None:
            raise ValidationError(
                _("We know no time zone “%(zone)s”. Type the next large city, such as Monrovia."),
                params={"zone": typed},
            )
        return zone
