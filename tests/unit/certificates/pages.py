"""Looks at a printed page: its text, its ink."""

from functools import lru_cache
from io import BytesIO

import pypdfium2
from PIL import Image, ImageChops
from pypdf import PdfReader

from core.lettering.fitting import Frame

DOTS = 2  # to a point


def text(pdf: bytes) -> str:
    """The text of the page as a reader takes it out, on one line."""
    return " ".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


@lru_cache(maxsize=8)
def picture(pdf: bytes) -> Image.Image:
    """The page, DOTS to a point."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn: Image.Image = document[0].render(scale=DOTS).to_pil().convert("RGB")
    finally:
        document.close()
    return drawn


def difference(one: bytes, other: bytes) -> Frame:
    """Where two pages differ, in points; a frame without width if they look the same."""
    pictures = picture(one), picture(other)
    left, top, right, bottom = ImageChops.difference(*pictures).getbbox() or (0, 0, 0, 0)
    height = pictures[0].height
    return Frame(
        left / DOTS, (height - bottom) / DOTS, (right - left) / DOTS, (bottom - top) / DOTS
    )


def is_within(inner: Frame, outer: Frame, slack: float = 1.0) -> bool:
    """Whether a frame is inside another one, but for the blur of one dot."""
    return (
        inner.x >= outer.x - slack
        and inner.y >= outer.y - slack
        and inner.x + inner.width <= outer.x + outer.width + slack
        and inner.y + inner.height <= outer.y + outer.height + slack
    )
