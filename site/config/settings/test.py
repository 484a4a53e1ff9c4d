"""Settings of the suite: no network, quick passwords, files that the tests throw away."""

import os
import tempfile
from pathlib import Path

# A parallel worker inherits its parent's variables and must not share its files.
_files = Path(tempfile.gettempdir()) / f"lectern-test-{os.getpid()}"
os.environ.setdefault("SECRET_KEY", "for-tests-only")
os.environ.setdefault("LOG_FORMAT", "text")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_files}/db.sqlite3")
os.environ["MEDIA_ROOT"] = str(_files / "media")
os.environ["PRIVATE_MEDIA_ROOT"] = str(_files / "private")
os.environ.setdefault("RELEASE_QUIET_SECONDS", "0")

from config import env  # noqa: E402
from config.settings.base import *  # noqa: E402, F403
from config.settings.base import CACHES, REDIS_URL, SECRET_KEY, STORAGES  # noqa: E402

_files.mkdir(exist_ok=True)
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
BADGE_SIGNING_KEY = env.badge_key_of(SECRET_KEY)
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
ACCOUNT_RATE_LIMITS = False
WAGTAIL_AUTOSAVE_INTERVAL = 0
# In a test's transaction nothing is committed, so no page would be renewed.
SHARED_PAGES_SECONDS = 0
if REDIS_URL:
    # Tests empty the cache: each parallel process gets a database of its own, from 15 down.
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{15 - _worker % 15}"
