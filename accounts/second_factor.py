"""Who must show a second factor besides the mailed code, and whether they have one."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User

# In the session of someone who needs a second factor and has one, so that it is asked once.
KNOWN = "has_second_factor"
# Recovery codes alone are none: they stand in for a lost one.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_needed(user: User) -> bool:
    """Administrators and program leads steer other people's work, so a mailbox is not enough.

    `led_programs` comes from the app of the cohorts, which this one does not know.
    """
    if not settings.MFA_REQUIRED:
        return False
    return user.is_admin or (hasattr(user, "led_programs") and user.led_programs.exists())


def has_one(user: User) -> bool:
    """Has this user set up a second factor?"""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_missing(request: HttpRequest) -> bool:
    """Must the signed-in person set up a second factor before going on?

    No statement for those known to have one, one for everybody else.
    """
    user = request.user
    if not isinstance(user, User) or request.session.get(KNOWN) or not is_needed(user):
        return False
    if has_one(user):
        request.session[KNOWN] = True
        return False
    return True
