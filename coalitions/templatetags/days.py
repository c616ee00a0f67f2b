"""Days and lists in templates, everywhere: these need no `load`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import template

from coalitions import days

register = template.Library()


@register.filter(expects_localtime=True)
def in_words(value: date | None, shape: str = "date") -> str:
    """A day or moment in the reader's language (`days.py` lists the shapes); nothing for none."""
    return days.in_words(value, shape) if value else ""


@register.filter
def listed(names: Iterable[object]) -> str:
    """The names with the comma of the reader's language between them."""
    return days.comma().join(map(str, names))


@register.simple_tag
def comma() -> str:
    """The comma between the names of a list, where each has markup of its own."""
    return days.comma()
