"""Names and addresses as people paste them: with marks that nobody sees, in any case."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What the column of the users' addresses holds.
LONGEST_ADDRESS = 254
# Marks that turn round the direction of all that follows; no name needs them.
TURNERS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def tidy(text: str) -> str:
    """The text on one line with single spaces; empty when nothing in it can be seen."""
    plain = unicodedata.normalize("NFC", text).translate(TURNERS)
    plain = "".join(" " if unicodedata.category(c) == "Cc" else c for c in plain)
    if all(unicodedata.category(c) in UNSEEN for c in plain):
        return ""
    return " ".join(plain.split())


def apart(text: object) -> str:
    """A name for the middle of a sentence, which it then does not turn round (Unicode isolates)."""
    return f"\u2068{text}\u2069"


def check_year(day: date) -> None:
    """Raises ValidationError for a day that nobody means: counting from it would end nowhere."""
    if not 2000 <= day.year < 2100:
        raise ValidationError(_("Is the year right? Give a date between 2000 and 2099."))


class LineField(forms.CharField):
    """One line that can be seen, such as a name."""

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")


class AddressField(forms.EmailField):
    """An e-mail address in small letters, without the invisible marks that copying brings."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"max_length": LONGEST_ADDRESS})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "".join(c for c in text if unicodedata.category(c) != "Cf").strip().lower()

    def clean(self, value: Any) -> str:
        address: str = super().clean(value)
        if not address.partition("@")[0].isascii():
            raise ValidationError(_("Before the @, an address has plain letters only."))
        return address
