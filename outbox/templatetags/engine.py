"""Telling those who lead that the engine of mails needs someone."""

from __future__ import annotations

from django import template

from coalitions import clock
from outbox import wellbeing
from outbox.wellbeing import Wellbeing

register = template.Library()


@register.simple_tag
def engine_trouble() -> Wellbeing | None:
    """How the engine is, when it is not well."""
    seen = wellbeing.look(clock.now())
    return None if seen.is_well else seen
