"""Is it alive, is it ready: plain JSON for load balancers and people at 3 a.m."""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from core import clock
from core.models import OutboxMessage

LATE = timedelta(minutes=5)


@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 while the database answers; the rest is told, and degrades without failing."""
    checks: dict[str, str] = {}
    try:
        connection.ensure_connection()
        late = OutboxMessage.objects.filter(
            done_at=None, gave_up_at=None, due_at__lt=clock.now() - LATE
        ).count()
        checks["database"] = "ok"
        checks["queue"] = "ok" if not late else f"{late} messages are late: is a worker running?"
    except DatabaseError:
        checks["database"] = "does not answer"
    if settings.REDIS_URL:
        cache.set("health", "ok", 10)
        checks["cache"] = (
            "ok" if cache.get("health") == "ok" else "does not answer (the site works without it)"
        )
    failed = checks["database"] != "ok"
    return JsonResponse(
        {"status": "failing" if failed else "ok", "checks": checks}, status=503 if failed else 200
    )
