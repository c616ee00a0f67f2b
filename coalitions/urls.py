"""Every door of the project. Each app lists its own."""

from django.urls import include, path

from coalitions import views

urlpatterns = [
    path("", include("home.urls")),
    path("", include("accounts.urls")),
    path("", include("outbox.urls")),
    path("", include("cohorts.urls")),
    path("", include("conversations.urls")),
    path("", include("attendance.urls")),
    path("", include("materials.urls")),
    path("", include("actionplans.urls")),
    path("", include("documents.urls")),
    path("", include("followups.urls")),
    path("sw.js", views.worker, name="worker"),
    path("offline/", views.offline, name="offline"),
    path("readyz", views.readyz, name="readyz"),
]
