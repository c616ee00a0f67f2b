"""The kinds in the daily sheet's columns “Milestone, theme” and “Action”, as each program has them.

A row stores a kind's code, and the program says what the code is called in each language. So a
kind can be reworded, moved and translated, and rows that have it keep their meaning; one that is
retired is offered no more and still called by its name where it stands. A program that changed
nothing has the kinds of the paper template, which stand here with their translations.

`Program.sheet_kinds` maps a column to a list of `{"code", "labels": {language: text}, "retired"}`
and comes with the team through its door, so that looking at it takes no statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from cohorts.models import Program

MILESTONE, ACTION = "milestone_kind", "action_kind"
SEEDS: dict[str, dict[str, str]] = {
    MILESTONE: {
        "challenge": gettext_noop("a challenge we have identified"),
        "question": gettext_noop("a question from the presentation"),
        "in_plan": gettext_noop("something important in our plan"),
    },
    ACTION: {
        "stakeholders": gettext_noop("engage with stakeholders"),
        "regulation": gettext_noop("improve the regulatory environment"),
        "organisation": gettext_noop("improve organizational effectiveness"),
        "information": gettext_noop("more information"),
        "capacity": gettext_noop("more capacity on"),
    },
}
LANGUAGES = [code for code, _name in settings.LANGUAGES]
MOST, LONGEST = 30, 200


@dataclass
class Kind:
    """One kind of a column; `labels` are the program's own words by language, empty for none."""

    column: str
    code: str
    labels: dict[str, str] = field(default_factory=dict)
    retired: bool = False

    def built_in(self, language: str) -> str:
        """What the paper template calls it; empty for a kind of the program's own."""
        seed = SEEDS[self.column].get(self.code)
        if seed is None:
            return ""
        with override(language):
            return _(seed)

    def own(self, language: str) -> str:
        """The words for that language alone: the program's own, else the template's."""
        found = self.labels.get(language)
        return self.built_in(language) if found is None else found

    def label_in(self, language: str) -> str:
        """Its name for a reader of that language: where there is none, that of another."""
        return self.own(language) or next(filter(None, map(self.own, LANGUAGES)), "")

    @property
    def label(self) -> str:
        """Its name in the language that is active now."""
        return self.label_in(_language())


def _language() -> str:
    active = get_language() or settings.LANGUAGE_CODE
    return active if active in LANGUAGES else active.split("-")[0]


def kinds_of(program: Program, column: str) -> list[Kind]:
    """All kinds of a column in the program's order, retired ones too."""
    kept = program.sheet_kinds.get(column)
    if kept is None:
        return [Kind(column, code) for code in SEEDS[column]]
    return [Kind(column, k["code"], k["labels"], k["retired"]) for k in kept]


def choices(program: Program, column: str, chosen: str = "") -> list[tuple[str, str]]:
    """What a picker offers: the kinds that are not retired, and the one that is `chosen`."""
    kinds = kinds_of(program, column)
    return [(k.code, k.label) for k in kinds if not k.retired or k.code == chosen]


def label(program: Program, column: str, code: str) -> str:
    """What a row's kind is called; empty for none."""
    found = (kind.label for kind in kinds_of(program, column) if kind.code == code)
    return next(found, code)


def names(program: Program) -> dict[str, dict[str, str]]:
    """What each code of each column is called."""
    return {
        column: {kind.code: kind.label for kind in kinds_of(program, column)} for column in SEEDS
    }


def code_of(form_id: UUID) -> str:
    """The code of a kind that a form makes: the same form makes the same kind."""
    return f"k{form_id.hex[:10]}"


def put(program: Program, column: str, code: str, labels: dict[str, str]) -> None:
    """Give a kind its words by language; one of a new code is added at the end.

    Words equal to the template's own are not kept. Raises ValidationError when there are none.
    """

    def change(kinds: list[Kind]) -> None:
        kind = next((k for k in kinds if k.code == code), None)
        if kind is None:
            if len(kinds) >= MOST:
                sentence = _("A column holds up to %(most)d kinds.")
                raise ValidationError(sentence % {"most": MOST})
            kind = Kind(column, code)
            kinds.append(kind)
        kind.labels = {
            language: text for language, text in labels.items() if text != kind.built_in(language)
        }
        if not kind.label:
            raise ValidationError(_("Name it in at least one language."))

    _change(program, column, change)


def move(program: Program, column: str, code: str, step: int) -> None:
    """Move a kind up (-1) or down (+1). At the end of the list nothing happens."""

    def change(kinds: list[Kind]) -> None:
        here = next(n for n, kind in enumerate(kinds) if kind.code == code)
        if 0 <= here + step < len(kinds):
            kinds.insert(here + step, kinds.pop(here))

    _change(program, column, change)


def retire(program: Program, column: str, code: str, *, retired: bool) -> None:
    """Offer a kind no more, or again. Raises ValidationError for the last that is offered."""

    def change(kinds: list[Kind]) -> None:
        next(kind for kind in kinds if kind.code == code).retired = retired
        if all(kind.retired for kind in kinds):
            raise ValidationError(_("This is the last kind that is offered. Add another first."))

    _change(program, column, change)


@transaction.atomic
def _change(program: Program, column: str, change: Callable[[list[Kind]], None]) -> None:
    """Change the kinds of a column as they are now, under the program's lock."""
    locked = Program.objects.select_for_update().get(pk=program.pk)
    kinds = kinds_of(locked, column)
    change(kinds)
    kept = [{"code": k.code, "labels": k.labels, "retired": k.retired} for k in kinds]
    program.sheet_kinds = locked.sheet_kinds | {column: kept}
    Program.objects.filter(pk=program.pk).update(sheet_kinds=program.sheet_kinds)
