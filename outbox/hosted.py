"""What a hosted sender tells by its webhook, as django-anymail reads it."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, path

from coalitions import clock
from outbox import events
from outbox.models import MailEvent

What = MailEvent.What
# Where the provider gave up: the mailbox is not there, or it was told so before.
FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED}
# Some call every bounce the same; the other server's words or their own say that it may pass.
MAY_PASS = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|soft.?bounce", re.IGNORECASE)


def listen() -> None:
    """Take note of what providers tell."""
    tracking.connect(note, dispatch_uid="outbox.hosted")


def note(sender: Any, event: AnymailTrackingEvent, esp_name: str, **_more: Any) -> None:
    """Write an event down, if it is one that we act on."""
    what = _what(event)
    if what and event.recipient:
        events.note(
            what,
            event.recipient,
            source=esp_name,
            # A provider without ids may tell it twice; then the mail and the kind make it one.
            event_id=event.event_id or f"{event.message_id or uuid4()}/{what}",
            now=clock.now(),
            words=event.description or event.mta_response or event.reject_reason or "",
            message_id=event.message_id or "",
            is_known=True,
        )


def _what(event: AnymailTrackingEvent) -> str:
    if event.event_type == EventType.COMPLAINED:
        return What.COMPLAINED
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED}:
        words = f"{event.mta_response or ''} {event.description or ''} {event.esp_event!r}"
        lasting = event.reject_reason in FOR_GOOD and not MAY_PASS.search(words)
        return What.BOUNCED if lasting else What.SOFT
    return ""


def doors() -> list[URLPattern]:
    """The webhook of the one provider that is configured, with its secret; otherwise none."""
    if not (settings.MAIL_PROVIDER and settings.MAIL_PROVIDER_SECRET):
        return []
    from anymail import urls

    name = f"{settings.MAIL_PROVIDER}_tracking_webhook"
    known = {pattern.name: pattern.callback for pattern in urls.urlpatterns}
    if name not in known:
        raise ImproperlyConfigured(
            f"MAIL_PROVIDER is {settings.MAIL_PROVIDER}, which nobody knows."
        )
    return [path("hooks/mail/", known[name], name="mail_events")]
