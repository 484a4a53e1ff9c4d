"""Database connections that are kept are asked now and then whether they are still there.

Django asks at each request, which costs as much as a small query. What answered a moment ago is
there. After a restart of the database a worker may fail one request; Django mends it after that.
"""

import time

from django.core.signals import request_started
from django.db import connections
from django.dispatch import receiver

CHECKED_EVERY_SECONDS = 5


@receiver(request_started)
def spare_checks(**_about: object) -> None:
    """Runs after Django's own receiver, which calls for a check before the next query."""
    now = time.monotonic()
    for connection in connections.all(initialized_only=True):
        if now - getattr(connection, "checked_at", -CHECKED_EVERY_SECONDS) < CHECKED_EVERY_SECONDS:
            connection.health_check_done = True  # type: ignore[attr-defined]
        else:
            connection.checked_at = now  # type: ignore[attr-defined]
