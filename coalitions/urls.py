"""Every door of the project. Each app lists its own."""

from django.urls import include, path
from django.views.i18n import set_language

from coalitions import views

urlpatterns = [
    path("", include("home.urls")),
    path("", include("accounts.urls")),
    path("", include("outbox.urls")),
    path("", include("cohorts.urls")),
    path("", include("actionplans.urls")),
    path("", include("followups.urls")),
    path("language/", set_language, name="set_language"),
    path("readyz", views.readyz, name="readyz"),
]
