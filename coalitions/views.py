"""Doors that belong to no app: is it alive, and what to say when a form came too late."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Can this process serve? 503 while the database is away or a migration is missing."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as error:
        return JsonResponse({"ready": False, "database": type(error).__name__}, status=503)
    return JsonResponse(
        {"ready": not missing, "migrations_missing": len(missing)}, status=503 if missing else 200
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say kindly that the form was older than the sign-in, and that going back keeps the words."""
    return render(request, "403.html", status=403)
