"""What a hosted sender tells by its webhook, as django-anymail reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import BadRequest, ImproperlyConfigured
from django.http import HttpRequest
from django.urls import URLPattern, path

from coalitions import clock
from outbox import events
from outbox.models import MailEvent

What = MailEvent.What
# Where the provider gave up: the mailbox is not there, or it was told so before.
FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED}
NOTED = {EventType.COMPLAINED, EventType.BOUNCED, EventType.REJECTED}
# What reading a body raises that is not as expected.
STUMBLES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
# Some call every bounce the same; the other server's words or their own say that it may pass.
MAY_PASS = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|soft.?bounce", re.IGNORECASE)


class CarefulHook(AnymailCoreWebhookView):
    """What a provider never sends is refused (400) before anything is noted.

    Its readers trust what comes with the secret, and trip over an empty or a broken body.
    """

    def run_validators(self, request: HttpRequest) -> None:
        with _refusing():
            super().run_validators(request)

    def parse_events(self, request: HttpRequest) -> list[AnymailTrackingEvent]:
        with _refusing():
            events = list(super().parse_events(request))
        if not all(map(_is_readable, events)):
            raise BadRequest("An event holds what the provider does not send.")
        return events


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except STUMBLES as error:
        raise BadRequest("The body is none that the provider sends.") from error


def _is_readable(event: AnymailTrackingEvent) -> bool:
    """Is what we would note of the event text, such as every database keeps? Ids may be numbers."""
    if event.event_type not in NOTED:
        return True
    words = (event.recipient, event.description, event.mta_response, event.reject_reason)
    ids = [str(one) if isinstance(one, int) else one for one in (event.event_id, event.message_id)]
    told = [one for one in (*words, *ids) if one is not None]
    return all(isinstance(one, str) and "\0" not in one for one in told)


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
            event_id=str(event.event_id or "") or f"{event.message_id or uuid4()}/{what}",
            now=clock.now(),
            words=event.description or event.mta_response or event.reject_reason or "",
            message_id=str(event.message_id or ""),
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
    careful: Any = type("OurHook", (CarefulHook, known[name].view_class), {})
    return [path("hooks/mail/", careful.as_view(), name="mail_events")]
