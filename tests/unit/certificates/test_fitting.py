"""Text in a frame: whole where it fits, cut where it does not, never outside."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.lettering import faces
from core.lettering.faces import UNITS
from core.lettering.fitting import ELLIPSIS, Bounds, Fitted, fitted
from core.lettering.letters import cleaned, unprintable
from core.lettering.shaping import clusters

BOUNDS = Bounds(300, 60, 40, 12, 2, 1.16, comfort=0.7)
LETTERS = st.text(
    st.one_of(
        st.characters(max_codepoint=0x024F, exclude_categories=["Cc"]),
        st.characters(min_codepoint=0x0590, max_codepoint=0x06FF),
        st.characters(min_codepoint=0x0900, max_codepoint=0x097F),
        st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B),
        st.sampled_from(" -\u0301\u0323\u200c\u200d"),
    ),
    max_size=120,
)


def fit(text: str, bounds: Bounds = BOUNDS, family: str = "serif") -> Fitted:
    """The text in a frame, in a language that changes nothing."""
    return fitted(text, faces.family(family, "en"), bounds)


def ink(done: Fitted) -> Iterator[tuple[float, float]]:
    """How wide each line is, and how high all of them together."""
    for line in done.lines:
        yield line.width * done.size / UNITS, done.height


@settings(deadline=None, max_examples=150)
@given(LETTERS)
def test_any_text_stays_in_its_frame(text: str) -> None:
    """Seen to fail without the bound on height."""
    text = "".join(one for one in cleaned(text) if one not in unprintable(text))
    done = fit(text)
    assert len(done.lines) <= BOUNDS.lines
    assert done.size <= BOUNDS.largest
    for width, height in ink(done):
        assert width <= BOUNDS.width + 0.01
        assert height <= BOUNDS.height + 0.01


@settings(deadline=None, max_examples=150)
@given(LETTERS)
def test_no_letter_is_lost_unless_an_ellipsis_says_so(text: str) -> None:
    """Seen to fail with the last row of a wrapped text left out."""
    text = "".join(one for one in cleaned(text) if one not in unprintable(text))
    done = fit(text)
    shown = "".join(line.text for line in done.lines)
    if ELLIPSIS not in shown:
        assert shown.replace(" ", "") == text.replace(" ", "")
    for line in done.lines:
        glyphs = sorted(glyph.text for run in line.runs for glyph in run.glyphs)
        assert sorted("".join(glyphs)) == sorted(line.text)


def test_a_short_name_is_as_large_as_can_be() -> None:
    assert fit("Ada").size == BOUNDS.largest


def test_a_name_shrinks_before_it_takes_a_second_line() -> None:
    done = fit("Ada King of Lovelace")
    assert len(done.lines) == 1
    assert BOUNDS.largest * BOUNDS.comfort <= done.size < BOUNDS.largest


def test_a_long_name_takes_even_lines() -> None:
    done = fit("Maria Fernanda Gutiérrez-Villanueva y Fernández")
    one, other = done.lines
    assert one.text == "Maria Fernanda"
    assert other.text == "Gutiérrez-Villanueva y Fernández"


def test_a_title_takes_a_second_line_before_it_shrinks() -> None:
    done = fit("The Analytical Engine of Babbage", Bounds(300, 400, 24, 12, 3))
    assert len(done.lines) == 2
    assert done.size == 24


@pytest.mark.parametrize("text", ["x" * 10_000, "Ada " * 2_500, "สวัสดี" * 900])
def test_what_is_too_long_ends_with_an_ellipsis(text: str) -> None:
    done = fit(cleaned(text))
    assert done.lines[-1].text.endswith(ELLIPSIS)
    assert len(done.lines) == BOUNDS.lines


def test_thai_breaks_between_clusters() -> None:
    text = "กระทรวงศึกษาธิการและวิทยาศาสตร์"
    done = fit(text, Bounds(120, 400, 20, 12, 4))
    assert len(done.lines) > 1
    assert "".join(line.text for line in done.lines) == text
    assert all(line.text[0] in text and line.text[0] not in "ะาิีึืุูำ็่้์" for line in done.lines)


def test_clusters_hold_what_belongs_together() -> None:
    assert list(clusters("क्षि")) == ["क्षि"]
    assert list(clusters("e\u0301a")) == ["e\u0301", "a"]
    assert list(clusters("เก้า")) == ["เก้", "า"]
