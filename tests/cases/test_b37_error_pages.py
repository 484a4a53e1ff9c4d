"""B37: a view that breaks shows a plain page, tells nothing, and is logged once with its id."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from commerce import webhook
from core import logs, short_ways
from learning import beats
from tests.cases.test_b34_headers import WAGTAIL, addresses
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a-secret"
MACHINES = (beats.PATH, webhook.PATH)
DETAIL = re.compile(rf"{CANARY}|Traceback|RuntimeError|site-packages|\.py\b|DATABASES|sqlite")


class Break:
    """Middleware at the innermost place: every view raises, whatever it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        raise RuntimeError(CANARY)


class Lines(logging.Handler):
    """What was logged, with the id that was current then."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: list[tuple[str, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append((record.name, record.levelname, logs.request_id.get()))


@pytest.fixture
def lines() -> Any:
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def broken(settings: Settings) -> Client:
    settings.MIDDLEWARE = [*project.MIDDLEWARE, f"{__name__}.Break"]
    return Client(raise_request_exception=False)


def own() -> list[str]:
    return ["/", *(path for path in addresses() if not WAGTAIL.match(path[1:]))]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
def test_B37_every_view_that_breaks(broken: Client, lines: Lines, headers: dict[str, str]) -> None:
    """Seen red with DEBUG on, and with core.middleware.request_id taken out."""
    for path in own():
        # What machines post is answered before all that is about pages.
        for method in (broken.get,) if path in MACHINES else (broken.get, broken.post):
            lines.seen.clear()

            response = method(path, headers=headers)

            assert response.status_code == 500, path
            assert not DETAIL.search(response.text), path
            assert response["Content-Type"].startswith("text/html")
            assert lines.seen == [("django.request", "ERROR", response["X-Request-ID"])], path


@pytest.mark.parametrize("path", MACHINES)
def test_B37_what_machines_post_breaks_and_says_nothing(
    lines: Lines, monkeypatch: Any, path: str
) -> None:
    """Seen red with DEBUG on."""
    monkeypatch.setitem(short_ways._ways, path, lambda request: 1 / 0)
    response = Client(raise_request_exception=False).post(path)
    assert response.status_code == 500
    assert not DETAIL.search(response.text)
    assert [line[:2] for line in lines.seen] == [("django.request", "ERROR")]


def test_B37_every_view_of_the_admin_that_breaks(broken: Client, lines: Lines) -> None:
    """Seen red with DEBUG on, and with core.middleware.request_id taken out."""
    broken.force_login(UserFactory(is_superuser=True))
    for path in ["/admin/", "/admin/pages/", "/admin/users/", "/admin/images/", "/documents/1/x"]:
        lines.seen.clear()

        response = broken.get(path)

        assert response.status_code == 500, path
        assert not DETAIL.search(response.text), path
        assert lines.seen == [("django.request", "ERROR", response["X-Request-ID"])], path


def test_B37_the_page_for_failures_needs_nothing_that_can_fail(broken: Client) -> None:
    """Seen red with a 500.html that extends base.html, whose parts others fill."""

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("no database for this page")

    with connection.execute_wrapper(refuse):
        response = broken.get("/account/login/")

    assert response.status_code == 500
    assert "<h1" in response.text
    assert "no database" not in response.text
    assert "site-header" not in response.text


@pytest.mark.parametrize("status", [400, 403, 404])
def test_B37_refusals_are_pages_of_the_site_and_leave_one_line(lines: Lines, status: int) -> None:
    """Seen red with `log_response` taken out of core.middleware.request_id: the line has no id."""
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())
    asked = {
        400: lambda: client.get("/", headers={"Host": "evil.example"}),
        403: lambda: client.get("/admin/login/"),
        404: lambda: client.get("/nothing/here/"),
    }

    response = asked[status]()

    assert response.status_code == status
    assert "<h1" in response.text
    assert not DETAIL.search(response.text)
    ids = [current for name, _, current in lines.seen if name.startswith("django.")]
    assert ids
    assert set(ids) == {response["X-Request-ID"]}


def test_B37_a_form_without_its_token_says_what_to_do(lines: Lines) -> None:
    """Seen red with view and template taken out: Django's own page talks of cookies and CSRF."""
    client = Client(enforce_csrf_checks=True)

    response = client.post(reverse("account_login"), {"login": "x", "password": "y"})

    assert response.status_code == 403
    assert "CSRF" not in response.text
    assert 'href="/' in response.text
    assert [name for name, _, _ in lines.seen] == ["django.security.csrf"]
