"""The words of a plan's workbook: headings in five languages, dates, and marks like an "x"."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import cache

from babel.dates import get_month_names

HEADINGS: dict[str, str] = {
    "milestone": "milestone | jalon | étape | phase | hito | etapa | marco | fase | المرحلة | معلم",
    "text": (
        "activity | activities | action | activité | tâche | actividad | acción | tarea | atividade"
        " | ação | ações | tarefa | النشاط | الأنشطة | الأنشطه"
    ),
    "responsible": (
        "r | responsible | by whom | who | responsable | qui | quién | responsável | responsáveis"
        " | quem | المسؤول"
    ),
    "accountable": (
        "a | accountable | redevable | rend compte | rinde cuentas | prestador | presta contas"
        " | المساءل"
    ),
    "timeframe": (
        "timeframe | time frame | by when | when | due | deadline | date | calendrier | délai"
        " | échéance | quand | plazo | fecha | cuándo | cronograma | prazo | data | quando"
        " | الإطار الزمني | الموعد"
    ),
    "comments": (
        "comment | resource | note | remarque | observation | ressource | commentaire | comentario"
        " | observación | recurso | comentário | observações | ملاحظات | الموارد"
    ),
    "is_done": "done | fait | terminé | se terminó | terminado | concluído | منجز",
    "is_open": "pending | en cours | pendiente | pendente | قيد",
}
NOTHING = {"", "no", "non", "não", "false", "0", "لا"}
LANGUAGES = ("en", "fr", "es", "pt", "ar")

ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
NUMBERS = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
MONTH_FIRST = re.compile(r"^(\w+)\.? (\d{1,2}),? (\d{4})$")
DAY_FIRST = re.compile(r"^(\d{1,2})(?:er|º)?(?: de)? (\w+)\.?(?: de|,)? (\d{4})$")
SERIAL = re.compile(r"^[3-7]\d{4}$")
ALL_NUMBERS = re.compile(r"^\d+([-/.]\d+){1,3}$")
# How a spreadsheet counts days, and what of them are days of our time.
DAY_ZERO = date(1899, 12, 30)
SERIALS = range((date(2000, 1, 1) - DAY_ZERO).days, (date(2100, 1, 1) - DAY_ZERO).days)


def plain(text: str) -> str:
    """A text as it is compared: no capitals, accents, line breaks or signs."""
    split = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w ]", " ", re.sub(r"\s", " ", kept)).split())


@cache
def _headings() -> dict[str, list[str]]:
    return {name: [plain(word) for word in words.split("|")] for name, words in HEADINGS.items()}


def column_of(heading: str) -> str | None:
    """Which column a heading names, if any. “R – Responsible” is what “Responsible” is.

    A heading of one letter is that letter alone; a longer one may go on (“Activities of 2027”).
    """
    text = plain(heading)
    letter, _space, rest = text.partition(" ")
    for name, words in _headings().items():
        if text in words or any(len(word) > 1 and _begins(text, word) for word in words):
            return name
        if letter in words and len(letter) == 1 and any(_begins(rest, word) for word in words):
            return name
    return None


def _begins(text: str, word: str) -> bool:
    """Does `text` begin with `word`, be it as the plural of it?"""
    return bool(re.match(rf"{re.escape(word)}(e?s)?( |$)", text))


def find_columns(texts: list[str]) -> dict[str, list[int]] | None:
    """The columns by name, if this row holds the headings of a plan.

    Some keep comments and resources apart, so a name may have several columns.
    """
    columns: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        if name := column_of(text):
            columns.setdefault(name, []).append(index)
    return columns if {"milestone", "text"} <= columns.keys() else None


def means_yes(mark: str) -> bool:
    """Is a cell of a column like “Done” ticked? An “x” is; “no” and a dash are not."""
    return plain(mark) not in NOTHING


@cache
def _months() -> dict[str, int]:
    return {
        plain(name): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }


def read_day(words: str) -> date | None:
    """The date that `words` are, if they are one and only one; None otherwise.

    12/11/2027 could be either month, so it is None; 30/09/2027 is not. A bare number like 46295 is
    a spreadsheet's own count of days.
    """
    try:
        if found := ISO.match(words):
            return date(*map(int, found.groups()))
        if found := NUMBERS.match(words):
            return _in_either_order(*map(int, found.groups()))
        if (found := MONTH_FIRST.match(words)) and (named := _months().get(plain(found[1]))):
            return date(int(found[3]), named, int(found[2]))
        if (found := DAY_FIRST.match(words)) and (named := _months().get(plain(found[2]))):
            return date(int(found[3]), named, int(found[1]))
    except ValueError:
        return None
    if SERIAL.match(words) and int(words) in SERIALS:
        return DAY_ZERO + timedelta(days=int(words))
    return None


def _in_either_order(first: int, second: int, year: int) -> date | None:
    if first != second and max(first, second) <= 12:
        return None
    return date(year, *((second, first) if second <= 12 else (first, second)))


def looks_like_day(words: str) -> bool:
    """Would a person expect `words` to be read as a date?"""
    return bool(ALL_NUMBERS.match(words))
