"""Saying where mails do not reach people of a team."""

from __future__ import annotations

from django import template

from cohorts import dead_addresses
from cohorts.access import CORRECT_ADDRESSES
from cohorts.models import Cohort, Team

register = template.Library()


@register.simple_tag
def teams_unreached_in(cohort: Cohort) -> list[Team]:
    """Teams with such members, for a reader who may correct that."""
    return list(dead_addresses.teams_in(cohort)) if cohort.roles & CORRECT_ADDRESSES else []
