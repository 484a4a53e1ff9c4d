"""Celery: `PYTHONPATH=.:site celery -A config.celery worker` (and `beat`)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
app = Celery("lectern")
# In every thread: a current app is known to the thread alone that made it.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["core"], related_name="celery_tasks")
