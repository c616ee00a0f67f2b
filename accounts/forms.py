"""What people say about themselves."""

from zoneinfo import available_timezones

from django import forms

from accounts.models import User

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone)


class ZoneInput(forms.TextInput):
    """Free text that the browser completes from the list of time zones on the page."""

    def __init__(self) -> None:
        super().__init__(attrs={"list": "time-zones", "autocomplete": "off"})


class ProfileForm(forms.ModelForm):
    """Name, language and clock."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        widgets = {"time_zone": ZoneInput}
