"""Signing in by a link that works once, to look around the demo as someone. DEBUG only."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.arrivals import arrived
from accounts.models import User
from coalitions import clock
from cohorts.access import open_to_all


class OnceTokens(PasswordResetTokenGenerator):
    """Tokens that die when used: the moment of the last sign-in is part of what they sign."""

    key_salt = "home.dev_sign_in"


tokens = OnceTokens()


def path_for(user: User) -> str:
    """The path of a link that signs `user` in once."""
    return reverse("dev_sign_in", args=[user.pk, tokens.make_token(user)])


@require_safe
@open_to_all("DEBUG only, and the link's token")
def sign_in(request: HttpRequest, user_id: int, token: str) -> HttpResponse:
    """Sign in as the user the link was made for, and go to their home."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not tokens.check_token(user, token):
        return render(request, "home/dev_link_closed.html", status=410)
    login(request, user)
    arrived(user, clock.now())
    return redirect("home")
