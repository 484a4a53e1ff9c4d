"""The course's home is finished once for all its learners, and nothing in it is somebody's own."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import cache
from django.test import Client
from wagtail.models import Site

from course_pages.models import Course
from home.models import SiteSettings
from learning import course_home
from tests.factories import attempts as taking
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
HOME = "/learn/knots/"


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    course_home.forget()
    yield
    course_home.forget()


@pytest.fixture
def course() -> Course:
    return make.course(2, 2, title="Knots")


def learner(course: Course, name: str, **fields: str) -> Client:
    return taking.signed_in(taking.learner(course, name=name, **fields))


def test_two_learners_share_the_page_and_keep_what_is_their_own(course: Course) -> None:
    first, second = learner(course, "first"), learner(course, "second")
    first.post(f"{HOME}lesson-11/complete/")
    mine, others, again = (one.get(HOME).content.decode() for one in (first, second, first))
    assert "1 of 4 lessons completed" in mine
    assert "Next: <bdi>Lesson 1.2</bdi>" in mine
    assert "0 of 4 lessons completed" in others
    assert "Next: <bdi>Lesson 1.1</bdi>" in others
    assert again == mine
    assert course_home._frame.cache_info().misses == 1


def test_each_reads_in_their_own_language(course: Course) -> None:
    english, arabic = learner(course, "first"), learner(course, "second", language="ar")
    assert '<html lang="en" dir="ltr">' in english.get(HOME).content.decode()
    assert '<html lang="ar" dir="rtl">' in arabic.get(HOME).content.decode()


def test_a_message_is_told_once_and_to_nobody_else(course: Course) -> None:
    first, second = learner(course, "first"), learner(course, "second")
    first.cookies["messages"] = _message(first, "Only for the first.")
    assert "Only for the first." in first.get(HOME).content.decode()
    assert "Only for the first." not in first.get(HOME).content.decode()
    assert "Only for the first." not in second.get(HOME).content.decode()


def _message(client: Client, text: str) -> str:
    request = client.get("/my/").wsgi_request
    storage: Any = CookieStorage(request)
    return str(storage._encode([Message(constants.INFO, text)]))


def test_the_sites_footer_may_change_at_any_time(course: Course) -> None:
    client = learner(course, "first")
    client.get(HOME)
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(site=site, defaults={"tagline": "Anew every day."})
    cache.delete("site-footer")
    assert "Anew every day." in client.get(HOME).content.decode()


def test_a_course_without_lessons_says_so(course: Course) -> None:
    empty = make.course(0, 0, title="Empty")
    assert "The first lessons follow soon." in (
        learner(empty, "first").get("/learn/empty/").content.decode()
    )
