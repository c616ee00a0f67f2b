"""The words of files: headings in five languages, dates, timeframes, and marks like an "x"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from actionplans.said_dates import months
from coalitions.words import plain

PLAN_HEADINGS: dict[str, str] = {
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
SHEET_HEADINGS: dict[str, str] = {
    "session": (
        "session | session name | séance | atelier | sesión | nombre de la sesión | sessão"
        " | nome da sessão | الجلسة | اسم الجلسة"
    ),
    "milestone": (
        "milestone | theme | jalon | thème | hito | tema | marco | المعلم | الموضوع | المرحلة"
    ),
    "action": (
        "action | activity | activities | activité | tâche | acción | actividad | tarea | ação"
        " | ações | atividade | tarefa | الإجراء | الإجراءات | النشاط"
    ),
    "by_whom": (
        "by whom | who | responsible | par qui | qui | responsable | quién | por quién"
        " | quem | por quem | responsável | من | المسؤول | بواسطة من"
    ),
    "by_when": (
        "by when | when | due | deadline | date | pour quand | quand | échéance | cuándo"
        " | para cuándo | plazo | fecha | quando | até quando | prazo | متى | الموعد"
    ),
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


@cache
def _plain_words(words: str) -> list[str]:
    return [plain(word) for word in words.split("|")]


def column_of(heading: str, headings: dict[str, str]) -> str | None:
    """Which column a heading names, if any. “R – Responsible” is what “Responsible” is.

    A heading of one letter is that letter alone; a longer one may go on (“Activities of 2027”).
    """
    text = plain(heading)
    letter, _space, rest = text.partition(" ")
    for name, joined in headings.items():
        words = _plain_words(joined)
        if text in words or any(len(word) > 1 and _begins(text, word) for word in words):
            return name
        if letter in words and len(letter) == 1 and any(_begins(rest, word) for word in words):
            return name
    return None


def _begins(text: str, word: str) -> bool:
    """Does `text` begin with `word`, be it as the plural of it?"""
    return bool(re.match(rf"{re.escape(word)}(e?s)?( |$)", text))


def means_yes(mark: str) -> bool:
    """Is a cell of a column like “Done” ticked? An “x” is; “no” and a dash are not."""
    return plain(mark) not in NOTHING


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
        if (found := MONTH_FIRST.match(words)) and (named := months().get(plain(found[1]))):
            return date(int(found[3]), named, int(found[2]))
        if (found := DAY_FIRST.match(words)) and (named := months().get(plain(found[2]))):
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


def read_timeframe(words: str) -> dict[str, str]:
    """The fields of an activity that `words` mean: from, due, and what is said in words.

    What our own files say (“2027-03-01 – 2027-03-31 · in the capital”, “by 31 Mar 2027” in any of
    our languages) is read as days; anything else stays as words.
    """
    head, _dot, note = words.partition(" · ")
    for days, rest in ((words, ""), (head, note)):
        if found := _read_days(" ".join(days.split())):
            return found | ({"timeframe_note": rest.strip()} if rest.strip() else {})
    return {"timeframe_note": words.strip()} if words.strip() else {}


def _read_days(words: str) -> dict[str, str]:
    if day := read_day(words):
        return {"due_on": day.isoformat()}
    if found := re.match(r"(.+) ?[–—] ?(.*)$", words):
        first, last = read_day(found[1].strip()), read_day(found[2].strip())
        if first and last:
            return {"starts_on": first.isoformat(), "due_on": last.isoformat()}
        if first and not found[2]:
            return {"starts_on": first.isoformat()}
    for name, pattern in _one_sided():
        if (found := pattern.match(words)) and (day := read_day(found[1])):
            return {name: day.isoformat()}
    return {}


@cache
def _one_sided() -> list[tuple[str, re.Pattern[str]]]:
    """How our pages say “by” and “from” a day, in each language."""
    found = []
    for language in LANGUAGES:
        with override(language):
            for name, said in (("due_on", _("by %(day)s")), ("starts_on", _("from %(day)s"))):
                before, after = said.split("%(day)s")
                found.append((name, re.compile(f"{re.escape(before)}(.+){re.escape(after)}$")))
    return found


def looks_like_day(words: str) -> bool:
    """Would a person expect `words` to be read as a date?"""
    return bool(ALL_NUMBERS.match(words))
