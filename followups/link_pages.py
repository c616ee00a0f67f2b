"""The doors of links in mails: a check-in without signing in, and stopping the reminders."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from coalitions import clock
from cohorts.access import open_to_all
from cohorts.models import Membership
from followups import mails
from followups.check_in_pages import answer_page
from followups.models import CheckIn, Preference
from outbox import links
from outbox.links import Trouble
from outbox.models import LinkToken
from outbox.queueing import cancel

COOKIE = f"{settings.COOKIE_PREFIX}check-in"
COOKIE_SECONDS = 30 * 60
# The page itself carries the right a day long, so that a slow writer loses nothing.
PAGE_SECONDS = 24 * 60 * 60
SALT = "followups.check-in"


def _privately(response: HttpResponse) -> HttpResponse:
    """Let neither caches nor the next site learn of the page."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response


@require_GET
@open_to_all("the link's token")
def check_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A check-in mail's link: changes nothing, leads to an address without the token."""
    link = links.find(mails.PURPOSE, token, clock.now())
    if isinstance(link, Trouble):
        return _closed(request, link)
    response = redirect("check_in_by_link")
    response.status_code = 303
    response.set_cookie(
        COOKIE,
        signing.dumps(link.pk, salt=SALT),
        max_age=COOKIE_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return _privately(response)


def _closed(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    status = 404 if trouble == Trouble.UNKNOWN else 410
    return _privately(
        render(request, "followups/link_closed.html", {"trouble": trouble}, status=status)
    )


def _opened(request: HttpRequest) -> LinkToken | Trouble:
    """The link that the cookie, or the page that is sent, came from; still good?"""
    for value, seconds in (
        (request.COOKIES.get(COOKIE, ""), COOKIE_SECONDS),
        (request.POST.get("right", ""), PAGE_SECONDS),
    ):
        try:
            pk = signing.loads(value, salt=SALT, max_age=seconds)
        except signing.BadSignature:
            continue
        link = LinkToken.objects.filter(pk=pk, purpose=mails.PURPOSE).select_related("person")
        return _still_good(link.first())
    return Trouble.EXPIRED


def _still_good(link: LinkToken | None) -> LinkToken | Trouble:
    if link is None or link.revoked_at or link.person is None:
        return Trouble.REVOKED
    if link.expires_at and link.expires_at <= clock.now():
        return Trouble.EXPIRED
    in_team = Membership.objects.filter(
        user=link.person, user__is_active=True, team__check_ins=link.about
    )
    return link if in_team.exists() else Trouble.REVOKED


@require_http_methods(["GET", "POST"])
@open_to_all("the cookie that the link gave")
def check_in_by_link(request: HttpRequest) -> HttpResponse:
    """The one check-in that the link opens, for the person it was sent to."""
    link = _opened(request)
    if isinstance(link, Trouble):
        return _closed(request, link)
    check_in = CheckIn.objects.select_related("team__cohort", "round").get(pk=link.about or 0)
    assert link.person is not None  # noqa: S101 _still_good saw it
    right = signing.dumps(link.pk, salt=SALT)
    return _privately(answer_page(request, check_in, link.person, right=right))


@csrf_exempt
@require_http_methods(["GET", "POST"])
@open_to_all("the link's token")
def opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the reminders: a button for people, one POST for their mail programs (RFC 8058)."""
    now = clock.now()
    link = links.find(mails.OPT_OUT, token, now)
    if isinstance(link, Trouble) or link.person is None:
        return _privately(render(request, "followups/opt_out_unknown.html", status=404))
    if request.method == "POST":
        with transaction.atomic():
            Preference.objects.update_or_create(
                person=link.person, defaults={"wants_reminders": False, "changed_at": now}
            )
            cancel(mails.ASKING, person=link.person, reason="opted out")
    stopped = Preference.objects.filter(person=link.person, wants_reminders=False).exists()
    context = {"person": link.person, "stopped": stopped}
    return _privately(render(request, "followups/opt_out.html", context))
