from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from home import dev_urls, operations_pages, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("teams/<int:team_id>/", views.team, name="team"),
    path("operations/", operations_pages.overview, name="operations"),
    path("operations/people/<int:user_id>/", operations_pages.person, name="operations_person"),
    path("operations/mails/<int:message_id>/", operations_pages.message, name="operations_message"),
]

if settings.DEBUG:
    urlpatterns += dev_urls.urlpatterns
