"""Doors that belong to no app: is it alive, and what to say when a form came too late."""

import json
from collections.abc import Callable
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

# What else keeps an installation from being ready: each gives its name and words, or nothing.
_obstacles: list[Callable[[], dict[str, str]]] = []


def also_hinders(obstacle: Callable[[], dict[str, str]]) -> None:
    """Let an app say in `/readyz` that something must be done first."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Is all in order to serve? 503 while the database is away, a migration is missing, or an app
    says that a person must look: `bin/ask-ready` tells these apart."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found = {} if missing else {k: v for tell in _obstacles for k, v in tell().items()}
    except Exception as error:
        return JsonResponse({"ready": False, "database": type(error).__name__}, status=503)
    ready = not missing and not found
    report = {"ready": ready, "migrations_missing": len(missing)} | found
    return JsonResponse(report, status=200 if ready else 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say kindly that the form was older than the sign-in, and that going back keeps the words."""
    return render(request, "403.html", status=403)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the files it keeps: what a sheet and a plan need without a line."""
    scripts = sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))
    names = ["css/app.css", "css/grid.css", "img/favicon.svg", "django_htmx/htmx-2.min.js"]
    names += [f"js/{script.name}" for script in scripts]
    files = [static(name) for name in names] + [reverse("offline")]
    version = sha256("".join(files).encode()).hexdigest()[:12]
    script = f'import {{ serve }} from "{static("js/worker.js")}";\n'
    script += f"serve({json.dumps(files)}, {json.dumps(version)});\n"
    answer = HttpResponse(script, content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that stands for every page the browser does not have while there is no line.

    Kept in clear, so it says nothing about anybody.
    """
    return render(request, "offline.html")
