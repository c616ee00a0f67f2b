"""The doors of links in mails: a check-in without signing in.

Reading changes nothing here, whatever a mail scanner opens. Nothing needs a CSRF token: what is
posted carries its own secret, and browsers send no `Origin` from pages without referrer.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts.access import open_to_all
from followups import mails, rights
from followups.check_in_pages import Visit, in_words_of, privately, typed
from followups.rights import IN_COOKIE, IN_PAGE, Right
from outbox import links
from outbox.links import Trouble

COOKIE = f"{settings.COOKIE_PREFIX}check-in"


@require_safe
@open_to_all("the link's token")
def check_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A check-in mail's link: changes nothing, leads to an address without the token."""
    now = clock.now()
    link = links.find(mails.PURPOSE, token, now)
    if isinstance(link, Trouble):
        return _closed(request, link)
    right = Right(link.about or 0, link.person_id or 0, link.pk)
    found = rights.holder(right, now)
    if isinstance(found, Trouble):
        return _closed(request, found)
    return _to_clean_address(right, reverse("check_in_by_link"))


def _to_clean_address(right: Right, address: str) -> HttpResponse:
    response = redirect(address)
    response.status_code = 303
    response.set_cookie(
        COOKIE,
        right.signed(IN_COOKIE),
        max_age=rights.COOKIE_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return privately(response)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all("the cookie that the link gave, or what the page carries")
def check_in_by_link(request: HttpRequest) -> HttpResponse:
    """The one check-in that the link opens; and where every check-in page is sent to."""
    if request.method == "POST":
        return _keep(request)
    right = _of_cookie(request)
    if right is None:
        return _closed(request, Trouble.EXPIRED)
    found = rights.holder(right, clock.now())
    if isinstance(found, Trouble):
        return _closed(request, found)
    check_in, person = found
    with in_words_of(person, check_in.team):
        return Visit(request, check_in, person, right).show()


def _of_cookie(request: HttpRequest) -> Right | None:
    text = request.COOKIES.get(COOKIE, "")
    return rights.read(text, IN_COOKIE, seconds=rights.COOKIE_SECONDS)


def _keep(request: HttpRequest) -> HttpResponse:
    """Keep what was sent, for the check-in and person that the page names, not the cookie.

    Two mails opened in two tabs share one cookie, and a page outlives its session.
    """
    text = request.POST.get("right", "")
    right = rights.read(text, IN_PAGE, seconds=None)
    if right is None:
        return _closed(request, Trouble.UNKNOWN)
    found = rights.holder(right, clock.now())
    if isinstance(found, Trouble):
        return _closed(request, found)
    check_in, person = found
    is_fresh = (
        rights.read(text, IN_PAGE, seconds=rights.PAGE_SECONDS) is not None
        or right.is_same(_of_cookie(request))
        or request.user == person
    )
    with in_words_of(person, check_in.team):
        visit = Visit(request, check_in, person, right, carried="" if is_fresh else text)
        done = visit.take() if is_fresh else visit.show_stale()
    if isinstance(done, HttpResponse):
        return done
    if visit.is_inside:
        response = redirect(done)
        response.status_code = 303
        return response
    return _to_clean_address(right, done)


def _closed(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """Why a link does not open, how to go on, and whatever was typed, to be copied."""
    context = {"trouble": trouble, "typed": typed(request.POST), "csrf_token": ""}
    status = 404 if trouble == Trouble.UNKNOWN else 410
    return privately(render(request, "followups/link_closed.html", context, status=status))
