"""Is the engine well? For monitors, by the age of its work and not by a list of processes."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from coalitions import clock
from outbox import delivery
from outbox.models import Heartbeat

SILENCE = timedelta(minutes=5)
LATE = timedelta(minutes=15)


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """503 when no tick ran for five minutes, or a mail that is due waits for fifteen."""
    now = clock.now()
    try:
        beat = Heartbeat.objects.filter(name="tick").values_list("beat_at", flat=True).first()
        oldest = delivery.due(now).values_list("next_attempt_at", flat=True).first()
    except DatabaseError as error:
        return JsonResponse({"healthy": False, "database": type(error).__name__}, status=503)
    silence = (now - beat) if beat else None
    late = (now - oldest) if oldest else timedelta(0)
    healthy = silence is not None and silence < SILENCE and late < LATE
    report = {
        "healthy": healthy,
        "heartbeat_seconds": None if silence is None else round(silence.total_seconds()),
        "oldest_due_seconds": round(late.total_seconds()),
    }
    return JsonResponse(report, status=200 if healthy else 503)
