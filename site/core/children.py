"""Work in processes of their own: what it does to memory or to a parser ends with them.

The queue goes on meanwhile. Who works on what is a lease on a row; here a process is only started
and watched.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)


def start(command: list[str], *, longest: timedelta, ended: Callable[[int], None]) -> None:
    """Run `manage.py …` at once; `ended` is told its exit code, in a thread of this process."""
    child = subprocess.Popen(  # noqa: S603 - this Python with arguments of our own
        [sys.executable, str(settings.ROOT / "manage.py"), *command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=_watch, args=(child, command, longest, ended), daemon=True).start()


def _watch(
    child: "subprocess.Popen[bytes]",
    command: list[str],
    longest: timedelta,
    ended: Callable[[int], None],
) -> None:
    try:
        try:
            code = child.wait(longest.total_seconds())
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        if code:
            logger.error("%s: its process ended with %s", " ".join(command), code)
        ended(code)
    finally:
        connections.close_all()
