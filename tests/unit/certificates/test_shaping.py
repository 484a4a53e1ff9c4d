"""Glyphs and their order."""

import pytest

from core.lettering import faces
from core.lettering.shaping import is_right_to_left, shaped

SERIF = faces.family("serif", "en")


def parts(text: str, *, right_to_left: bool | None = None) -> list[str]:
    """The words of a line, from left to right; those of one run together."""
    texts = [run.text.strip() for run in shaped(text, SERIF, right_to_left=right_to_left).runs]
    return [text for text in texts if text]


def test_directions_meet_as_unicode_says() -> None:
    assert parts("Ada אבג Lovelace") == ["Ada", "אבג", "Lovelace"]
    assert parts("אבג Ada דהו") == ["דהו", "Ada", "אבג"]
    assert parts("אבג Ada דהו", right_to_left=False) == ["אבג", "Ada", "דהו"]


def test_numbers_run_left_to_right_among_arabic() -> None:
    assert parts("محمد 123 علي") == ["علي", "123", "محمد"]


@pytest.mark.parametrize(
    ("text", "expected"), [("1. Ada", False), ("123 محمد", True), ("(אב) a", True), ("12", False)]
)
def test_the_first_letter_gives_the_direction(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected


def test_joiners_take_no_letter_away() -> None:
    """Seen to fail with joiners left to the bidirectional algorithm, which takes them away."""
    text = "علی‌رضا نوری‌زاده"
    assert "".join(parts(text)) == text


def test_arabic_joins() -> None:
    assert shaped("ببب", SERIF).width < 2.5 * shaped("ب", SERIF).width


def test_a_word_stays_in_one_face() -> None:
    garamond, *_, noto = SERIF.faces
    rare = chr(min(one for one in noto.letters - garamond.letters if chr(one).isalpha()))
    assert [run.face for run in shaped(f"Ada Ada{rare}", SERIF).runs] == [garamond, noto]


def test_scripts_that_join_are_not_spaced() -> None:
    assert shaped("علي", SERIF, tracking=100).width == shaped("علي", SERIF).width
    assert shaped("Ada", SERIF, tracking=100).width == shaped("Ada", SERIF).width + 300
