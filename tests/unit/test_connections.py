"""A kept connection is asked whether it is there after a rest, not at each request."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from core import connections


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A connection that Django wants checked at the start of a request, and a clock."""
    one = SimpleNamespace(health_check_done=False, now=1000.0)
    handler = SimpleNamespace(all=lambda initialized_only: [one])
    monkeypatch.setattr(connections, "connections", handler)
    monkeypatch.setattr(connections.time, "monotonic", lambda: one.now)
    return one


def is_checked_at(kept: Any, now: float) -> bool:
    kept.now, kept.health_check_done = now, False
    connections.spare_checks()
    return not kept.health_check_done


def test_it_is_asked_every_five_seconds_at_the_most(kept: Any) -> None:
    times = (1000.0, 1000.1, 1004.9, 1005.0, 1006.0, 1009.9, 1010.0)
    asked = [is_checked_at(kept, now) for now in times]
    assert asked == [True, False, False, True, False, False, True]


def test_it_is_asked_after_a_rest(kept: Any) -> None:
    assert is_checked_at(kept, 1000.0)
    assert is_checked_at(kept, 5000.0)


ORDER = """
from django.core.signals import request_started
print([receiver().__name__ for _key, receiver, *_rest in request_started.receivers])
"""


def test_it_runs_after_djangos_own_receiver() -> None:
    """Which takes the mark of the last check away. Asked elsewhere: tests move receivers."""
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", ORDER]
    done = subprocess.run(shell, cwd=settings.ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.index("close_old_connections") < done.stdout.index("spare_checks")
