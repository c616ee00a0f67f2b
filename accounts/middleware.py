"""Whose language and clock a page speaks, and who must show a second factor first."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.device import mark
from accounts.doors import is_script
from accounts.models import User

type GetResponse = Callable[[HttpRequest], HttpResponse]

SAFE = {"GET", "HEAD", "OPTIONS"}
HAS_SECOND_FACTOR = "has_second_factor"
# Doors that stay open on the way to a second factor. The page that sets it up shows a new secret
# each time it is loaded, so nothing that it or another page asks for by itself may lead to it.
ON_THE_WAY = (
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "set_language",
    "guess_time_zone",
    "device_key",
    "shared_device",
    "worker",
    "offline",
    "healthz",
    "readyz",
)


class OwnPageMiddleware:
    """Write nothing for a page of someone else, who sat here before and has left it open.

    Scripts send the mark that their page bears (base.html) with all that they write.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        whose = request.headers.get("X-Person")
        if not whose or request.method in SAFE:
            return self.get_response(request)
        if isinstance(request.user, User) and mark(request.user) == whose:
            return self.get_response(request)
        return HttpResponse(status=401)


class PersonMiddleware:
    """Speak the signed-in person's language and show times of their zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
        with timezone.override(user.zone):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Lead administrators and program leads to set up a second factor before anything else.

    Costs no query: `accounts.backend` finds who steers together with the user, and once the second
    factor was seen, the session remembers it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Stop a request that still lacks the second factor."""
        user, match = request.user, request.resolver_match
        if not settings.MFA_REQUIRED or not isinstance(user, User):
            return None
        if request.session.get(HAS_SECOND_FACTOR) or (match and match.url_name in ON_THE_WAY):
            return None
        if not steers(user):
            return None
        if is_mfa_enabled(user):
            request.session[HAS_SECOND_FACTOR] = True
            return None
        if is_script(request):
            return HttpResponse(status=401)
        messages.info(request, _("Who steers programs signs in with a second factor. Set it up."))
        return redirect("mfa_activate_totp")


def steers(user: User) -> bool:
    """Administrators and program leads hold what others entrusted to them."""
    return user.is_admin or bool(getattr(user, "leads_a_program", False))
