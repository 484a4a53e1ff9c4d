"""Settings for working on Lectern: pages of errors, no secrets needed."""

import os

os.environ.setdefault("SECRET_KEY", "development-only-never-on-a-server")
os.environ.setdefault("LOG_FORMAT", "text")
os.environ.setdefault("DEMO_MAILBOX", "true")

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BADGE_SIGNING_KEY as GIVEN_KEY
from config.settings.base import SECRET_KEY, STORAGES

DEBUG = True
BADGE_SIGNING_KEY = GIVEN_KEY or env.badge_key_of(SECRET_KEY)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SHARED_PAGES_SECONDS = 0  # an edited template shows at once
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
