"""The project's doors as they are where DEBUG is on."""

from coalitions.urls import urlpatterns as everywhere
from home.dev_urls import urlpatterns as dev_doors

urlpatterns = [*everywhere, *dev_doors]
