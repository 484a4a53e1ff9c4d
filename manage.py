#!/usr/bin/env python3
"""Lectern's command line: puts the source roots on the path, then hands over to Django."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
# `site/` is a source root and never a package: the name belongs to the standard library.
sys.path[:0] = [str(ROOT), str(ROOT / "site")]


def main() -> None:
    """Run one management command; settings default to development."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        from config.startup import check_for, tables_explained

        check_for(sys.argv)
        with tables_explained():
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        raise SystemExit(f"Lectern cannot start: {error}") from error
    except ModuleNotFoundError as error:
        module = os.environ["DJANGO_SETTINGS_MODULE"]
        if error.name is None or not module.startswith(error.name):
            raise
        raise SystemExit(
            f"Lectern cannot start: DJANGO_SETTINGS_MODULE is {module!r}, which does not exist. "
            "Use config.settings.dev or config.settings.production."
        ) from error


if __name__ == "__main__":
    main()
