"""Every environment variable that Lectern reads, each typed and checked once."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def _fail(name: str, problem: str, remedy: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} {problem}. {remedy}")


def text(name: str, default: str | None = None, *, remedy: str = "") -> str:
    """The variable's value; without a default a missing one is reported by name."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise _fail(
            name, "is not set", remedy or f"Set {name} in the environment; see .env.example."
        )
    return default


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE | FALSE:
        return value in TRUE
    raise _fail(
        name, f"is {value!r}, which is neither yes nor no", f"Use {name}=true or {name}=false."
    )


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise _fail(name, f"is {value!r}, not a whole number", f"Use {name}={default}.") from None
    if not least <= number <= most:
        raise _fail(name, f"is {number}", f"Use a number from {least} to {most}.")
    return number


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list; blanks are dropped."""
    value = os.environ.get(name, "").strip()
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def choice(name: str, default: str, allowed: list[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise _fail(name, f"is {value!r}", f"Use one of: {', '.join(allowed)}.")
    return value


def web_address(name: str, default: str) -> str:
    """The site's own address without a path: `https://learn.example.org`."""
    value = text(name, default).rstrip("/")
    parts = _split(name, value, f"Use {name}={default}.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise _fail(name, f"is {value!r}, which is no web address", f"Use {name}={default}.")
    return value


def redis_address(name: str) -> str:
    """What redis-py takes: `redis://host:6379/0`, `rediss://…` or `unix://…`; "" for none."""
    value = text(name, "")
    remedy = f"Use {name}=redis://host:6379/0, or remove it to run without Redis."
    if not value:
        return ""
    parts = _split(name, value, remedy)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise _fail(name, f"starts with {parts.scheme or value!r}, not with redis", remedy)
    number = parts.path.strip("/")
    if parts.scheme != "unix" and (not parts.hostname or (number and not number.isdigit())):
        raise _fail(name, "names no host, or a database that is no number", remedy)
    return value


class MailServer(NamedTuple):
    host: str
    port: int
    user: str
    password: str
    tls: bool


def mail_server(name: str) -> MailServer | None:
    """`smtp://user:password@host:587/?tls=1`; None when not set.

    `tls=0` sends in the clear, for a mail server on the same machine.
    """
    value = text(name, "")
    remedy = f"Set {name}=smtp://user:password@host:587/?tls=1."
    if not value:
        return None
    parts = _split(name, value, remedy)
    if parts.scheme != "smtp" or not parts.hostname:
        raise _fail(name, "is no mail server", remedy)
    return MailServer(
        host=parts.hostname,
        port=parts.port or 587,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parse_qs(parts.query).get("tls", ["1"])[0] == "1",
    )


def _split(name: str, value: str, remedy: str) -> SplitResult:
    """The parts of an address; a port that is no number is reported here."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        raise _fail(name, "is no address, or its port is no number", remedy) from None
    return parts


MYSQL_COLLATION = "utf8mb4_unicode_520_ci"


def database(name: str, default: str) -> dict[str, Any]:
    """Django's DATABASES entry for `sqlite:///path` or `mysql://user:password@host:port/name`.

    Both sides of a MariaDB connection need the database's collation, or Wagtail's own
    migrations stop with error 1267.
    """
    url = text(name, default)
    parts = _split(name, url, f"Use {name}=mysql://user:password@host:3306/lectern.")
    if parts.scheme == "sqlite":
        path = unquote(parts.path)[1:]
        if not path:
            raise _fail(name, "names no file", f"Use {name}=sqlite:///var/lectern.sqlite3.")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in {"mysql", "mariadb"}:
        if not parts.path.strip("/"):
            raise _fail(
                name, "names no database", f"Use {name}=mysql://user:password@host:3306/lectern."
            )
        if find_spec("MySQLdb") is None:
            raise _fail(
                name,
                "needs mysqlclient, which is not installed",
                "Run bin/setup: it says what the machine lacks to build it.",
            )
        options: dict[str, Any] = {
            "charset": "utf8mb4",
            "collation": MYSQL_COLLATION,
            "isolation_level": "read committed",
            "connect_timeout": 5,
        }
        options |= dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": parts.path.strip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "127.0.0.1",
            "PORT": parts.port or 3306,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
            "TEST": {"CHARSET": "utf8mb4", "COLLATION": MYSQL_COLLATION},
        }
    raise _fail(
        name,
        f"starts with {parts.scheme or url!r}, which is no database that Lectern knows",
        f"Use {name}=sqlite:///var/lectern.sqlite3 or {name}=mysql://user:password@host:3306/lectern.",
    )


@dataclass(frozen=True)
class Variable:
    """One line of .env.example and of the README's table."""

    name: str
    default: str
    help: str


VARIABLES = [
    Variable(
        "DJANGO_SETTINGS_MODULE",
        "config.settings.dev",
        "Which settings to use; `config.settings.production` on a server.",
    ),
    Variable(
        "SECRET_KEY", "", "Signs sessions and tokens. Required in production: 50 random characters."
    ),
    Variable(
        "ALLOWED_HOSTS",
        "",
        "Host names the site answers to, comma-separated. Required in production.",
    ),
    Variable(
        "BASE_URL", "http://localhost:8000", "The site's public address; used in mails and feeds."
    ),
    Variable(
        "DATABASE_URL",
        "sqlite:///var/lectern.sqlite3",
        "`sqlite:///file` or `mysql://user:password@host:3306/name`.",
    ),
    Variable(
        "REDIS_URL",
        "",
        "`redis://host:6379/0`. Without it the cache is local and `manage.py work` runs the queue.",
    ),
    Variable("MEDIA_ROOT", "var/media", "Public uploads: images and their sizes."),
    Variable("PRIVATE_MEDIA_ROOT", "var/private", "Uploads that only the site itself hands out."),
    Variable("EMAIL_URL", "", "`smtp://user:password@host:587/?tls=1`. Required in production."),
    Variable("DEFAULT_FROM_EMAIL", "Lectern <hello@localhost>", "Sender of the site's mails."),
    Variable(
        "DEMO_MAILBOX",
        "false",
        "Keep mails in the database and show them at /mailbox/. Refused in production.",
    ),
    Variable(
        "RELEASE_QUIET_SECONDS",
        "5",
        "How long a course must rest after an edit before it is released by itself.",
    ),
    Variable("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
    Variable("LOG_FORMAT", "json", "`json` for machines, `text` for people."),
    Variable(
        "ALLOW_SQLITE", "false", "Let production run on SQLite: for a small site on one machine."
    ),
    Variable(
        "TRUST_PROXY",
        "false",
        "Believe X-Forwarded-Proto and X-Forwarded-For: only behind one proxy which sets both.",
    ),
]


def path(name: str, default: str, *, root: Path) -> Path:
    """A folder; relative ones are below the project's root."""
    return root / text(name, default)
