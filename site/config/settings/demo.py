"""Settings of `bin/demo`: production's behaviour on one machine, with a mailbox instead of mail."""

import os

os.environ.setdefault("LOG_FORMAT", "text")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("DEMO_MAILBOX", "true")
os.environ.setdefault("CURRENCIES", "EUR,USD")
# bin/demo makes a key once and keeps it below var/.
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import BADGE_SIGNING_KEY as GIVEN_KEY
from config.settings.base import SECRET_KEY

WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DEMO_MODE = True
# Follows from the key that bin/demo keeps.
BADGE_SIGNING_KEY = GIVEN_KEY or env.badge_key_of(SECRET_KEY)
