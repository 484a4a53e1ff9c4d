"""Titles in any script, and with what people paste."""

import pytest
from django.test import Client

from tests.cases.measure import person
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
LESSON = {
    "slug": "lesson",
    "minutes": "5",
    "completion": "done",
    "body-count": "0",
    "comments-TOTAL_FORMS": "0",
    "comments-INITIAL_FORMS": "0",
}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Promises \u202eRTL 漢字 🎉", "Promises RTL 漢字 🎉"),
        ("one\u2028two\u0007", "one two"),
        ("درس أول", "درس أول"),
        ("👩\u200d🏫 class", "👩\u200d🏫 class"),
    ],
)
def test_a_title_loses_only_what_acts_on_the_text_around_it(given: str, kept: str) -> None:
    page = make.lesson(make.module(make.course_page("A course")), "Lesson")
    make.edit(page, title=given)
    page.refresh_from_db()
    assert page.title == kept


def test_a_title_that_is_too_long_is_refused_with_a_message() -> None:
    page = make.lesson(make.module(make.course_page("A course")), "Lesson")
    client = Client()
    client.force_login(person(is_superuser=True))
    answer = client.post(
        f"/admin/pages/{page.pk}/edit/", LESSON | {"title": "x" * 10_000, "action-publish": "1"}
    )
    assert "at most 255 characters" in answer.content.decode()
    page.refresh_from_db()
    assert page.title == "Lesson"
