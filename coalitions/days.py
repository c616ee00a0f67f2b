"""Days as the reader's language writes them: “25 November”, “25 de novembro”.

Django's formats by letter (`j F`) put the parts in one order for every language, and write months
with capitals where Spanish and Portuguese do not; Babel has the words, and here is their order.
"""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from django.utils import timezone
from django.utils.translation import get_language

OF = {"es": " 'de' ", "pt": " 'de' "}
AFTER_WEEKDAY = {"es": ", ", "pt": ", ", "ar": "، "}
COMMA = {"ar": "، "}


def in_words(day: date, shape: str = "date") -> str:
    """A day, or a moment in the present zone, in the active language.

    `shape`, with what it gives in English:
    "day" 25 November, "date" 25 November 2026, "weekday" Wednesday 25 November,
    "weekday date" Wednesday 25 November 2026, "short day" 25 Nov, "short date" 25 Nov 2026,
    "column" Wed 25, "column month" Wed 25 November, "column day" Wed 25 Nov, "when"
    Wednesday 14:02, "weekday name" Wednesday, "month" Nov 2026; "… time" puts the time behind it.
    Raises KeyError for another shape.
    """
    language = (get_language() or "en").partition("-")[0]
    pattern = _pattern(shape, language)
    if not isinstance(day, datetime):
        return format_date(day, pattern, locale=language)
    local = timezone.localtime(day) if timezone.is_aware(day) else day
    return format_datetime(local.replace(tzinfo=None), pattern, locale=language)


def _pattern(shape: str, language: str) -> str:
    of, after = OF.get(language, " "), AFTER_WEEKDAY.get(language, " ")
    if shape.endswith(" time"):
        return f"{_pattern(shape.removesuffix(' time'), language)}{comma(language)}HH:mm"
    day, date_ = f"d{of}MMMM", f"d{of}MMMM{of}y"
    return {
        "day": day,
        "date": date_,
        "weekday": f"EEEE{after}{day}",
        "weekday date": f"EEEE{after}{date_}",
        "short day": "d MMM",
        "short date": "d MMM y",
        "column": "EEE d",
        "column month": f"EEE{after}{day}",
        "column day": "EEE d MMM",
        "when": "EEEE HH:mm",
        "weekday name": "EEEE",
        "month": "MMM y",
    }[shape]


def comma(language: str | None = None) -> str:
    """What stands between the names of a list, in `language` or the active one."""
    return COMMA.get(language or get_language() or "", ", ")
