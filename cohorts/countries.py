"""Countries as people write them: their names in our languages, and a time zone of theirs."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global
from django.conf import settings

from coalitions.words import plain


@cache
def _territories() -> dict[str, str]:
    """The code of each country by its plain name in each of our languages."""
    return {
        plain(name): code
        for language, _label in settings.LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2
    }


@cache
def _zones() -> dict[str, str]:
    """A time zone of each country, by its code; of several the first by the alphabet."""
    pairs = sorted(get_global("zone_territories").items(), reverse=True)
    return {code: zone for zone, code in pairs if "/" in zone}


def zone_of(country: str) -> str:
    """The time zone of a country by any of its names; empty where we do not know it."""
    return _zones().get(_territories().get(plain(country), ""), "")
