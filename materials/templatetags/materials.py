"""What other apps' pages show of materials and role cards."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from coalitions import clock
from cohorts.access import MANAGE_COHORT
from cohorts.models import Cohort, Session
from materials.models import Material, RoleCard

register = template.Library()
PLAYED = {Session.Kind.ROLE_PLAY, Session.Kind.SIMULATION}


@register.inclusion_tag("materials/of_session.html")
def materials_of_session(session: Session, cohort: Cohort, user: User) -> dict[str, Any]:
    """What a session has for the reader, with their own role cards; for staff the ways to manage.

    A card's title tells its holder's part, so it stands only where it may be opened.
    """
    now, may_manage = clock.now(), bool(cohort.roles & MANAGE_COHORT)
    there = list(session.materials.live())
    mine = RoleCard.objects.of(user).filter(session=session).select_related("session")
    return {
        "session": session,
        "cohort": cohort,
        "may_manage": may_manage,
        "readings": [one for one in there if one.kind == Material.Kind.READING],
        "materials": [one for one in there if one.kind == Material.Kind.MATERIAL],
        "cards": [(card, card.opens_at(cohort), now >= card.opens_at(cohort)) for card in mine],
        "has_cards": may_manage and (session.kind in PLAYED or session.role_cards.live().exists()),
    }


@register.simple_tag
def materials_by_session(cohort: Cohort) -> dict[int, str]:
    """In a few words what the sessions of a cohort have, by the session's id; one statement."""
    kinds = Material.objects.live().filter(session__cohort=cohort).order_by()
    counts: dict[int, Counter[str]] = {}
    for session_id, kind in kinds.values_list("session", "kind"):
        counts.setdefault(session_id, Counter())[kind] += 1
    return {session_id: _in_words(count) for session_id, count in counts.items()}


def _in_words(count: Counter[str]) -> str:
    words = []
    if count[Material.Kind.READING]:
        words.append(_("to read before"))
    if things := count[Material.Kind.MATERIAL]:
        sentence = ngettext("%(count)d material", "%(count)d materials", things)
        words.append(sentence % {"count": things})
    return " · ".join(words)


@register.filter
def of_session(words: dict[int, str], session: Session) -> str:
    """What `materials_by_session` says of one session."""
    return words.get(session.pk, "")
