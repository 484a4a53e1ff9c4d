"""Letters in PDF files: those that the fonts have, and never an empty box."""

import pytest

from core import print_fonts


@pytest.mark.parametrize(
    "text",
    [
        "Ada Łovelace",
        "Ωμέγα",
        "Юлия Ёлкина",
        "Nguyễn Thị Ánh",
        "1.234,56\N{NO-BREAK SPACE}€",
        "–“”’…",
    ],
)
def test_what_is_covered_is_printed_as_it_is(text: str) -> None:
    assert print_fonts.printable(text) == text
    assert print_fonts.covers(text)


@pytest.mark.parametrize("text", ["山田", "شهادة", "ปฏิทิน", "😀"])
def test_what_is_not_is_told(text: str) -> None:
    assert set(print_fonts.printable(text)) <= {print_fonts.MISSING, " "}
    assert not print_fonts.covers(text)


def test_a_font_that_was_not_built_is_named() -> None:
    assert print_fonts.found("noto-sans-400") == print_fonts.path("noto-sans-400")
    assert print_fonts.found("noto-sans-none") is None
    with pytest.raises(print_fonts.NotBuilt, match="noto-sans-none"):
        print_fonts.path("noto-sans-none")


def test_what_never_shows_is_left_out() -> None:
    assert print_fonts.printable("a\u202eb\x00c") == "abc"
