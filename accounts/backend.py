"""Who a session belongs to: the user, with what every page asks of them, in one statement."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef

from accounts.models import User


class Backend(AuthenticationBackend):
    """Signs in by e-mail address."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user of a session, annotated with `leads_a_program`."""
        leads = User.led_programs.through.objects.filter(user=OuterRef("pk"))
        users = User.objects.annotate(leads_a_program=Exists(leads))
        return users.filter(pk=user_id, is_active=True).first()
