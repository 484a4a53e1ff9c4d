"""Real processes: copies of the test's own, and the site's commands on the test's database."""

import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from tests.conftest import ROOT


def forked(*actions: Callable[[], Any]) -> list[int]:
    """Run each action in a copy of this process, all at once; their exit codes, -9 for killed."""
    connections.close_all()
    children = [fork(action) for action in actions]
    return [exit_code(child) for child in children]


def exit_code(child: int) -> int:
    """Waits for a copy to end; -9 for killed."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fork(action: Callable[[], Any]) -> int:
    """Begin an action in a copy of this process; its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        _leave_the_parents_connections()
        action()
        code = 0
    except BaseException:  # noqa: BLE001 - a copy must never go on with the test
        traceback.print_exc()
    finally:
        os._exit(code)


PARENTS: list[Any] = []


def _leave_the_parents_connections() -> None:
    """A copy opens connections of its own, and does not close those whose sockets it shares.

    The parent closed the one it uses; where Playwright's event loop runs, its thread has another
    one from before, and that is what a copy, in which no loop runs, would go on with.
    """
    for one in connections.all(initialized_only=True):
        PARENTS.append(one.connection)
        one.connection = None


def database_url() -> str:
    """The test's own database, as the environment of another process names it."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


def environment() -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": database_url(),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "PRIVATE_MEDIA_ROOT": str(settings.PRIVATE_MEDIA_ROOT),
        "TMPDIR": tempfile.gettempdir(),
        "LOG_LEVEL": "ERROR",
    }


def peak_mb(*arguments: str) -> float:
    """The most memory that `manage.py …` held, in MB; it must end well."""
    child = subprocess.Popen(  # noqa: S603 - this Python with arguments of our own
        [sys.executable, str(ROOT / "manage.py"), *arguments], cwd=ROOT, env=environment()
    )
    # The kernel's figure for ended children begins with what their parent held: useless here.
    status, peak = Path(f"/proc/{child.pid}/status"), 0
    while child.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
        peak = max(peak, int(found[1])) if found else peak
        time.sleep(0.01)
    assert child.returncode == 0, arguments
    return peak / 1024
