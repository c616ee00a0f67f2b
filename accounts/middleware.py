"""Whose language and clock a page speaks, and who must set up a second factor first."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from accounts import second_factor

type GetResponse = Callable[[HttpRequest], HttpResponse]

# What one may do before the second factor is set up.
OPEN = {
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "set_language",
    "guess_time_zone",
    "healthz",
    "readyz",
}


class PersonMiddleware:
    """Speak the signed-in person's language and show times of their zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(request.user.zone):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Lead administrators and program leads to the set-up of a second factor until they have one.

    A script's request gets 403, so that its page says what was not saved and keeps it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in OPEN or not second_factor.is_missing(request):
            return None
        if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
            return HttpResponse(status=403)
        return redirect("mfa_index")
