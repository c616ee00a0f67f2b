"""A check-in so far, page by page: what is written, by whom and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from actionplans.models import Activity
from coalitions.days import in_words
from followups.draft_models import DraftField
from followups.drafts import ON
from followups.models import Outlook
from followups.steps import Course, Step

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def rows(course: Course, address: Callable[[str], str]) -> list[dict[str, Any]]:
    """Each page but the last, with what its fields say in words."""
    people = {f"met-{person.pk}": person.name for person in course.people}
    milestones = {f"likely-{milestone.pk}": milestone.title for milestone in course.milestones}
    found = []
    for step in course.steps[:-1]:
        fields = _fields(course, step)
        said = [_said(field, people | milestones) for field in fields if field.text]
        found.append(
            {
                "step": step,
                "address": address(step.name),
                "status": next((f.text for f in fields if f.name.startswith("status-")), ""),
                "label": next((_status(f) for f in fields if f.name.startswith("status-")), ""),
                "lines": [words for words in said if words],
                "writers": writers([field for field in fields if field.text]),
            }
        )
    return found


def _fields(course: Course, step: Step) -> list[DraftField]:
    return [course.draft[name] for name in course.field_names(step) if name in course.draft]


def _status(field: DraftField) -> str:
    return str(dict(Activity.Status.choices).get(field.text, ""))


def _said(field: DraftField, names: dict[str, str]) -> str:
    """A field in words; nothing for a status, which is shown as one."""
    if field.name.startswith("status-"):
        return ""
    if field.name.startswith("likely-"):
        likely = dict(Outlook.Likely.choices).get(field.text, field.text)
        return f"{names.get(field.name, '')}: {likely}"
    if field.name == "help_by":
        return in_words(date.fromisoformat(field.text))
    return names.get(field.name, "") if field.text == ON else field.text


def writers(fields: Iterable[DraftField]) -> list[dict[str, Any]]:
    """Who wrote on a page, each once, the latest first."""
    latest = sorted(fields, key=lambda field: field.at, reverse=True)
    found: dict[tuple[Any, bool], dict[str, Any]] = {}
    for field in latest:
        found.setdefault(
            (field.by_id, field.by_mail),
            {"who": field.by, "at": field.at, "by_mail": field.by_mail},
        )
    return list(found.values())


def shown(field: DraftField, label: StrOrPromise) -> dict[str, Any]:
    """Someone else's text beside one's own: which field, what it says, whose it is."""
    names = dict(Activity.Status.choices) | dict(Outlook.Likely.choices)
    text = _("yes") if field.text == ON else str(names.get(field.text, field.text))
    return {"label": label, "text": text or _("nothing"), "who": field.by, "at": field.at}
