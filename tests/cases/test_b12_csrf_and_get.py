"""B12: nothing is changed by a forged form, and nothing at all by GET.

Seen to fail: with `csrf_exempt` on `learning.views.complete` (302 in place of 403, a row more),
with `open_lesson` called by the lesson's GET (a row of progress), and with `join` enrolling on GET.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from learning.models import LessonProgress
from tests.cases import measure
from tests.cases.test_b01_who_may_what import (
    ADMIN,
    ALLAUTH,
    OWN_ADDRESSES,
    PAGES,
    RECORDS,
    World,
    url_of,
    world,
)

__all__ = ["world"]

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
# No form: what is sent there proves itself by a signature.
SIGNED = {"assets:webhook", "commerce:webhook", "learning:beat"}
# Not of record: a session's expiry moves; renditions are a cache of pictures. Nothing is warmed:
# the first visit is what would write.
LEFT_OUT = {"accounts_session", "assets_rendition"}


def strict(world: World, role: str) -> Client:
    """The role's browser, on a site that checks tokens."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.clients[role].cookies
    return client


def forms(world: World) -> Iterator[tuple[str, str, dict[str, str]]]:
    for address in {**OWN_ADDRESSES, **ALLAUTH, **ADMIN}.values():
        if address.name in SIGNED:
            continue
        data = {name: str(world.things.get(value, value)) for name, value in address.data.items()}
        yield address.name, url_of(address, world.things), data


@pytest.mark.parametrize("role", ["anonymous", "learner", "registered", "teacher", "admin"])
def test_B12_a_form_without_the_token_is_refused_everywhere(world: World, role: str) -> None:
    client = strict(world, role)
    before = measure.checksum(RECORDS)
    for name, url, data in forms(world):
        for headers in ({}, HTMX):
            answer = client.post(url, data, **headers)
            assert answer.status_code == 403, (name, answer.status_code)
    assert measure.checksum(RECORDS) == before


def test_B12_a_token_of_somebody_else_is_refused(world: World) -> None:
    client = strict(world, "learner")
    client.get("/learn/knots/lesson-11/")
    other = strict(world, "elsewhere")
    page = other.get("/learn/other/lesson-11/").content.decode()
    match = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert match
    data = {"csrfmiddlewaretoken": match[1]}
    assert client.post("/learn/knots/lesson-11/complete/", data).status_code == 403


def test_B12_control_with_the_pages_own_token_the_form_goes_through(world: World) -> None:
    client = strict(world, "learner")
    page = client.get("/learn/knots/lesson-11/").content.decode()
    match = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert match
    data = {"csrfmiddlewaretoken": match[1]}
    assert client.post("/learn/knots/lesson-11/complete/", data).status_code == 302
    answer = client.post("/learn/knots/lesson-11/opened/", HTTP_X_CSRFTOKEN=match[1], **HTMX)
    assert answer.status_code == 204
    assert LessonProgress.objects.count() == 1


@pytest.mark.parametrize("url", ["/account/login/", "/admin/login/", "/account/signup/"])
def test_B12_nobody_is_signed_in_by_a_forged_form(world: World, url: str) -> None:
    someone = measure.person()
    client = Client(enforce_csrf_checks=True)
    data = {"login": someone.email, "username": someone.email, "password": "correct horse battery"}
    assert client.post(url, data).status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", ["anonymous", "learner", "teacher"])
def test_B12_get_changes_no_row_in_the_whole_database(world: World, role: str) -> None:
    client = world.clients[role]
    everything = {**OWN_ADDRESSES, **ALLAUTH, **PAGES}
    urls = [url_of(address, world.things) for address in everything.values()]
    before = measure.whole_database(LEFT_OUT)
    assert len(before) > 60
    for url in urls:
        for headers in ({}, HTMX):
            response: Any = client.get(url, **headers)
            if response.streaming:
                list(response.streaming_content)
        after = measure.whole_database(LEFT_OUT)
        changed = [name for name in after if after[name] != before[name]]
        assert not changed, (url, changed)
    # The session's row is not compared: nobody was signed out by a GET either.
    assert ("_auth_user_id" in client.session) == (role != "anonymous")
