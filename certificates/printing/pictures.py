"""Pictures as they go into the PDF: decoded by Pillow, upright, no larger than print can show."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from zlib import compress

from PIL import Image, ImageOps, UnidentifiedImageError
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFName, PDFStream

MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
DOTS_PER_INCH = 220
_QUALITY = 88
# Certificates of one course share their pictures: a background, a logo, three signatures.
_KEPT = 10


class PictureError(Exception):
    """A picture cannot be printed; `key` is its primary key."""

    def __init__(self, key: int, why: str) -> None:
        super().__init__(f"picture {key}: {why}")
        self.key = key


class TooManyPixels(PictureError):
    """More than MOST_PIXELS."""


class BrokenPicture(PictureError):
    """No whole JPEG, PNG or WebP file."""


class MissingPicture(PictureError):
    """The design names it and nobody gave it."""


@dataclass(frozen=True)
class Picture:
    """A picture as it stands in the file: its colours, and how far they cover, if that differs."""

    width: int
    height: int
    is_jpeg: bool
    colours: bytes
    cover: bytes


_prepared: OrderedDict[tuple[bytes, int, int], Picture] = OrderedDict()
_lock = Lock()


def prepared(key: int, content: bytes, width: float, height: float) -> Picture:
    """A picture for a place of this size in points; the latest ones are remembered."""
    dots = (round(width / 72 * DOTS_PER_INCH), round(height / 72 * DOTS_PER_INCH))
    known = (hashlib.sha256(content).digest(), *dots)
    with _lock:
        if known not in _prepared:
            _prepared[known] = _decoded(key, content, dots)
        _prepared.move_to_end(known)
        while len(_prepared) > _KEPT:
            _prepared.popitem(last=False)
        return _prepared[known]


def _decoded(key: int, content: bytes, dots: tuple[int, int]) -> Picture:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            pixels = opened.width * opened.height
            if pixels > MOST_PIXELS:
                raise TooManyPixels(
                    key, f"{pixels / 1e6:.0f} megapixels, {MOST_PIXELS / 1e6:.0f} at most"
                )
            picture = _smaller(opened, max(dots))
            picture = ImageOps.exif_transpose(picture)
            picture.thumbnail(dots, Image.Resampling.LANCZOS)
            clear = picture.has_transparency_data
            picture = picture.convert("RGBA" if clear else "RGB")
    except Image.DecompressionBombError as error:
        raise TooManyPixels(key, str(error)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise BrokenPicture(key, str(error)) from error
    if clear:
        *colours, cover = picture.split()
        opaque = Image.merge("RGB", colours)
        return Picture(*picture.size, False, compress(opaque.tobytes()), compress(cover.tobytes()))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return Picture(*picture.size, True, buffer.getvalue(), b"")


def _smaller(opened: Image.Image, side: int) -> Image.Image:
    """The picture with no side longer; large ones are never held twice."""
    if opened.mode not in ("RGB", "RGBA", "L", "LA", "CMYK"):
        opened = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    opened.thumbnail((side, side), Image.Resampling.LANCZOS)
    return opened


def embedded_picture(picture: Picture, document: PDFDocument) -> PDFStream:
    """A picture as an object of a document; it was compressed when it was prepared."""
    looks = PDFDictionary(
        {
            "Type": PDFName("XObject"),
            "Subtype": PDFName("Image"),
            "Width": picture.width,
            "Height": picture.height,
            "BitsPerComponent": 8,
            "ColorSpace": PDFName("DeviceRGB"),
            "Filter": PDFName("DCTDecode" if picture.is_jpeg else "FlateDecode"),
        }
    )
    if picture.cover:
        mask = looks.dict | {"ColorSpace": PDFName("DeviceGray")}
        looks["SMask"] = document.Reference(PDFStream(PDFDictionary(mask), picture.cover))
    return PDFStream(looks, picture.colours)
