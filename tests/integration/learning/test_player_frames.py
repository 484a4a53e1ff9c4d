"""A lesson's page is finished once for all its learners, and nothing in it is somebody's own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.test import Client
from django.utils.autoreload import file_changed

from course_pages.models import Course
from learning import player
from tests.factories import attempts as taking
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
LESSON = "/learn/knots/lesson-11/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
MOVED = {"HX-Request": "true", "HX-Target": "lesson"}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    player.forget()
    yield
    player.forget()


@pytest.fixture
def course() -> Course:
    return make.course(2, 2, title="Knots")


def learner(course: Course, name: str, **fields: str) -> Client:
    return taking.signed_in(taking.learner(course, name=name, **fields))


@pytest.mark.parametrize("headers", [{}, MOVED])
def test_two_learners_share_the_page_and_keep_what_is_their_own(
    course: Course, headers: dict[str, str]
) -> None:
    """The first one's visit makes the page that the second one gets."""
    first, second = learner(course, "first"), learner(course, "second")
    first.post(f"{LESSON}complete/")
    pages = [
        client.get(LESSON, headers=headers).content.decode() for client in (first, second, first)
    ]
    assert ["1 of 4" in page for page in pages] == [True, False, True]
    assert ["data-done" in page for page in pages] == [True, False, True]
    # Masked anew for each page; on one page its forms have the same.
    tokens = [set(TOKEN.findall(page)) for page in pages]
    assert [len(one) for one in tokens] == [1, 1, 1]
    assert len(set.union(*tokens)) == 3
    assert player._frame.cache_info().misses == 1


def test_nothing_kept_holds_a_token_or_a_name(course: Course) -> None:
    client = learner(course, "Somebody")
    page = client.get(LESSON).content.decode()
    (token,) = set(TOKEN.findall(page))
    kept = _only_frame(course)
    assert token not in kept
    assert "Somebody" not in kept
    assert client.cookies["csrftoken"].value not in kept


def _only_frame(course: Course) -> str:
    course.refresh_from_db()
    outline = course.live_release.outline_id  # type: ignore[union-attr]
    frame = player._frame(outline, "knots", "lesson-11", "en", False)
    assert player._frame.cache_info().misses == 1, "another one than the page's"
    return "".join(frame.parts)


def test_each_reads_in_their_own_language(course: Course) -> None:
    english, arabic = learner(course, "first"), learner(course, "second", language="ar")
    assert '<html lang="en" dir="ltr">' in english.get(LESSON).content.decode()
    assert '<html lang="ar" dir="rtl">' in arabic.get(LESSON).content.decode()
    assert '<html lang="en" dir="ltr">' in english.get(LESSON).content.decode()


def test_a_message_is_told_once_and_to_whom_it_is_meant(course: Course) -> None:
    client = learner(course, "first")
    told = [Message(constants.WARNING, "Pass the <quiz> first.")]
    assert "Pass the &lt;quiz&gt; first." in player.alerts(told)
    assert "quiz" not in player.alerts(())
    assert "quiz" not in client.get(LESSON).content.decode()


def test_an_edited_template_is_rendered_again(course: Course) -> None:
    client = learner(course, "first")
    client.get(LESSON)
    file_changed.send(sender=None, file_path=Path("templates/learning/lesson.html"))
    assert player._frame.cache_info().currsize == 0
