"""The pages that can be talked about. The apps that have them register them here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404

from cohorts.access import Role, Roles
from cohorts.models import Team
from conversations.models import Comment


@dataclass(frozen=True)
class Spot:
    """One page of a team's work: how it is called, and where it stands."""

    title: str
    url: str


@dataclass(frozen=True)
class Page:
    """A kind of page. `find` gives the team's page of that id or day, None where there is none.

    `may_begin`: who starts a thread there; `may_reply`: who answers, resolves and reopens.
    """

    name: str
    find: Callable[[Team, str], Spot | None]
    may_begin: Roles
    may_reply: Roles


_TEAM: Roles = frozenset({Role.TEAM_LEAD, Role.MEMBER})
# Facilitators and coaches comment on the team's work, program leads reply to what is said there.
BEGIN_ON_WORK: Roles = _TEAM | {Role.FACILITATOR, Role.COACH}
REPLY_ON_WORK: Roles = BEGIN_ON_WORK | {Role.PROGRAM_LEAD}
# A check-in is answered by the coach and the program lead; facilitators read it.
ON_CHECK_IN: Roles = _TEAM | {Role.COACH, Role.PROGRAM_LEAD}

_pages: dict[str, Page] = {}


def register(page: Page) -> None:
    """Make a kind of page known; called from an app's `ready`."""
    if page.name not in Comment.Page.values:
        raise ValueError(f"{page.name} is no page that comments know")
    _pages[page.name] = page


def page_of(name: str) -> Page:
    """The kind of page of that name; 404 when there is none."""
    try:
        return _pages[name]
    except KeyError:
        raise Http404 from None


def spot(team: Team, name: str, which: str) -> Spot:
    """The team's page; 404 when it has none such."""
    found = page_of(name).find(team, which)
    if found is None:
        raise Http404
    return found
