"""`{% once %}`: a fresh id for a form, so that posting it twice is posting it once."""

from uuid import UUID, uuid4

from django import template

register = template.Library()


@register.simple_tag
def once() -> UUID:
    """A new random id."""
    return uuid4()
