"""Mails about signing in. They are rows of the outbox like all others, and expire with the code."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.kinds import Content, Kind
from outbox.mails import compose
from outbox.models import Message
from outbox.queueing import queue


def subject_of(template: str) -> str:
    """The subject of `account/email/<name>`. The code is not in it: lock screens show subjects."""
    if template.endswith("/login_code"):
        return _("Your code for Coalitions")
    if template.endswith("/unknown_account"):
        return _("Nobody is invited at this address")
    raise LookupError(f"There is no mail {template}.")


def send(template: str, address: str, context: dict[str, Any], *, now: datetime) -> None:
    """Queue the mail, to the address as we know it and in its person's language.

    Written here and not when it is handed over, because only this request knows the code; the
    outbox forgets the text once the mail is sent or has expired. `now` is in UTC.
    """
    user = User.objects.filter(email=User.objects.normalize_email(address)).first()
    valid = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    language = user.language if user else translation.get_language()
    with translation.override(language):
        minutes = valid // timedelta(minutes=1)
        content = compose(
            subject_of(template),
            template,
            {"email": address, "code": context.get("code"), "minutes": minutes},
        )
    queue(
        ACCOUNT.name,
        f"account/{uuid4()}",
        person=user,
        address=user.email if user else address,
        language=language,
        context={"subject": content.subject, "text": content.text, "html": content.html},
        now=now,
        expires_at=now + valid,
    )


def written(message: Message) -> Content:
    """The mail as it was written when it was queued."""
    kept = message.context
    return Content(subject=kept["subject"], text=kept["text"], html=kept["html"])


ACCOUNT = Kind("account", written, resend_unknown=True)
