"""WSGI entry point: `gunicorn --pythonpath .,site config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
application = get_wsgi_application()

from config.startup import check_server  # noqa: E402 - the settings must be loaded first

check_server()
