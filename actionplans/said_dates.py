"""Dates as people say them, in the five languages: “Friday”, “in 2 weeks”, “15/03”, “end of April”.

A day without a year is the next such day. Numbers are day, month, year, or year, month, day. The
names of months and weekdays come from CLDR and from Django's translations; the words between them
stand below, as `coalitions.words.plain` writes them. All languages are read at once: a team mixes
them, and no name means two different things (a test says so).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names
from django.utils import dates
from django.utils.translation import gettext as _
from django.utils.translation import override

from actionplans.invalid import Invalid
from actionplans.sheet_kinds import LANGUAGES
from coalitions.days import in_words
from coalitions.words import plain

# Months have other names in Arabic from Baghdad to Beirut, and in the Maghreb.
LOCALES = (*LANGUAGES, "ar_LB", "ar_DZ", "ar_MA")
LONGEST = 60


def _words(*lines: str) -> frozenset[str]:
    return frozenset(plain(word) for line in lines for word in line.split("|"))


DAYS = {
    -1: _words("yesterday|hier|ayer|ontem|أمس"),
    0: _words("today|aujourd'hui|hoy|hoje|اليوم"),
    1: _words("tomorrow|demain|mañana|amanhã|غدا|الغد|غدًا"),
    2: _words(
        "day after tomorrow|the day after tomorrow|après-demain|pasado mañana|depois de amanhã",
        "بعد غد",
    ),
}
UNITS = {
    "day": _words("day|days|jour|jours|día|días|dia|dias|يوم|أيام|يوما|يومًا"),
    "week": _words("week|weeks|semaine|semaines|semana|semanas|أسبوع|أسابيع|أسبوعا|الأسبوع"),
    "month": _words("month|months|mois|mes|meses|mês|شهر|أشهر|شهور|شهرا|الشهر"),
}
TWO = {"day": _words("يومين"), "week": _words("أسبوعين"), "month": _words("شهرين")}
NUMBERS = {
    2: _words("two|deux|dos|dois|duas"),
    3: _words("three|trois|tres|três|ثلاثة|ثلاث"),
    4: _words("four|quatre|cuatro|quatro|أربعة|أربع"),
    5: _words("five|cinq|cinco|خمسة|خمس"),
    6: _words("six|seis|ستة|ست"),
}
NEXT = _words("next|prochain|prochaine|próximo|próxima|القادم|القادمة|المقبل|المقبلة|viene|vem")
THIS = _words("this|ce|cette|este|esta|هذا|هذه")
END = _words("end|fin|finales|final|fim|finais|نهاية|آخر")
# What may stand between: prepositions, articles, “one”.
BETWEEN = _words(
    "in|the|of|on|by|a|an|one|within",
    "dans|le|la|les|du|de|d|au|avant|pour|un|une|d'ici|ici|l|des",
    "en|dentro|el|del|para|al|una|que",
    "em|daqui|o|do|da|no|na|até|um|uma|ao",
    "في|بعد|خلال|يوم|قبل نهاية|من|ال",
)
DAY_OF_MONTH = re.compile(r"^(\d{1,2})(?:st|nd|rd|th|er|o|a)?$")
# An Arabic vowel mark is no sign that changes a date; a plus or an underscore might be.
SIGNS = re.compile(r"[^\w\s/.,،'’()\u064b-\u0652\u200e\u200f-]|_")


@cache
def months() -> dict[str, int]:
    """The number of each name of a month."""
    found = {
        _one(name): number
        for locale in LOCALES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=locale).items()
    }
    return found | _djangos(dates.MONTHS, dates.MONTHS_3, dates.MONTHS_ALT)


@cache
def weekdays() -> dict[str, int]:
    """The number of each name of a day of the week; Monday is 0."""
    found = {
        _one(name): number
        for locale in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_day_names(width, locale=locale).items()
    }
    # Portuguese says “segunda” for “segunda-feira”.
    found |= {name.removesuffix("_feira"): number for name, number in found.items()}
    return found | _djangos(dates.WEEKDAYS, dates.WEEKDAYS_ABBR)


def _one(name: str) -> str:
    """A name of two words as one."""
    return plain(name).replace(" ", "_")


def _djangos(*tables: dict[int, str]) -> dict[str, int]:
    """The same from Django, in whose words dates stand on our pages."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        with override(language):
            found |= {_one(str(name)): n for table in tables for n, name in table.items()}
    return found


def read(text: str, today: date) -> date:
    """The day that `text` says, seen from `today`. Raises Invalid with what to write instead."""
    day = _read(text, today)
    if day is None:
        raise unclear()
    return day


def unclear() -> Invalid:
    """What is said of a text that is no date."""
    return Invalid(
        _(
            "We do not understand this as a date. Write it like 15 March 2027, 15/03, Friday "
            "or in 2 weeks."
        )
    )


def full(text: str) -> date | None:
    """The day of a text that says day, month and year; None for every other text."""
    try:
        return _read(text, None)
    except Invalid:
        return None


def shown(day: date) -> str:
    """The day as our pages write it, short; `full` reads it back in whatever language."""
    return in_words(day, "short date")


def _read(text: str, today: date | None) -> date | None:
    if len(text) > LONGEST or SIGNS.search(text):
        return None
    said = plain(text)
    for name in months() | weekdays():
        if "_" in name:
            said = said.replace(name.replace("_", " "), name)
    tokens = [token for token in said.split() if token not in BETWEEN]
    if today is None:
        return _on_calendar(tokens, None)
    return _near(said, tokens, today) or _on_calendar(tokens, today)


def _near(said: str, tokens: list[str], today: date) -> date | None:
    """Counted from today: tomorrow, Friday, in 2 weeks, next month, the end of April."""
    for step, words in DAYS.items():
        if said in words:
            return today + timedelta(days=step)
    if tokens and tokens[0] in END:
        return _end(tokens[1:], today)
    amount = [token for token in tokens if token not in NEXT]
    if len(amount) == 1 and amount[0] in weekdays():
        return _weekday(weekdays()[amount[0]], today, is_next=len(tokens) > 1)
    if len(amount) == 2 and amount[0] in THIS and amount[1] in weekdays():
        return _weekday(weekdays()[amount[1]], today, is_next=False)
    return _later(amount, today)


def _weekday(wanted: int, today: date, *, is_next: bool) -> date:
    """The first such day after today; with “next” the one of the week that begins on Monday."""
    if is_next:
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _later(amount: list[str], today: date) -> date | None:
    number = 1
    if len(amount) == 2:
        number = next((n for n, words in NUMBERS.items() if amount[0] in words), 0)
        number = number or (int(amount[0]) if re.fullmatch(r"\d{1,3}", amount[0]) else 0)
    if not number or len(amount) not in {1, 2}:
        return None
    for unit, words in UNITS.items():
        if amount[-1] in TWO[unit]:
            return _add(today, unit, 2 * number)
        if amount[-1] in words:
            return _add(today, unit, number)
    return None


def _add(today: date, unit: str, number: int) -> date:
    if unit != "month":
        return today + timedelta(days=number * (7 if unit == "week" else 1))
    years, month = divmod(today.month - 1 + number, 12)
    year, month = today.year + years, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _end(tokens: list[str], today: date) -> date | None:
    if len(tokens) == 1 and tokens[0] in UNITS["month"]:
        return _last_of(today.year, today.month)
    if not tokens or tokens[0] not in months() or len(tokens) > 2:
        return None
    month = months()[tokens[0]]
    if len(tokens) == 2:
        year = _year(tokens[1])
        return _last_of(year, month) if year else None
    return _last_of(today.year + (month < today.month), month)


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _on_calendar(tokens: list[str], today: date | None) -> date | None:
    """A day and a month, with or without year, in words or numbers; a weekday may go before."""
    said = weekdays().get(tokens[0]) if tokens else None
    rest = tokens[1:] if said is not None else tokens
    found = _parts(rest)
    if found is None:
        return None
    day, month, year = found
    if year is None and today is None:
        return None
    years = [year] if year else [today.year, today.year + 1]  # type: ignore[union-attr]
    meant = [found for found in (_date(y, month, day) for y in years) if found]
    if not meant:
        raise Invalid(
            _("There is no day %(day)d in month %(month)d. The day goes first, then the month."),
            params={"day": day, "month": month},
        )
    chosen = meant[0] if year else next((d for d in meant if today and d >= today), None)
    if chosen and said is not None and chosen.weekday() != said:
        raise Invalid(
            _("%(day)s is not on that day of the week. Which of the two is right?"),
            params={"day": in_words(chosen, "date")},
        )
    return chosen


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parts(tokens: list[str]) -> tuple[int, int, int | None] | None:
    """Day, month and year of two or three tokens, whichever order names them."""
    if len(tokens) not in {2, 3}:
        return None
    first, second, *last = tokens
    if len(tokens) == 3 and re.fullmatch(r"\d{4}", first):
        first, last = last[0], [first]
    if first in months() and (day := DAY_OF_MONTH.match(second)):
        month = months()[first]
    elif day := DAY_OF_MONTH.match(first):
        if second in months():
            month = months()[second]
        elif re.fullmatch(r"\d{1,2}", second):
            month = int(second)
        else:
            return None
    else:
        return None
    year = _year(last[0]) if last else None
    return None if last and year is None else (int(day[1]), month, year)


def _year(text: str) -> int | None:
    if not re.fullmatch(r"\d{2}|\d{4}", text):
        return None
    return int(text) + (2000 if len(text) == 2 else 0)
