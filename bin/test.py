"""Lectern's test suite: sets up what it needs, then hands its arguments to pytest.

    bin/test                          everything, on SQLite, on all cores
    bin/test tests/unit -k outline    pytest's own arguments
    bin/test --full=NAME              the test of two sizes called NAME at its full size
    DATABASE_URL=mysql://… REDIS_URL=redis://… bin/test
                                      on MariaDB or MySQL and Redis, with the tests that need them

Tests that need services or a browser which are not there are left out, and named at the end.
"""

import os
import subprocess
import sys

from setup import MYSQL_PACKAGES, PYTHON, ROOT, setup

# With these, or for a single test, several processes are no help.
ALONE = ("-n", "-p", "--numprocesses", "--dist", "--pdb", "--trace", "--collect-only", "--co")


def pytest_arguments(given: list[str]) -> list[str]:
    """All cores, unless the arguments say otherwise or name one test."""
    if any(argument.startswith(ALONE) or "::" in argument for argument in given):
        return given
    return ["-n", "auto", *given]


def refuse_without_driver() -> None:
    if os.environ.get("DATABASE_URL", "").startswith(("mysql:", "mariadb:")):
        command = [str(PYTHON), "-c", "import MySQLdb"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise SystemExit(
                "DATABASE_URL names MariaDB or MySQL, but mysqlclient does not load. Install "
                f"{MYSQL_PACKAGES}, remove .venv and run this again."
            )


def main() -> None:
    given = sys.argv[1:]
    if given in (["--help"], ["-h"]):
        print(__doc__)
        return
    setup(development=True)
    refuse_without_driver()
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *pytest_arguments(given)])  # noqa: S606


if __name__ == "__main__":
    main()
