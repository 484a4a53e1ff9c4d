"""Whether database and Redis answer, told when a process starts and in words that help."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger(__name__)

# Commands that cannot do their work without the database.
NEED_DATABASE = {"load_demo", "migrate", "runserver", "setup_site", "sync_roles", "work"}
NEED_REDIS = {"runserver", "work"}


def database_problem() -> str | None:
    """Why the database cannot be used, naming the variable and the remedy; None when it can."""
    make_default_folder()
    try:
        connection.ensure_connection()
    except OperationalError as error:
        return explain(error)
    return None


def make_default_folder() -> None:
    """`var/` is ours to make; any other folder is named by a person, who may have misspelt it."""
    folder = settings.ROOT / "var"
    if Path(settings.DATABASES["default"]["NAME"]).parent in {folder, Path("var")}:
        folder.mkdir(exist_ok=True)


def explain(error: OperationalError) -> str:
    """A driver's refusal as a sentence without the password that the address may hold."""
    database = settings.DATABASES["default"]
    reason = str(error.args[-1] if error.args else error)
    if str(database["ENGINE"]).endswith("sqlite3"):
        return (
            f"DATABASE_URL names the SQLite file {database['NAME']}, which cannot be used "
            f"({reason}). Make its folder, writable for this user, or name another file."
        )
    where = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return (
        f"DATABASE_URL names a database at {where}, which does not let us in ({reason}). "
        "Start the server, or correct host, port, name, user and password."
    )


def redis_problem() -> str | None:
    """Why Redis does not answer; None when it does or is not wanted."""
    if not settings.REDIS_URL:
        return None
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2
        )
        client.ping()
    except (redis.RedisError, ValueError) as error:
        where = urlsplit(settings.REDIS_URL)
        return (
            f"REDIS_URL names {where.hostname}:{where.port or 6379}, which does not answer "
            f"({error}). Start Redis, or remove REDIS_URL to run without it. Until then pages are "
            "served without a cache, and no Celery worker can take work."
        )
    return None


@contextmanager
def tables_explained() -> Iterator[None]:
    """A command that met a missing table or column ends with the remedy instead of a traceback."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        if not _tables_are_old():
            raise
        database = settings.DATABASES["default"]["NAME"]
        raise SystemExit(
            f"Lectern cannot do this: the tables in DATABASE_URL ({database}) are missing or "
            f"older than this version ({error.args[-1]}). Run manage.py migrate."
        ) from error


def _tables_are_old() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def check_for(arguments: list[str]) -> None:
    """For manage.py: stop with one line when the command cannot work; warn about the rest."""
    command = arguments[1] if len(arguments) > 1 else ""
    if command in NEED_DATABASE and (problem := database_problem()):
        raise SystemExit(f"Lectern cannot start: {problem}")
    if command in NEED_REDIS and (problem := redis_problem()):
        sys.stderr.write(f"Lectern starts without Redis: {problem}\n")


def check_server() -> None:
    """For a web server's process: it starts all the same; its health page says so too."""
    for problem in (database_problem(), redis_problem()):
        if problem:
            logger.error("%s", problem)
    connection.close()
