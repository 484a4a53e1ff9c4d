"""Settings for working on Lectern: pages of errors, no secrets needed."""

import os

os.environ.setdefault("SECRET_KEY", "development-only-never-on-a-server")
os.environ.setdefault("LOG_FORMAT", "text")
os.environ.setdefault("DEMO_MAILBOX", "true")

from config.settings.base import *  # noqa: F403
from config.settings.base import STORAGES

DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
