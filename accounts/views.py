"""One's own profile, language and clock; signing out."""

from __future__ import annotations

from allauth.account import views as allauth_views
from babel.core import get_global
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from accounts import device
from accounts.doors import SignedIn, signed_in
from accounts.forms import ZONES, ProfileForm
from accounts.models import User, validate_time_zone

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: SignedIn) -> HttpResponse:
    """Name, language and time zone."""
    # A copy, so that a refused form does not show its words in the page's head.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return redirect("profile")
    context = {"form": form, "zones": ZONES}
    return render(
        request, "accounts/profile.html", context, status=UNPROCESSABLE if form.errors else 200
    )


@require_POST
@signed_in
def guess_time_zone(request: SignedIn) -> HttpResponse:
    """Keep the zone that the browser tells, while the person has not chosen one."""
    # Browsers tell some zones by an old name (Asia/Saigon) that knows no country and no weekend.
    told = request.POST.get("time_zone", "")
    zone = get_global("zone_aliases").get(told, told)
    try:
        validate_time_zone(zone)
    except ValidationError:
        return HttpResponse(status=UNPROCESSABLE)
    User.objects.filter(pk=request.user.pk, time_zone="").update(time_zone=zone)
    return HttpResponse(status=204)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak another language: kept in a cookie, and with the person who is signed in."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(language):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return django_set_language(request)


@require_http_methods(["GET", "HEAD", "POST"])
def log_out(request: HttpRequest) -> HttpResponse:
    """Sign out by POST, and let the browser forget the pages it has.

    Not its storage: there may wait, unreadable here, what somebody else has not sent yet. What the
    person leaves there is emptied by static/js/leaving.js, and by the next page.
    """
    response = allauth_views.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache"'
    return response


@require_safe
@signed_in
def device_key(request: SignedIn) -> JsonResponse:
    """The key under which this browser keeps the person's texts; none on a shared device."""
    if device.is_shared(request):
        return JsonResponse({}, status=UNPROCESSABLE)
    return JsonResponse({"person": device.mark(request.user), "key": device.key(request.user)})


@require_POST
def shared_device(request: HttpRequest) -> HttpResponse:
    """Say that others use this device too, or that it is one's own: a cookie for a year."""
    shared = request.POST.get("shared") == "yes"
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    # Not `redirect(back)`, which takes a word without a slash for the name of a page.
    response = HttpResponseRedirect(back if safe else reverse("home"))
    device.remember(response, shared=shared)
    if shared:
        messages.success(
            request, _("This device is marked as shared: nothing of you is kept in its browser.")
        )
    else:
        messages.success(request, _("This device is marked as your own."))
    return response


@require_safe
def by_invitation(request: HttpRequest) -> HttpResponse:
    """Nobody makes an account by themselves; say how one comes in."""
    return render(request, "account/signup_closed.html")
