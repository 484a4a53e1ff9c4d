"""The site that the stories walk through: loaded once a module, served, and emptied again."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from accounts.models import User


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's own, which empties the database after each single test."""
    with django_db_blocker.unblock():
        empty = connection.creation.serialize_db_to_string()
        cache.clear()
        yield
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
        connection.creation.deserialize_db_from_string(empty)
        # Signals of the rows written first asked for content types that came later.
        ContentType.objects.clear_cache()
        cache.clear()


@pytest.fixture
def django_db_serialized_rollback() -> None:
    """In place of pytest-django's own, which would write the empty site over the filled one."""


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    """What a module's stories find: the demo site, unless the module has a fixture of its own."""
    from config.demo.loader import Loader

    return Loader().load


@pytest.fixture(scope="module")
def address(transactional_db: None, fill: Callable[[], object]) -> Iterator[str]:
    """The site, filled once for the module's stories, and where it answers."""
    fill()
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def sign_in() -> "Callable[[Page, User], None]":
    """`sign_in(page, user)` gives the visitor a session, as if they had filled in the form."""
    from django.conf import settings
    from django.test import Client

    def give_session(page: "Page", user: "User") -> None:
        client = Client()
        client.force_login(user, backend="accounts.backends.SignIn")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "domain": "localhost",
                    "path": "/",
                }
            ]
        )

    return give_session
