"""Subscribing to the agenda in one's own calendar."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts import calendar_feed
from cohorts.access import READ_COHORT, SignedIn, cohort_door, open_to_all, signed_in
from cohorts.models import CalendarFeed, Cohort
from outbox import links

GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
@cohort_door(may=READ_COHORT)
def calendar(request: SignedIn, cohort: Cohort) -> HttpResponse:
    """The private address of this cohort's calendar: make it, make it anew, end it."""
    return _page(request, cohort)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def my_calendar(request: SignedIn) -> HttpResponse:
    """The private address of the calendar of everything that is one's own."""
    return _page(request, None)


def _page(request: SignedIn, cohort: Cohort | None) -> HttpResponse:
    if request.method == "POST":
        match request.POST.get("do"):
            case "make":
                calendar_feed.make(request.user, cohort, clock.now())
            case "end":
                calendar_feed.end(request.user, cohort, clock.now())
                messages.success(request, _("That address opens no more."))
            case _:
                raise Http404
        return redirect(request.path)
    feed = calendar_feed.feed_of(request.user, cohort)
    url = calendar_feed.url_of(feed) if feed else ""
    context = {"cohort": cohort, "url": url, "webcal": "webcal://" + url.partition("://")[2]}
    return render(request, "cohorts/calendar.html", context)


@require_safe
@open_to_all("the link's token")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """A feed for a calendar program, which has no session and no cookies."""
    link = links.find(calendar_feed.PURPOSE, token, clock.now())
    if link == links.Trouble.REVOKED:
        return HttpResponse(_("This address was ended."), status=GONE, content_type="text/plain")
    if isinstance(link, links.Trouble):
        raise Http404
    found = CalendarFeed.objects.select_related("person", "cohort").filter(pk=link.about or 0)
    feed = found.first()
    if feed is None or not feed.person.is_active:
        raise Http404
    cohorts = calendar_feed.cohorts_in(feed)
    if feed.cohort_id and not cohorts:
        raise Http404
    with translation.override(feed.person.language):
        content = calendar_feed.write(cohorts, calendar_feed.name_of(feed))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="agenda.ics"'
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
