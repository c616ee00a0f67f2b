"""What people change about themselves."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import second_factor
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.zones import ZONES, find_zone

UNPROCESSABLE = 422
YEAR = 365 * 24 * 60 * 60


def me(request: HttpRequest) -> User:
    """The signed-in user, behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 for the type checker
    return request.user


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """One's name, language and time zone, and the ways to sign in."""
    # Another object than `request.user`: the page's head must not show what did not pass.
    user = User.objects.get(pk=me(request).pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        user.save(update_fields=list(form.cleaned_data))
        with translation.override(user.language):
            messages.success(request, _("Saved."))
        return redirect("profile")
    context = {
        "form": form,
        "zones": ZONES,
        "has_second_factor": second_factor.has_one(me(request)),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "accounts/profile.html", context, status=status)


@require_POST
@login_required
def guess_time_zone(request: HttpRequest) -> HttpResponse:
    """Take the browser's time zone while the person's own is empty, and never after."""
    zone = find_zone(request.POST.get("time_zone", ""))
    if zone is None:
        return HttpResponse(status=UNPROCESSABLE)
    User.objects.filter(pk=me(request).pk, time_zone="").update(time_zone=zone)
    return HttpResponse(status=204)


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of this person but the present one.

    Sessions are bound to the password's hash. Nobody knows this password; a new one ends them.
    """
    user = me(request)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out on all other devices."))
    return redirect("profile")


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak another language: a cookie for this browser, and for oneself where signed in."""
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    answer = redirect(to if safe else "home")
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return answer
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return answer
