"""What the environment says is typed; what it says wrongly is named with the remedy."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "q8Vb2nXw5sTz7Lk0Pj4Hd9Fg3Rm6Yc1UaEiOoZxCvBnMl-eR2tY4uI6oP8",
    "ALLOWED_HOSTS": "learn.example.org",
    "BASE_URL": "https://learn.example.org",
    "DATABASE_URL": "sqlite:///:memory:",
    "ALLOW_SQLITE": "true",
    "EMAIL_URL": "smtp://user:secret-word@127.0.0.1:587/?tls=1",
}
MARIADB = "mysql://lectern:secret-word@127.0.0.1:1/lectern"
DEVELOPMENT = {"DATABASE_URL": "sqlite:///:memory:"}
HAS_DRIVER = find_spec("MySQLdb") is not None
needs_driver = pytest.mark.skipif(not HAS_DRIVER, reason="mysqlclient is not installed")


def test_words_drop_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", " a, ,b ,")

    assert env.words("X", []) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("Yes", True), ("off", False), ("", True)]
)
def test_flags_read_as_people_write_them(
    monkeypatch: pytest.MonkeyPatch, value: str, meant: bool
) -> None:
    monkeypatch.setenv("X", value)

    assert env.flag("X", True) is meant


def test_a_blank_value_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "   ")

    assert env.text("X", "default") == "default"
    with pytest.raises(ImproperlyConfigured, match=r"X is not set\. Do this\."):
        env.text("X", remedy="Do this.")


@pytest.mark.parametrize(
    ("read", "value", "message"),
    [
        (lambda: env.flag("X", True), "maybe", "X is 'maybe'.*Use X=true"),
        (lambda: env.integer("X", 5), "five", "X is 'five'.*Use X=5"),
        (lambda: env.integer("X", 5, most=9), "10", "X is 10.*from 0 to 9"),
        (lambda: env.choice("X", "a", ["a", "b"]), "c", "X is 'c'.*a, b"),
        (lambda: env.database("X", ""), "postgres://u:pw@h/d", "X starts with 'postgres'.*Use X="),
        (lambda: env.database("X", ""), "sqlite://", "X names no file.*Use X="),
        (lambda: env.database("X", ""), "mysql://u@h:3306/", "X names no database.*Use X="),
        (lambda: env.database("X", ""), "mysql://u@h:port/d", "X is no address.*port.*Use X="),
        (lambda: env.redis_address("X"), "http://x", "X starts with 'http'.*Use X=redis://"),
        (lambda: env.redis_address("X"), "localhost:6379", "X starts with.*remove it"),
        (lambda: env.redis_address("X"), "redis://h:many/0", "X is no address.*remove it"),
        (lambda: env.redis_address("X"), "redis://h/first", "X names no host.*remove it"),
        (lambda: env.redis_address("X"), "redis://", "X names no host.*remove it"),
        (lambda: env.mail_server("X"), "mail.example.org", "X is no mail server.*X=smtp://"),
        (lambda: env.mail_server("X"), "smtp://h:many", "X is no address.*X=smtp://"),
        (lambda: env.web_address("X", "http://d"), "learn.org", "X is 'learn.org'.*Use X=http://d"),
        (lambda: env.web_address("X", "http://d"), "https://a.org/b", "X is .*no web address"),
        (lambda: env.web_address("X", "http://d"), "http://[", "X is no address.*Use X=http://d"),
    ],
)
def test_a_wrong_value_is_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, read: object, value: str, message: str
) -> None:
    monkeypatch.setenv("X", value)

    with pytest.raises(ImproperlyConfigured, match=message):
        read()  # type: ignore[operator]


@needs_driver
def test_a_mysql_address_becomes_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "mysql://us%40er:p%2Fw@db.example.org/lectern?ssl_mode=REQUIRED")

    made = env.database("X", "")

    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "us@er",
        "p/w",
        "db.example.org",
        3306,
        "lectern",
    )
    assert made["OPTIONS"]["collation"] == made["TEST"]["COLLATION"] == env.MYSQL_COLLATION
    assert made["OPTIONS"]["isolation_level"] == "read committed"
    assert made["OPTIONS"]["ssl_mode"] == "REQUIRED"


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as an operator would, with this environment only."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=kept | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def broken(**changes: str | None) -> dict[str, str]:
    return {name: value for name, value in (PRODUCTION | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("variables", "named", "remedy"),
    [
        (broken(SECRET_KEY=None), "SECRET_KEY is not set", "token_urlsafe"),
        (broken(SECRET_KEY="secret"), "SECRET_KEY is too weak", "token_urlsafe"),
        (broken(ALLOWED_HOSTS=None), "ALLOWED_HOSTS", "ALLOWED_HOSTS=learn.example.org"),
        (broken(BASE_URL="http://x.org"), "BASE_URL", "https://"),
        (broken(DEMO_MAILBOX="true"), "DEMO_MAILBOX", "Remove it"),
        (broken(ALLOW_SQLITE=None), "DATABASE_URL names SQLite", "ALLOW_SQLITE=true"),
        (broken(EMAIL_URL=None), "EMAIL_URL is not set", "EMAIL_URL=smtp://"),
        (broken(LOG_LEVEL="LOUD"), "LOG_LEVEL is 'LOUD'", "INFO"),
        (DEVELOPMENT | {"REDIS_URL": "http://x"}, "REDIS_URL starts with 'http'", "redis://host"),
        (DEVELOPMENT | {"EMAIL_URL": "mail"}, "EMAIL_URL is no mail server", "EMAIL_URL=smtp://"),
        (DEVELOPMENT | {"BASE_URL": "learn"}, "BASE_URL is 'learn'", "BASE_URL=http://localhost"),
        (broken(DJANGO_SETTINGS_MODULE="config.settings.prod"), "DJANGO_SETTINGS_MODULE", "Use"),
        (
            broken(DATABASE_URL=MARIADB),
            "DATABASE_URL names a database at 127.0.0.1:1/lectern"
            if HAS_DRIVER
            else "DATABASE_URL needs mysqlclient",
            "Start the server" if HAS_DRIVER else "Run bin/setup",
        ),
    ],
)
def test_start_names_the_variable_and_the_remedy_in_one_line(
    variables: dict[str, str], named: str, remedy: str
) -> None:
    ended = manage("migrate", **variables)

    said = ended.stderr.strip()
    assert ended.returncode != 0
    assert said.startswith("Lectern cannot start: ")
    assert named in said
    assert remedy in said
    assert "\n" not in said
    assert "secret-word" not in said + ended.stdout


def test_a_silent_redis_is_named_and_does_not_stop_the_work(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/db.sqlite3"
    nobody = "redis://:secret-word@127.0.0.1:1/0"

    ended = manage("work", "--help", DATABASE_URL=database, REDIS_URL=nobody)

    assert ended.returncode == 0
    assert "REDIS_URL names 127.0.0.1:1, which does not answer" in ended.stderr
    assert "Start Redis, or remove REDIS_URL" in ended.stderr
    assert "secret-word" not in ended.stderr


@pytest.mark.parametrize(
    "command", [["release_course", "welcome"], ["work", "--once"], ["load_demo"], ["sync_roles"]]
)
def test_an_unmigrated_database_is_named_with_the_remedy(
    tmp_path: Path, command: list[str]
) -> None:
    ended = manage(*command, DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")

    assert ended.returncode != 0
    assert f"{tmp_path}/new.sqlite3" in ended.stderr
    assert ended.stderr.strip().endswith("Run manage.py migrate.")
    assert "Traceback" not in ended.stderr


def test_production_settings_pass_djangos_own_check() -> None:
    ended = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert ended.returncode == 0, ended.stderr
