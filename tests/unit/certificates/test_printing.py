"""Certificates as PDF: names in many scripts, inside their frame, the same bytes each time."""

import gc
import tracemalloc
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from certificates.printing import Signatory, Unprintable, as_png, render, unprintable
from certificates.printing.layout import laid_out
from certificates.printing.starters import STARTERS

from .pages import difference, is_within, picture, text
from .samples import ADDRESS, NAMES, design, facts

PAGES = [design(), *STARTERS]


@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_printed_within_its_frame(script: str) -> None:
    name = NAMES[script]
    assert unprintable(name) == ""
    for one in PAGES:
        frame = laid_out(one, facts(name)).name
        ink = difference(render(one, facts("I"), {}), render(one, facts(name), {}))
        assert ink.width > 60
        assert is_within(ink, frame)


@pytest.mark.parametrize(
    "script", ["Latin", "Vietnamese", "Greek", "Cyrillic", "Arabic", "Persian", "Hebrew", "Thai"]
)
def test_a_name_can_be_read_out_of_the_file(script: str) -> None:
    assert NAMES[script] in text(render(design(), facts(NAMES[script]), {}))


def test_equal_facts_give_equal_bytes() -> None:
    first = render(design(), facts(), {})
    for name in NAMES.values():
        render(design(), facts(name), {})
    assert render(design(), facts(), {}) == first
    assert render(design(), facts(serial="LC-0"), {}) != first


@pytest.mark.parametrize(
    ("name", "letters"), [("Ada 😀🏳️‍🌈", "😀🏳🌈"), ("𐎀𐎁 Ada", "𐎀𐎁"), ("\ue000", "\ue000")]
)
def test_a_name_that_no_font_has_is_refused(name: str, letters: str) -> None:
    assert unprintable(name) == letters
    with pytest.raises(Unprintable) as refused:
        render(design(), facts(name), {})
    assert refused.value.letters == letters


@pytest.mark.parametrize("name", ["\u200b\u202e\x00 ", "\u200d", "\ufe0f", "\u0301"])
def test_a_name_of_nothing_visible_is_refused(name: str) -> None:
    """Seen to fail: joiners, selectors and marks were printed, as nothing."""
    with pytest.raises(Unprintable):
        render(design(), facts(name), {})


def test_an_emoji_in_a_title_is_left_out() -> None:
    shown = text(render(design(), facts(course="Python 🐍 for all"), {}))
    assert "Python for all" in shown


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.title)
def test_the_code_leads_to_the_certificate(one: object) -> None:
    page = picture(render(one, facts(), {}))  # type: ignore[arg-type]
    (code,) = zxingcpp.read_barcodes(page)
    assert code.text == ADDRESS


def test_the_file_tells_what_it_is() -> None:
    reader = PdfReader(BytesIO(render(design(), facts(), {})))
    assert reader.metadata
    assert reader.metadata.title == "Introduction to Analytical Engines – Ada Łovelace"
    assert reader.metadata.author == "Lectern Academy"
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True


def test_all_fonts_are_in_the_file() -> None:
    reader = PdfReader(BytesIO(render(design(), facts(NAMES["Arabic and Latin"]), {})))
    resources: Any = reader.pages[0]["/Resources"]
    fonts = resources["/Font"]
    assert len(fonts) >= 4
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert len(descriptor["/FontFile2"].get_data()) < 40_000


def test_a_page_in_a_language_without_fonts_is_english_in_what_is_ours() -> None:
    """Seen to fail with the date of the page's language."""
    shown = text(render(design(), facts(language="ka"), {}))
    assert "November 28, 2026" in shown


def test_nothing_is_kept_from_page_to_page() -> None:
    """Seen to fail with every QR code kept."""

    def printed(first: int) -> None:
        for number in range(first, first + 4):
            for name in NAMES.values():
                one = facts(
                    f"{name} {number}", serial=f"LC-{number}", verify_url=f"{ADDRESS}{number}"
                )
                render(design(), one, {})
        gc.collect()

    printed(0)
    tracemalloc.start()
    try:
        printed(4)
        before = tracemalloc.get_traced_memory()[0]
        printed(8)
        assert tracemalloc.get_traced_memory()[0] - before < 50_000
    finally:
        tracemalloc.stop()


def test_a_design_may_be_full_and_upright() -> None:
    full = design(
        orientation="portrait", qr="centre", serial="left",
        signatories=tuple(Signatory("Katherine Johnson", "Head", 0) for _ in range(3)),
        statement="\n".join(["has completed", "{course}", "on {date}"] * 4),
    )  # fmt: skip
    layout = laid_out(full, facts(course="A very long title of a course " * 6))
    bottoms = [text.base for text in layout.texts]
    assert min(bottoms) > 20
    body = layout.texts[: len(layout.texts) - 10]
    assert body[0].base < layout.height - layout.style.portrait[2]
    assert [one.base for one in body] == sorted((one.base for one in body), reverse=True)


@pytest.mark.parametrize("width", [200, 1200])
def test_a_preview_has_the_width_asked_for(width: int) -> None:
    page = Image.open(BytesIO(as_png(render(design(), facts(), {}), width)))
    assert page.width == width
    assert abs(page.height - width * 595.28 / 841.89) < 1
