"""For monitors: is the engine well, and its figures."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from coalitions import clock
from outbox import metrics, ticking, wellbeing


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """503 when a part of the tick is silent, a due mail waits for too long, or on hold."""
    try:
        seen = wellbeing.look(clock.now())
    except Error as error:
        report = {"healthy": False, "database": type(error).__name__}
        return JsonResponse(report, status=503)
    report = {
        "healthy": seen.is_well,
        "database": "ok",
        "heartbeat_seconds": _seconds(seen.beats[ticking.DELIVERY]),
        "silent": seen.silent,
        "oldest_due_seconds": _seconds(seen.oldest_due),
        "on_hold": seen.held.held_because if seen.held else "",
    }
    return JsonResponse(report, status=200 if seen.is_well else 503)


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else round(age.total_seconds())


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The engine's figures as Prometheus reads them; for whoever has the token, else nothing."""
    if not _may_read_figures(request):
        raise Http404
    return HttpResponse(metrics.exposition(clock.now()), content_type=metrics.CONTENT_TYPE)


def _may_read_figures(request: HttpRequest) -> bool:
    """With METRICS_TOKEN its bearer; without, whoever asks from this machine, past every proxy."""
    if token := settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
