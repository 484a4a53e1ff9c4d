"""Fonts of PDF files, by their names."""

import pytest

from core import print_fonts


def test_a_font_that_was_not_built_is_named() -> None:
    assert print_fonts.found("noto-sans-400") == print_fonts.path("noto-sans-400")
    assert print_fonts.found("noto-sans-none") is None
    with pytest.raises(print_fonts.NotBuilt, match="noto-sans-none"):
        print_fonts.path("noto-sans-none")
