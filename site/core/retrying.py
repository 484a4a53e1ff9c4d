"""Transactions that the database asks to be tried again."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

# MariaDB and MySQL: deadlock, lock wait timeout, server gone away, connection lost.
AGAIN = frozenset({1213, 1205, 2006, 2013})
TRIES = 5
LONGEST_PAUSE_S = 0.2


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Call a function again whose transaction the database gave up; at most five times in all.

    For functions that are one transaction as a whole and harmless to repeat. Inside somebody else's
    transaction it is called once: that one is lost as well.
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        for left in reversed(range(TRIES)):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if not left or connection.in_atomic_block or error.args[:1][0] not in AGAIN:
                    raise
                connection.close_if_unusable_or_obsolete()
                time.sleep(random.uniform(0, LONGEST_PAUSE_S))  # noqa: S311 - spreads, guards nothing
        raise AssertionError("unreachable")

    return wrapped
