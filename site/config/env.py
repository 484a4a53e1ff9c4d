"""Every environment variable that Lectern reads, each typed and checked once."""

import base64
import hashlib
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
# Two decimals at Stripe and none by ISO 4217, or three that must end in 0.
STRIPE_DIFFERS = {
    *("ISK", "UGX", "BHD", "JOD", "KWD", "OMR", "TND"),
    # Stripe's minor unit is a hundredth; CLDR, by which `core.money` counts, has none.
    *("AFN", "ALL", "COP", "HUF", "IDR", "LAK", "LBP", "MMK", "SOS", "STD", "YER"),
}


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


class ImageKit(NamedTuple):
    public_key: str
    private_key: str
    url_endpoint: str


def imagekit() -> ImageKit:
    """The account's keys and endpoint: all three, or none."""
    names = ("IMAGEKIT_PUBLIC_KEY", "IMAGEKIT_PRIVATE_KEY", "IMAGEKIT_URL_ENDPOINT")
    found = ImageKit(*(text(name, "") for name in names))
    missing = [name for name, value in zip(names, found, strict=True) if not value]
    remedy = f"Set {', '.join(names)}, or none of them."
    if 0 < len(missing) < len(names):
        raise _fail(missing[0], "is not set, though others of ImageKit's are", remedy)
    if found.url_endpoint:
        parts = _split(names[2], found.url_endpoint, remedy)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _fail(names[2], "is no web address", "Use https://ik.imagekit.io/your_id.")
    return found


def imagekit_images() -> bool:
    """Whether pictures go through ImageKit: only with an account."""
    wanted = flag("IMAGEKIT_IMAGES", False)
    if wanted and not imagekit().private_key:
        remedy = "Set IMAGEKIT_PUBLIC_KEY, IMAGEKIT_PRIVATE_KEY and IMAGEKIT_URL_ENDPOINT, too."
        raise _fail("IMAGEKIT_IMAGES", "is set, but no account at ImageKit is", remedy)
    return wanted


class Stripe(NamedTuple):
    secret_key: str
    publishable_key: str
    webhook_secret: str


def stripe() -> Stripe:
    """The account's keys: all three, of one mode, or none."""
    names = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
    found = Stripe(*(text(name, "") for name in names))
    missing = [name for name, value in zip(names, found, strict=True) if not value]
    if 0 < len(missing) < len(names):
        remedy = f"Set {', '.join(names)}, or none of them."
        raise _fail(missing[0], "is not set, though others of Stripe's are", remedy)
    if found.secret_key.startswith("pk_"):
        raise _fail(names[0], "is a publishable key", "Use the one that begins with sk_.")
    if found.publishable_key.startswith(("sk_", "rk_")):
        # It goes to browsers.
        raise _fail(names[1], "is a secret key", "Use the one that begins with pk_.")
    modes = {key[2:8] for key in found[:2]} & {"_test_", "_live_"}
    if len(modes) > 1:
        remedy = "Copy both keys from the same page of Stripe's dashboard."
        raise _fail(names[0], f"and {names[1]} are of different modes, test and live", remedy)
    return found


def currencies(name: str, default: str) -> list[str]:
    """Codes of ISO 4217, the site's own first; only those of which Stripe thinks as ISO does."""
    found = [word.upper() for word in words(name, [default])]
    for code in found:
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise _fail(name, f"has {code!r}, which is no currency", f"Use {name}=EUR,USD.")
        if code in STRIPE_DIFFERS:
            raise _fail(name, f"has {code}, which Stripe counts otherwise", "Leave it out.")
    return list(dict.fromkeys(found))


def stripe_api_base() -> str:
    """Where a stand-in serves; "" for Stripe itself. On this machine, and never with live keys."""
    name = "STRIPE_API_BASE"
    value = text(name, "").rstrip("/")
    remedy = f"Use {name}=http://127.0.0.1:8001, or remove it."
    if not value:
        return ""
    parts = _split(name, value, remedy)
    if parts.hostname not in {"127.0.0.1", "localhost", "::1"} or parts.scheme != "http":
        raise _fail(name, "is no address on this machine", remedy)
    if "_live_" in stripe().secret_key:
        raise _fail(name, "is set, but STRIPE_SECRET_KEY is a live one", remedy)
    return value


def badge_key_of(secret: str) -> str:
    """A private Ed25519 key (PKCS#8, PEM) that follows from a secret: for development and demo."""
    seed = hashlib.sha256(b"badges:" + secret.encode()).digest()
    # RFC 8410: the fixed beginning of such a key, and its 32 bytes.
    der = bytes.fromhex("302e020100300506032b657004220420") + seed
    body = base64.b64encode(der).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"


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
    Variable("VIDEO_MAX_BYTES", "10737418240", "The largest film that is taken, in bytes (10 GB)."),
    Variable(
        "CERTIFICATE_SIGNING_FILE",
        "",
        "A PKCS#12 file with the key and certificate that sign PDFs; without, they are unsigned.",
    ),
    Variable("CERTIFICATE_SIGNING_PASSPHRASE", "", "What opens that file."),
    Variable(
        "BADGE_SIGNING_KEY",
        "",
        "Signs Open Badges: a private Ed25519 key, PEM with `\\n` for its line ends, or a JWK. "
        "Without it there are no badges.",
    ),
    Variable(
        "FFMPEG",
        "",
        "The ffmpeg that makes films adaptive; found by itself when empty, `none` for without.",
    ),
    Variable(
        "MEDIA_URL_SECONDS",
        "600",
        "How long an address of a film lives, in seconds; players renew theirs in time.",
    ),
    Variable(
        "ACCEL_REDIRECT",
        "",
        "Internal location of nginx for PRIVATE_MEDIA_ROOT; it then sends films itself.",
    ),
    Variable("IMAGEKIT_PUBLIC_KEY", "", "With the two below: films lie at ImageKit."),
    Variable("IMAGEKIT_PRIVATE_KEY", "", "Signs uploads and addresses at ImageKit."),
    Variable(
        "IMAGEKIT_URL_ENDPOINT", "", "Where ImageKit delivers: `https://ik.imagekit.io/your_id`."
    ),
    Variable(
        "IMAGEKIT_WEBHOOK_SECRET",
        "",
        "Verifies ImageKit's messages to /webhooks/imagekit/; without it the site asks by itself.",
    ),
    Variable(
        "IMAGEKIT_IMAGES",
        "false",
        "ImageKit cuts and delivers pictures; it fetches the originals from BASE_URL.",
    ),
    Variable(
        "IMAGEKIT_API_BASE", "", "A stand-in in place of ImageKit's servers. Refused in production."
    ),
    Variable(
        "STRIPE_SECRET_KEY", "", "With the two below: courses are sold by Stripe. `sk_live_…`."
    ),
    Variable("STRIPE_PUBLISHABLE_KEY", "", "Of the same account and mode: `pk_live_…`."),
    Variable(
        "STRIPE_WEBHOOK_SECRET",
        "",
        "Verifies Stripe's messages: `whsec_…`; two with a comma between while it is changed.",
    ),
    Variable(
        "STRIPE_API_BASE", "", "A stand-in in place of Stripe's servers. Refused in production."
    ),
    Variable("STRIPE_PROMOTION_CODES", "false", "Buyers may type codes made at Stripe, too."),
    Variable("STRIPE_AUTOMATIC_TAX", "false", "Stripe adds tax by the buyer's address."),
    Variable("CURRENCIES", "EUR", "What courses are sold in, the first by default: `EUR,USD`."),
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
