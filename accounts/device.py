"""What a browser may keep for a person: whose it is, under which key, and whether it may at all.

docs/decisions/0023 says what this protects and what it does not.
"""

from __future__ import annotations

import base64

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.models import User

# A cookie of the device, not of a person: it outlives every sign-in.
SHARED = f"{settings.COOKIE_PREFIX}shared"
LONG = 60 * 60 * 24 * 365
# The answer's header that lets our service worker keep the page, and says for whom.
KEEP = "X-Keep-Offline"


def mark(user: User) -> str:
    """Whose texts these are, as the browser knows it; says nothing about the person."""
    return salted_hmac("accounts.device.mark", str(user.pk), algorithm="sha256").hexdigest()[:22]


def key(user: User) -> str:
    """The person's key for what their browsers keep: 256 bits, base64.

    The same on each device and after each sign-in, so that what waits unsent can be read again by
    whoever wrote it, and by nobody else.
    """
    secret = salted_hmac("accounts.device.key", str(user.pk), algorithm="sha256").digest()
    return base64.b64encode(secret).decode()


def is_shared(request: HttpRequest) -> bool:
    """Did someone say that others use this device too?"""
    return request.COOKIES.get(SHARED) == "1"


def remember(response: HttpResponse, *, shared: bool) -> None:
    """Keep what was said about the device, for a year."""
    if not shared:
        return response.delete_cookie(SHARED)
    return response.set_cookie(
        SHARED, "1", max_age=LONG, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def may_keep(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser keep this page for its reader, unless the device is shared."""
    if isinstance(request.user, User) and not is_shared(request):
        response[KEEP] = mark(request.user)
    return response


def context(request: HttpRequest) -> dict[str, object]:
    """Context processor: who sits here ("" for nobody), and whether the device is shared."""
    user = getattr(request, "user", None)
    return {
        "person_mark": mark(user) if isinstance(user, User) else "",
        "device_is_shared": is_shared(request),
    }
