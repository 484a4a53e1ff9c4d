"""Chapters as their authors write them."""

import time

import pytest
from django.core.exceptions import ValidationError

from assets.models.videos import Chapter, chapters_in


def test_chapters_are_times_and_titles() -> None:
    text = "0:00 Introduction\n\n 12:05  The recipe \n1:00:00 Questions"
    assert chapters_in(text) == [
        Chapter(0, "Introduction"),
        Chapter(725_000, "The recipe"),
        Chapter(3_600_000, "Questions"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Introduction", "Line 1"),
        ("0:00 A\n0:61 B", "Line 2"),
        ("0:00 A\n99:99 B", "Line 2"),
        ("0:30 A\n0:30 B", "begin after"),
        ("0:30", "Line 1"),
    ],
)
def test_a_line_that_is_no_chapter_is_named(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        chapters_in(text)


def test_no_chapters() -> None:
    assert chapters_in(" \n\n") == []


def test_a_line_of_spaces_is_read_at_once() -> None:
    began = time.perf_counter()
    assert len(chapters_in("0:00 a" + " " * 40_000 + "b")) == 1
    assert time.perf_counter() - began < 1
