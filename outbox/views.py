"""Is the engine well? For monitors, by the age of its work and not by a list of processes."""

from __future__ import annotations

from datetime import timedelta

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from coalitions import clock
from outbox import delivery, ticking
from outbox.models import Heartbeat

SILENCE = timedelta(minutes=5)
LATE = timedelta(minutes=15)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """503 when a part of the tick is silent for five minutes, or a due mail waits for fifteen."""
    now = clock.now()
    try:
        beats = dict(Heartbeat.objects.values_list("name", "beat_at"))
        oldest = delivery.due(now).values_list("next_attempt_at", flat=True).first()
    except Error as error:
        report = {"healthy": False, "database": type(error).__name__}
        return JsonResponse(report, status=503)
    silent = [name for name in ticking.parts() if name not in beats or now - beats[name] >= SILENCE]
    beat = beats.get(ticking.DELIVERY)
    late = (now - oldest) if oldest else timedelta(0)
    healthy = not silent and late < LATE
    report = {
        "healthy": healthy,
        "database": "ok",
        "heartbeat_seconds": round((now - beat).total_seconds()) if beat else None,
        "silent": silent,
        "oldest_due_seconds": round(late.total_seconds()),
    }
    return JsonResponse(report, status=200 if healthy else 503)
