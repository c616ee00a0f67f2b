from django.urls import path

from outbox import hosted, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("metrics", views.figures, name="metrics"),
    *hosted.doors(),
]
