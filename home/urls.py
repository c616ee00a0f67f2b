from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from home import dev_urls, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("teams/<int:team_id>/", views.team, name="team"),
]

if settings.DEBUG:
    urlpatterns += dev_urls.urlpatterns
