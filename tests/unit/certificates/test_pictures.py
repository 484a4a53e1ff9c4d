"""Pictures of a certificate: kept small, refused by name, seen where they belong."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from certificates.printing import (
    BrokenPicture,
    MissingPicture,
    PictureError,
    Signatory,
    TooManyPixels,
    render,
)
from certificates.printing.layout import laid_out
from certificates.printing.pictures import prepared

from .pages import difference, is_within, picture
from .samples import design, facts


def image(kind: str, size: tuple[int, int] = (400, 200), colour: str = "#c00000") -> bytes:
    """A picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes that claim to be large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )  # fmt: skip

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_logo_stands_in_its_frame(kind: str) -> None:
    one = design(logo=4)
    frame = next(frame for key, frame, _ in laid_out(one, facts()).pictures if key == 4)
    shown = difference(
        render(one, facts(), {4: image(kind)}),
        render(one, facts(), {4: image(kind, colour="#00c")}),
    )
    assert shown.height > 20
    assert is_within(shown, frame)


def test_a_background_fills_the_page() -> None:
    page = picture(render(design(background=2), facts(), {2: image("JPEG", (500, 500))}))
    red = page.getpixel((3, 3))
    assert isinstance(red, tuple)
    assert red[0] > 180
    assert red == page.getpixel((page.width - 3, page.height - 3))


def test_what_shines_through_is_not_painted() -> None:
    clear = BytesIO()
    Image.new("RGBA", (300, 100), (0, 0, 0, 0)).save(clear, "PNG")
    signed = design(signatories=(Signatory("Ada", "Head", 5),))
    without = design(signatories=(Signatory("Ada", "Head", 0),))
    pages = render(signed, facts(), {5: clear.getvalue()}), render(without, facts(), {})
    assert difference(*pages).width == 0


def test_large_pictures_are_made_smaller() -> None:
    done = prepared(1, image("JPEG", (6000, 4000)), 360, 240)
    assert 1090 <= done.width <= 1100
    assert len(done.colours) < 60_000


def test_a_picture_is_decoded_once() -> None:
    assert prepared(1, image("PNG"), 100, 50) is prepared(1, image("PNG"), 100, 50)
    assert prepared(1, image("PNG"), 100, 50) is not prepared(1, image("PNG"), 50, 50)


def test_pictures_stand_upright() -> None:
    turned = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200), "#c00000").save(turned, "JPEG", exif=exif)
    done = prepared(1, turned.getvalue(), 300, 300)
    assert done.height == 2 * done.width


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    buffer = BytesIO()
    Image.new(mode, (900, 900)).save(buffer, "PNG")
    assert prepared(1, buffer.getvalue(), 100, 100).width == 306


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (lambda: png_that_says(10_000, 5_001), TooManyPixels),
        (lambda: png_that_says(60_000, 60_000), TooManyPixels),
        (lambda: png_that_says(100, 100), BrokenPicture),
        (lambda: image("JPEG", (900, 900))[:-300], BrokenPicture),
        (lambda: image("GIF"), BrokenPicture),
        (lambda: b"%PDF-1.7", BrokenPicture),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", BrokenPicture),
        (lambda: b"", BrokenPicture),
    ],
)
def test_a_bad_picture_is_refused_by_its_key(
    content: Callable[[], bytes], error: type[PictureError]
) -> None:
    with pytest.raises(error, match="picture 41") as refused:
        render(design(logo=41), facts(), {41: content()})
    assert refused.value.key == 41


def test_a_picture_that_nobody_gave_is_named() -> None:
    with pytest.raises(MissingPicture, match="picture 8"):
        render(design(background=8), facts(), {})
