"""Settings shared by every way of running Lectern; safe to run in public as they stand."""

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from config import env
from config.content_policy import IMAGEKIT_UPLOADS, content_policy, payment_pages

ROOT = Path(__file__).resolve().parents[3]

DEBUG = False
SECRET_KEY = env.text(
    "SECRET_KEY", remedy="Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'."
)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [])
BASE_URL = env.web_address("BASE_URL", "http://localhost:8000")
REDIS_URL = env.redis_address("REDIS_URL")

INSTALLED_APPS = [
    "config",
    "analytics",
    "certificates",
    "commerce",
    "assessments",
    "home",
    "learning",
    "course_pages",
    "assets",
    "messaging",
    "accounts.apps.AccountsConfig",
    "integrations",
    "core",
    "allauth",
    "allauth.account",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail_modeladmin",
    "wagtail.embeds",
    "wagtail.sites",
    "accounts.apps.StaffUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "taggit",
    "modelcluster",
    "django_filters",
    "django_htmx",
    "csp",
    "django_tasks",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "core.middleware.request_id",
    "core.short_ways.short_ways",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.security_headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.admin_csp",
    "core.middleware.modest_queries",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.Authentication",
    "accounts.middleware.reader_locale",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "learning.middleware.lesson_closed",
    "core.middleware.kept",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "core.context_processors.site",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": env.database("DATABASE_URL", "sqlite:///" + str(ROOT / "var" / "lectern.sqlite3"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "core.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 5000},
        }
    )
}
# Whole public pages; where the cache is each process's own, nobody would hear of a change.
SHARED_PAGES_SECONDS = 60 if REDIS_URL else 0
# Sessions are of record: they live in the database, never in Redis.
SESSION_ENGINE = "accounts.sessions"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.SignIn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
# By code: who was on the way to a course gets there, and no mail scanner confirms for them.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BASE_URL.startswith("https") else "http"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("ar", _("Arabic"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "var" / "static"
STATICFILES_DIRS = [ROOT / "static" / "dist"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", "var/media", root=ROOT)
PRIVATE_MEDIA_ROOT = env.path("PRIVATE_MEDIA_ROOT", "var/private", root=ROOT)
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_MEDIA_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o644
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# What deploy/nginx.conf lets through. Above it no file of a request is kept.
UPLOAD_MAX_BYTES = 512 * 1024 * 1024
# Films come in slices, so the bound above is none for them.
VIDEO_MAX_BYTES = env.integer("VIDEO_MAX_BYTES", 10 * 2**30, least=2**20, most=2**43)
# With an account at ImageKit films lie there; without one they stay here.
IMAGEKIT_PUBLIC_KEY, IMAGEKIT_PRIVATE_KEY, IMAGEKIT_URL_ENDPOINT = env.imagekit()
IMAGEKIT_WEBHOOK_SECRET = env.text("IMAGEKIT_WEBHOOK_SECRET", "")
IMAGEKIT_API_BASE = env.text("IMAGEKIT_API_BASE", "")
# Pictures are then cut and sent by ImageKit, which fetches the originals from BASE_URL.
IMAGEKIT_IMAGES = env.imagekit_images()
# With an account at Stripe courses are sold; without one only what is free can be had.
STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET = env.stripe()
STRIPE_API_BASE = env.stripe_api_base()
STRIPE_PROMOTION_CODES = env.flag("STRIPE_PROMOTION_CODES", False)
STRIPE_AUTOMATIC_TAX = env.flag("STRIPE_AUTOMATIC_TAX", False)
CURRENCIES = env.currencies("CURRENCIES", "EUR")
# A PKCS#12 file with which certificates are signed, and what opens it.
CERTIFICATE_SIGNING_FILE = env.text("CERTIFICATE_SIGNING_FILE", "")
CERTIFICATE_SIGNING_PASSPHRASE = env.text("CERTIFICATE_SIGNING_PASSPHRASE", "")
# Signs Open Badges; there are none without it.
BADGE_SIGNING_KEY = env.text("BADGE_SIGNING_KEY", "")
# The program that makes films adaptive; found by itself where not named, "none" for without.
FFMPEG = env.text("FFMPEG", "")
# How long an address of a film lives; a player asks for a new one in time.
MEDIA_URL_SECONDS = env.integer("MEDIA_URL_SECONDS", 600, least=60, most=86_400)
# Where nginx has PRIVATE_MEDIA_ROOT as an internal location: it then sends films itself.
ACCEL_REDIRECT = env.text("ACCEL_REDIRECT", "")
FILE_UPLOAD_HANDLERS = [
    "core.uploads.BoundedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Lectern <hello@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_SERVER = env.mail_server("EMAIL_URL")
if MAIL_SERVER is not None:
    EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
    EMAIL_USE_TLS = MAIL_SERVER.tls
    EMAIL_BACKEND = "messaging.sent.EmailBackend"
DEMO_MAILBOX = env.flag("DEMO_MAILBOX", False)
if DEMO_MAILBOX:
    EMAIL_BACKEND = "messaging.mailbox.EmailBackend"

# --- Work outside requests -------------------------------------------------------------------
# Wagtail's tasks become outbox rows like our own news: one queue, with or without Redis.
TASKS = {"default": {"BACKEND": "core.tasks.OutboxBackend", "QUEUES": []}}
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "core.sweep", "schedule": 2.0}}

RELEASE_QUIET_SECONDS = env.integer("RELEASE_QUIET_SECONDS", 5, most=3600)

# --- Wagtail ---------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Lectern"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_LOGIN_URL = "staff_login"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# Browsers know no zone "localtime" or "Factory"; the account page of the admin would stumble.
WAGTAIL_USER_TIME_ZONES = sorted(available_timezones() - {"Factory", "localtime"})
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILIMAGES_IMAGE_MODEL = "assets.Image"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILDOCS_DOCUMENT_MODEL = "assets.Document"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = [
    "csv",
    "docx",
    "epub",
    "key",
    "mp4",
    "odt",
    "pdf",
    "pptx",
    "txt",
    "vtt",
    "webm",
    "xlsx",
    "zip",
    "json",
    "py",
    "md",
    "mp3",
    "m4a",
    "ogg",
    "wav",
]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_ALLOW_UNICODE_SLUGS = True
WAGTAIL_I18N_ENABLED = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
TAGGIT_CASE_INSENSITIVE = True

# --- Security --------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = content_policy(
    imagekit=IMAGEKIT_URL_ENDPOINT,
    uploads=IMAGEKIT_API_BASE or IMAGEKIT_UPLOADS,
    payment_pages=payment_pages(STRIPE_SECRET_KEY, STRIPE_API_BASE),
)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# W019 wants DENY; the editor shows previews of our own pages in a frame.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.errors.csrf_failure"
if env.flag("TRUST_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Whom allauth's limits count: the address that our own proxy saw, not one that a client claims.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- Logs ------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "core.logs.JsonFormatter"},
        "text": {"()": "core.logs.TextFormatter"},
    },
    "filters": {"plain_refusals": {"()": "core.logs.PlainRefusals"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["plain_refusals"],
            "formatter": env.choice("LOG_FORMAT", "json", ["json", "text"]),
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Each request's address; the number of a checkout opens its page.
        "stripe": {"level": "WARNING"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
