"""Settings for a public server. Whatever is missing is named when the process starts."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import (
    ALLOWED_HOSTS,
    BASE_URL,
    DATABASES,
    DEMO_MAILBOX,
    IMAGEKIT_API_BASE,
    MAIL_SERVER,
    SECRET_KEY,
    STRIPE_API_BASE,
)

from config import env  # isort: skip

if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or "development-only" in SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is too weak. "
        "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'."
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is empty or '*'. Name the site's hosts: ALLOWED_HOSTS=learn.example.org."
    )
if not BASE_URL.startswith("https://"):
    raise ImproperlyConfigured(
        "BASE_URL must begin with https://. Set it to the site's public address."
    )
if DEMO_MAILBOX:
    raise ImproperlyConfigured(
        "DEMO_MAILBOX shows everybody's mail. Remove it from a production environment."
    )
if IMAGEKIT_API_BASE:
    raise ImproperlyConfigured(
        "IMAGEKIT_API_BASE names a stand-in for ImageKit. Remove it from a production environment."
    )
if STRIPE_API_BASE:
    raise ImproperlyConfigured(
        "STRIPE_API_BASE names a stand-in for Stripe. Remove it from a production environment."
    )
if DATABASES["default"]["ENGINE"].endswith("sqlite3") and not env.flag("ALLOW_SQLITE", False):
    raise ImproperlyConfigured(
        "DATABASE_URL names SQLite. Use mysql://user:password@host:3306/name, "
        "or set ALLOW_SQLITE=true for a small site."
    )

if MAIL_SERVER is None:
    raise ImproperlyConfigured(
        "EMAIL_URL is not set. Set EMAIL_URL=smtp://user:password@host:587/?tls=1."
    )

CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
