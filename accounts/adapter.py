"""How allauth works here: people are invited, sign in by code, and their mails go by the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy

from accounts.arrivals import arrived
from accounts.models import User
from coalitions import clock
from outbox.kinds import Content, Kind
from outbox.models import Message
from outbox.queueing import queue

# A code that came later than this is of no use to anyone.
USEFUL = timedelta(minutes=15)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; codes are mails of the outbox like all others."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context_: dict[str, Any]) -> None:
        """Queue a mail. Its words wait in the row until it is sent, then they are emptied."""
        whole = {"request": context.request, "email": email} | context_
        subject = render_to_string(f"{template_prefix}_subject.txt", whole)
        now = clock.now()
        queue(
            "account",
            f"account/{uuid4()}",
            person=User.objects.filter(email=User.objects.normalize_email(email)).first(),
            address=email,
            language=get_language() or "en",
            context={
                "subject": " ".join(subject.split()),
                "text": render_to_string(f"{template_prefix}_message.txt", whole).strip() + "\n",
            },
            now=now,
            expires_at=now + USEFUL,
        )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        arrived(user, clock.now())
        return super().post_login(request, user, **kwargs)


def compose(message: Message) -> Content:
    """The words that waited in the row."""
    return Content(message.context["subject"], message.context["text"])


# Whoever asks for a code reads it now, and is let in also while the engine is on hold.
ACCOUNT_MAIL = Kind("account", compose, asked_for=True, label=gettext_lazy("Sign-in and account"))
