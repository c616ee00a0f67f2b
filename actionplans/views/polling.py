"""What poll.js asks every few seconds: what changed on a page, and who is in which row of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from zlib import crc32

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from accounts.models import User
from actionplans import presence
from actionplans.models import Edit
from actionplans.sheets import may_write
from coalitions import clock
from cohorts.access import WRITE_TEAM_WORK, SignedIn, team_door
from cohorts.models import Team

type Parts = list[dict[str, Any]]


def polled(token: Callable[..., str]) -> Callable[[Callable[..., Parts]], Callable[..., Any]]:
    """The view gives the parts of a page; `token(team, …)` is other whenever one of them is.

    Answers 304 when nothing changed. When only people went from row to row, it says who is where
    and leaves the parts out: one who moves costs the others no page.
    """

    def decorate(view: Callable[..., Parts]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: SignedIn, team: Team, **which: Any) -> HttpResponse:
            reader = f"{request.user.pk}-{get_language()}-{may_write(team):d}"
            content = f"{token(team, **which)}-{reader}"
            here = presence.others(team, request.user, clock.now())
            etag = f'"{content}~{crc32(repr(here).encode()):x}"'
            known = request.headers.get("If-None-Match", "")
            told: dict[str, Any] = {"here": here}
            unchanged = get_conditional_response(request, etag=etag)
            if unchanged is not None:
                return unchanged
            if f'"{content}~' not in known:
                told["parts"] = view(request, team, **which)
            return JsonResponse(told, headers={"ETag": etag})

        return answer

    return decorate


def told_of(change: Edit | None, reader: User) -> dict[str, Any]:
    """Whose the last change of a part is: a name, or the reader's own; and if it was merged."""
    if change is None:
        return {}
    submitted = getattr(change, "settles", None)
    return {
        "by": str(change.actor or ""),
        "own": change.actor_id == reader.pk,
        "merged": submitted is not None and submitted.outcome == Edit.Outcome.MERGED,
    }


@require_POST
@team_door(may=WRITE_TEAM_WORK)
def here(request: SignedIn, team: Team) -> HttpResponse:
    """The reader is in this row now, or in none; said by the page every few seconds."""
    part = request.POST.get("part", "")
    if part and not presence.PART.fullmatch(part):
        raise Http404
    presence.note(team, request.user, part, clock.now())
    return HttpResponse(status=204)
