"""What the environment says is typed; what it says wrongly is named with the remedy."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.content_policy import content_policy, payment_pages
from core.money import exponent
from integrations.checks import payments
from integrations.stripe.standin import currencies

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
        (
            broken(STRIPE_API_BASE="http://127.0.0.1:1"),
            "STRIPE_API_BASE names a stand-in",
            "Remove",
        ),
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


def test_pictures_go_through_imagekit_only_with_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = {
        "IMAGEKIT_PUBLIC_KEY": "public_x",
        "IMAGEKIT_PRIVATE_KEY": "private_x",
        "IMAGEKIT_URL_ENDPOINT": "https://ik.imagekit.io/x",
    }
    for name in account:
        monkeypatch.delenv(name, raising=False)
    assert not env.imagekit_images()
    monkeypatch.setenv("IMAGEKIT_IMAGES", "1")
    with pytest.raises(ImproperlyConfigured, match="IMAGEKIT_IMAGES is set, but no account"):
        env.imagekit_images()
    for name, value in account.items():
        monkeypatch.setenv(name, value)
    assert env.imagekit_images()
    monkeypatch.setenv("IMAGEKIT_IMAGES", "maybe")
    with pytest.raises(ImproperlyConfigured, match="neither yes nor no"):
        env.imagekit_images()


STRIPE = {
    "STRIPE_SECRET_KEY": "sk_test_x",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
}


def test_stripes_keys_are_all_there_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in STRIPE:
        monkeypatch.delenv(name, raising=False)
    assert not any(env.stripe())
    for name, value in STRIPE.items():
        monkeypatch.setenv(name, value)
    assert env.stripe() == ("sk_test_x", "pk_test_x", "whsec_x")
    for name in STRIPE:
        with monkeypatch.context() as without:
            without.delenv(name)
            with pytest.raises(ImproperlyConfigured, match=f"{name} is not set, though others"):
                env.stripe()


@pytest.mark.parametrize(
    ("secret", "publishable", "message"),
    [
        ("sk_live_x", "pk_test_x", "STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are of different"),
        ("rk_test_x", "pk_live_x", "STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY are of different"),
        ("pk_test_x", "pk_test_x", "STRIPE_SECRET_KEY is a publishable key"),
        ("sk_test_x", "sk_test_x", "STRIPE_PUBLISHABLE_KEY is a secret key"),
    ],
)
def test_stripes_keys_that_do_not_belong_together_are_named(
    monkeypatch: pytest.MonkeyPatch, secret: str, publishable: str, message: str
) -> None:
    """Seen to fail with each of the comparisons taken out."""
    keys = {"STRIPE_SECRET_KEY": secret, "STRIPE_PUBLISHABLE_KEY": publishable}
    for name, value in (STRIPE | keys).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=message) as refused:
        env.stripe()
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    ("base", "key", "message"),
    [
        ("https://stripe.example.org", "sk_test_x", "STRIPE_API_BASE is no address on this"),
        ("http://127.0.0.1.example.org", "sk_test_x", "STRIPE_API_BASE is no address on this"),
        ("http://127.0.0.1:x", "sk_test_x", "STRIPE_API_BASE is no address, or its port"),
        ("http://127.0.0.1:1", "sk_live_x", "STRIPE_API_BASE is set, but STRIPE_SECRET_KEY"),
    ],
)
def test_a_stand_in_is_on_this_machine_and_never_sees_live_keys(
    monkeypatch: pytest.MonkeyPatch, base: str, key: str, message: str
) -> None:
    """Seen to fail with each of the comparisons taken out."""
    good = {"STRIPE_API_BASE": "http://127.0.0.1:8001/"}
    for name, value in (STRIPE | good).items():
        monkeypatch.setenv(name, value)
    assert env.stripe_api_base() == "http://127.0.0.1:8001"
    monkeypatch.setenv("STRIPE_API_BASE", base)
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", key.replace("sk", "pk"))
    with pytest.raises(ImproperlyConfigured, match=message):
        env.stripe_api_base()


def test_payments_that_are_not_set_up_are_named_by_a_check(settings: Any) -> None:
    for name in STRIPE:
        setattr(settings, name, "")
    (found,) = payments(None)
    assert found.msg.startswith(", ".join(STRIPE))
    for name, value in STRIPE.items():
        setattr(settings, name, value)
    assert payments(None) == []


def test_forms_lead_to_the_payment_page_only_with_an_account() -> None:
    def targets(secret_key: str, api_base: str) -> list[str]:
        policy = content_policy(payment_pages=payment_pages(secret_key, api_base))
        return list(policy["DIRECTIVES"]["form-action"])

    assert targets("", "http://127.0.0.1:1") == ["'self'"]
    assert targets("sk_live_x", "")[1:] == [
        "https://checkout.stripe.com",
        "https://billing.stripe.com",
    ]
    assert targets("sk_test_x", "http://127.0.0.1:1")[1:] == ["http://127.0.0.1:1"]


@pytest.mark.parametrize("code", sorted(currencies.CURRENCIES))
def test_a_currency_is_sold_in_only_if_stripe_counts_it_as_we_do(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = 0 if code in currencies.WITHOUT_MINOR_UNITS else 2
    digits = 3 if code in currencies.WITH_THREE_DIGITS else digits
    monkeypatch.setenv("CURRENCIES", code)
    try:
        found = env.currencies("CURRENCIES", "EUR")
    except ImproperlyConfigured:
        assert code.upper() in env.STRIPE_DIFFERS
    else:
        assert [(one, exponent(one)) for one in found] == [(code.upper(), digits)]
