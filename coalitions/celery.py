"""The Celery application: a doorbell. What is due stands in the database (docs/decisions/0002)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalitions.settings")

app = Celery("coalitions")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
