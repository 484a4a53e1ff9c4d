"""News from lower layers to upper ones, and every task: written with a change, delivered after it.

`publish` inserts a row in the caller's transaction. `on_commit` only makes it fast (a nudge to
Celery where Redis is present); the sweeper of `manage.py work` or Celery beat makes it sure.
Handlers take the payload, are idempotent, and may be called again at any time.
"""

import logging
import traceback
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from core import clock
from core.models import OutboxMessage

Handler = Callable[[dict[str, Any]], None]
Source = Callable[[], object]

CLAIM = timedelta(minutes=10)
GIVE_UP_AFTER = 12
LONGEST_WAIT = timedelta(hours=6)

_handlers: dict[str, list[Handler]] = {}
_sources: list[Source] = []
logger = logging.getLogger(__name__)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register a function for messages of a kind; call from an app's `ready()`."""

    def register(function: Handler) -> Handler:
        functions = _handlers.setdefault(kind, [])
        if function not in functions:
            functions.append(function)
        return function

    return register


def source(function: Source) -> Source:
    """Register what makes messages of rows that were kept without one, where each statement counts.

    Called before every look at what is due; call from an app's `ready()`.
    """
    if function not in _sources:
        _sources.append(function)
    return function


def publish(kind: str, payload: dict[str, Any], *, after: timedelta = timedelta()) -> OutboxMessage:
    """Write one message; it is delivered once the surrounding transaction has committed."""
    message = OutboxMessage.objects.create(kind=kind, payload=payload, due_at=clock.now() + after)
    transaction.on_commit(lambda: _nudge(message.pk, after))
    return message


def publish_many(kind: str, payloads: Iterable[dict[str, Any]]) -> None:
    """Write messages that the sweeper delivers, some seconds later: nobody waits for them."""
    now = clock.now()
    OutboxMessage.objects.bulk_create(
        OutboxMessage(kind=kind, payload=payload, due_at=now) for payload in payloads
    )


def _nudge(pk: int, after: timedelta) -> None:
    """Tell a worker at once; whatever goes wrong here, the sweeper delivers later."""
    if not settings.REDIS_URL:
        return
    from core.celery_tasks import deliver as task

    try:
        task.apply_async(args=[pk], countdown=after.total_seconds() or None)
    except (OSError, KombuError, RedisError) as error:
        logger.warning("The queue did not answer; message %s waits for the sweeper: %s", pk, error)


def _open(now: datetime) -> Q:
    return Q(done_at=None, gave_up_at=None, due_at__lte=now) & (
        Q(claimed_until=None) | Q(claimed_until__lt=now)
    )


def deliver(pk: int) -> bool:
    """Claim and deliver one message if it is due; True when it was delivered now."""
    now = clock.now()
    claimed = OutboxMessage.objects.filter(_open(now), pk=pk).update(
        claimed_until=now + CLAIM, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    message = OutboxMessage.objects.get(pk=pk)
    try:
        for function in _handlers.get(message.kind, []):
            function(message.payload)
    except Exception as error:  # noqa: BLE001 - any handler's failure is kept on the row and tried again
        _failed(message, error)
        return False
    OutboxMessage.objects.filter(pk=pk).update(
        done_at=clock.now(), claimed_until=None, last_error=""
    )
    return True


def _failed(message: OutboxMessage, error: Exception) -> None:
    logger.error(
        "Outbox message %s (%s) failed, attempt %s",
        message.pk,
        message.kind,
        message.attempts,
        exc_info=error,
    )
    now = clock.now()
    wait = min(timedelta(seconds=5 * 2 ** min(message.attempts, 16)), LONGEST_WAIT)
    OutboxMessage.objects.filter(pk=message.pk).update(
        claimed_until=None,
        due_at=now + wait,
        gave_up_at=now if message.attempts >= GIVE_UP_AFTER else None,
        last_error="".join(traceback.format_exception_only(error))[:2000],
    )


def deliver_due(limit: int = 100) -> int:
    """Deliver what is due, oldest first; returns how many were delivered."""
    for function in _sources:
        function()
    due = OutboxMessage.objects.filter(_open(clock.now())).order_by("due_at", "pk")
    delivered = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        delivered += deliver(pk)
    return delivered


def drain(limit: int = 10_000) -> int:
    """Deliver until nothing is due: for commands and tests."""
    total = 0
    while total < limit and (count := deliver_due()):
        total += count
    return total


def purge(keep: timedelta = timedelta(days=30)) -> int:
    """Delete delivered messages older than `keep`."""
    return OutboxMessage.objects.filter(done_at__lt=clock.now() - keep).delete()[0]
