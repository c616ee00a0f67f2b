"""Doors for people who are signed in, whoever they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from accounts.models import User

type View = Callable[..., HttpResponse]


class SignedIn(HttpRequest):
    """A request that came through a door: its user is a person."""

    user: User


def signed_in(view: View) -> View:
    """The view is about the signed-in user alone."""

    @wraps(view)
    def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        return view(request, **kwargs)

    checked.rule = "signed in"  # type: ignore[attr-defined]
    return checked


def is_script(request: HttpRequest) -> bool:
    """Does a script of ours ask, which cannot be led to another page?"""
    return "HX-Request" in request.headers or "X-Requested-With" in request.headers


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a page to sign-in and back; tell a script 401, so that it keeps what was typed."""
    if is_script(request):
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path())
