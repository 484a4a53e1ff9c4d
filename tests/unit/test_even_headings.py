"""Headings of a lesson follow its title without a gap."""

import re

import pytest

from course_pages.rendering import with_even_headings


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ([2, 3, 2], [2, 3, 2]),
        ([3, 3, 3], [2, 2, 2]),
        ([3, 2, 3, 3, 2], [2, 2, 3, 3, 2]),
        ([2, 4, 4, 3], [2, 3, 3, 3]),
        ([], []),
    ],
)
def test_no_level_is_left_out(written: list[int], shown: list[int]) -> None:
    html = "".join(f'<h{level} class="x">Words</h{level}><p>hr</p><hr>' for level in written)

    even = with_even_headings(html)

    assert [int(level) for level in re.findall(r"<h(\d)", even)] == shown
    assert [int(level) for level in re.findall(r"</h(\d)", even)] == shown
    assert re.sub(r"(</?h)\d", r"\1", even) == re.sub(r"(</?h)\d", r"\1", html)
