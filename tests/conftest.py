"""What every test may lean on: sizes, services, a browser, and sockets closed but for loopback.

The full suite runs on SQLite; with DATABASE_URL and REDIS_URL on MariaDB or MySQL and Redis. What a
run leaves out it names at its end.
"""

import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from integrations.stripe.standin import StandIn
    from tests.factories.commerce import Account

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SERVICES_LEFT_OUT = pytest.StashKey[int]()
FAILED = pytest.StashKey[bool]()
Size = TypeVar("Size")

hypothesis_settings.register_profile(
    "default",
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "ci",
    parent=hypothesis_settings.get_profile("default"),
    max_examples=60,
    # The same examples every time: a change is judged by what it changed.
    derandomize=True,
    print_blob=True,
)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "default")


def find_chromium() -> str | None:
    """The browser to use: CHROMIUM where set, else the first one on the PATH."""
    wanted = os.environ.get("CHROMIUM")
    return shutil.which(wanted) if wanted else next(filter(None, map(shutil.which, BROWSERS)), None)


CHROMIUM = find_chromium()


# --- What runs -------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--full",
        action="append",
        default=[],
        metavar="NAME",
        help="run the test called NAME at its full size (repeat, or separate by commas)",
    )


@pytest.fixture(scope="session")
def full_size(pytestconfig: pytest.Config) -> Callable[..., Any]:
    """`full_size("deliveries", small=100, full=10_000)` is the size that this run asks for."""
    chosen = {name for names in pytestconfig.getoption("full") for name in names.split(",")}

    def size(name: str, *, small: Size, full: Size) -> Size:
        return full if name in chosen else small

    return size


# First, so that `-m unit` finds the marks that folders give.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in {"unit", "browser"}:
            item.add_marker(folder)
        if item.get_closest_marker("browser"):
            leave_out_without_browser(item)
        restore_after_flush(item)
        services = item.get_closest_marker("services")
        (left_out if services and not on_services() else kept).append(item)
    config.stash[SERVICES_LEFT_OUT] = len(left_out)
    if left_out:
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)


def on_services() -> bool:
    """Whether this run was given a database server; SQLite is none."""
    from django.conf import settings

    return str(settings.DATABASES["default"]["ENGINE"]).endswith("mysql")


def leave_out_without_browser(item: pytest.Item) -> None:
    if CHROMIUM is None and not os.environ.get("CI"):
        item.add_marker(
            pytest.mark.skip(reason="no Chromium found: install one, or set CHROMIUM to its path")
        )


def restore_after_flush(item: pytest.Item) -> None:
    """A test that really commits empties every table; give the next one Wagtail's root back."""
    names: list[str] = getattr(item, "fixturenames", [])
    marker = item.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(names)
    if (commits or (marker and marker.kwargs.get("transaction"))) and (
        "django_db_serialized_rollback" not in names
    ):
        names.append("django_db_serialized_rollback")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A parallel worker tells the process that prints the summary what it left out."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["services_left_out"] = session.config.stash.get(SERVICES_LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    left_out = getattr(node, "workeroutput", {}).get("services_left_out", 0)
    node.config.stash[SERVICES_LEFT_OUT] = left_out


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out = config.stash.get(SERVICES_LEFT_OUT, 0)
    if left_out:
        terminalreporter.write_line(
            f"{left_out} tests left out: they need MariaDB or MySQL and Redis "
            "(set DATABASE_URL and REDIS_URL).",
            yellow=True,
        )
    if CHROMIUM is None:
        terminalreporter.write_line(
            "Browser tests left out: no Chromium found (install one, or set CHROMIUM to its path).",
            yellow=True,
        )


@pytest.fixture(autouse=True)
def _services_answer(request: pytest.FixtureRequest) -> None:
    """A run that was given services fails where one is missing, instead of leaving tests out."""
    if request.node.get_closest_marker("services") is None:
        return
    import redis

    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.fail("REDIS_URL is not set: tests marked `services` need Redis too.", pytrace=False)
    try:
        redis.Redis.from_url(url, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        pytest.fail(f"Redis at REDIS_URL does not answer: {error}", pytrace=False)


# --- Databases -------------------------------------------------------------------------------


TEMPORARY: list[Path] = []


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """SQLite tests use a file as the site does: threads then wait for each other as they will.

    It begins as a copy of what an earlier run made with the same migrations; `migrate` then only
    runs what follows every migration.
    """
    from django.conf import settings

    if on_services():
        return
    memory = Path("/dev/shm")  # noqa: S108 - a private folder is made below it
    folder = memory if os.access(memory, os.W_OK) else None
    home = Path(tempfile.mkdtemp(prefix="lectern-test-", dir=folder))
    TEMPORARY.append(home)
    database = home / "test.sqlite3"
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(database)
    if migrated().exists():
        shutil.copyfile(migrated(), database)


@pytest.fixture(scope="session")
def django_db_keepdb(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getvalue("reuse_db")) or (not on_services() and migrated().exists())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any) -> None:
    """Keeps the freshly migrated database for later runs."""
    from django.db import connection

    from tests import empty_site

    with django_db_blocker.unblock():
        empty_site.use(empty_site.read(connection))
    if not on_services() and not django_db_keepdb:
        kept = migrated()
        for old in kept.parent.glob("test-*.sqlite3"):
            old.unlink(missing_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(fresh)])
        fresh.rename(kept)


@functools.cache
def migrated() -> Path:
    """Where the empty, migrated database of these migrations and packages is kept."""
    total = hashlib.sha256()
    migrations = (*ROOT.glob("*/migrations/*.py"), *ROOT.glob("site/*/migrations/*.py"))
    for path in sorted((ROOT / "requirements.txt", *migrations)):
        total.update(path.read_bytes())
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    return folder / f"test-{total.hexdigest()[:16]}.sqlite3"


def pytest_unconfigure(config: pytest.Config) -> None:
    from django.conf import settings

    files = Path(settings.MEDIA_ROOT).parent
    for folder in (*TEMPORARY, files):
        if folder.name.startswith("lectern-test-"):
            shutil.rmtree(folder, ignore_errors=True)


# --- Browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The machine's own Chromium, without a way out of this machine."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=15_000)
    if CHROMIUM is None:
        pytest.fail("no Chromium found: install one, or set CHROMIUM to its path", pytrace=False)
    # Playwright runs an event loop in this thread, which Django takes for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def address(live_server: Any) -> str:
    """Where the site answers; the browser stories serve one of their own."""
    return str(live_server.url)


@pytest.fixture
def visit(
    browser: "Browser", address: str, request: pytest.FixtureRequest
) -> "Iterator[Callable[..., Page]]":
    """`visit(viewport=…)` is a fresh visitor, at 1440 px unless the options say otherwise.

    Script errors and content policy refusals fail the test.
    """
    pages: list[Page] = []
    problems: list[str] = []

    def open_page(**options: Any) -> "Page":
        usual: dict[str, Any] = {
            "base_url": address,
            "viewport": {"width": 1440, "height": 900},
            "locale": "en-GB",
            "timezone_id": "UTC",
            "reduced_motion": "reduce",
        }
        context = browser.new_context(**(usual | options))
        context.set_default_timeout(20_000)
        # The first visitor waits for the pictures' sizes to be made.
        context.set_default_navigation_timeout(90_000)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                problems.append(f"{page.url}: {message.text}")
                # Answers such as 404 and 403 are asserted by the tests that ask for them.
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        pages.append(page)
        return page

    yield open_page
    for number, page in enumerate(pages):
        if request.node.stash.get(FAILED, False) and not page.is_closed():
            folder = ROOT / "var" / "browser"
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{request.node.name}-{number}.png", full_page=True)
        page.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(visit: "Callable[..., Page]") -> "Page":
    """A fresh visitor at 1440 px."""
    return visit()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def axe() -> "Callable[[Page], list[str]]":
    """What axe-core finds against WCAG 2.2 AA on a page at rest, one line a finding."""
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    at_rest = """() => document.getAnimations()
        .filter(one => one.effect.getComputedTiming().endTime !== Infinity)
        .forEach(one => one.finish())"""

    def check(page: "Page") -> list[str]:
        page.evaluate(source)
        page.evaluate(at_rest)
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags
        )
        return [
            f"{page.url}: {rule['id']} ({rule['help']}) at {node['target']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    return check


# --- Commerce --------------------------------------------------------------------------------


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, settings: Any) -> "Account":
    """An account at Stripe in the test's memory, which the site is set up with."""
    from tests.factories import commerce

    return commerce.open_account(monkeypatch, settings)


@pytest.fixture
def stand_in(settings: Any) -> "Iterator[StandIn]":
    """A stand-in for Stripe on the wire, which the site is set up with; nothing is delivered."""
    from integrations.stripe.standin import StandIn
    from tests.factories.stripe import settings_for

    with StandIn().running() as running:
        for name, value in settings_for(running).items():
            setattr(settings, name, value)
        yield running
