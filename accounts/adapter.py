"""How allauth works here: everybody is invited, codes go out through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import mails, second_factor
from accounts.arrivals import arrived
from accounts.models import User
from coalitions import clock


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; whoever is invited signs in by a code in a mail."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("This is not the code we sent. Look whether it is our newest mail."),
        "too_many_login_attempts": _("That was wrong too often. Wait a few minutes, then go on."),
        "rate_limited": _("That was too much at once. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """First the mailed code, then the second factor of those who have one."""
        return [
            "allauth.account.stages.LoginByCodeStage",
            "allauth.mfa.stages.AuthenticateStage",
        ]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the outbox instead of sending it while someone waits."""
        mails.send(template_prefix, email, context, now=clock.now())

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Tell who asked that someone has come."""
        arrived(user, clock.now())
        return super().post_login(request, user, **how)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say that the account was closed while its code was under way."""
        messages.error(request, _("This account is closed. Ask whoever runs your program."))
        return redirect("account_login")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Who steers a program keeps a second factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code that is valid now. Codes change twice a minute."),
        "cannot_delete_authenticator": _(
            "You steer a program, so you need a second factor; it cannot be turned off."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not second_factor.is_needed(authenticator.user)
