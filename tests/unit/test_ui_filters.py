"""Filters of the templates."""

import pytest
from django.core.paginator import Paginator

from core.templatetags import ui


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, ""), (7, "7 min"), (60, "1 h"), (95, "1 h 35 min"), (None, ""), ("", "")],
)
def test_duration_in_hours_and_minutes(minutes: object, shown: str) -> None:
    assert ui.duration(minutes) == shown


def test_lessons_are_counted_in_words() -> None:
    assert [ui.lessons(number) for number in (1, 3, None)] == ["1 lesson", "3 lessons", "0 lessons"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mara Lindqvist", "ML"),
        ("Ana María de la Cruz", "AC"),
        ("ليلى", "ل"),
        ("山田", "山"),
        ("", ""),
        (None, ""),
    ],
)
def test_initials_of_first_and_last_word(name: object, letters: str) -> None:
    assert ui.initials(name) == letters


def test_a_title_keeps_its_cover() -> None:
    covers = {ui.cover(f"Course {number}") for number in range(200)}
    assert ui.cover("Bread") == ui.cover("Bread")
    assert covers == {f"cover-{number}" for number in range(ui.COVERS)}


def test_page_numbers_leave_out_the_middle() -> None:
    page = Paginator(range(120), 10).page(6)
    assert list(ui.page_numbers(page)) == [1, Paginator.ELLIPSIS, 5, 6, 7, Paginator.ELLIPSIS, 12]
