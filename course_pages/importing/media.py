"""Which of a stranger's files the site takes, decided by what they are and not by their name."""

from __future__ import annotations

import warnings
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image

from assets.adding import kind_of_file

IMAGE_FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".jpe", ".gif", ".webp"}
DRAWING_SUFFIXES = {".svg", ".svgz"}


def image_problem(path: Path) -> str:
    """Why the picture cannot be taken, or "". Decodes it once: a torn file is found here."""
    if path.suffix.lower() in DRAWING_SUFFIXES:
        return _("SVG drawings are not accepted")
    if path.stat().st_size > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
        return _("the picture is too large a file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=tuple(IMAGE_FORMATS)) as image:
                frames = getattr(image, "n_frames", 1)
                if image.width * image.height * frames > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                    return _("the picture has too many pixels")
                image.load()
    except (OSError, ValueError, SyntaxError, OverflowError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):  # fmt: skip
        return _("the picture cannot be read")
    return ""


def plays(path: Path) -> str:
    """ "video" or "audio" for a file that is one, else ""; told by its first bytes."""
    kind = kind_of_file(path)
    return "" if kind is None else "audio" if kind.is_audio else "video"


def no_media() -> str:
    return _("is neither a film nor a recording, whatever its name says")


def image_suffix(path: Path) -> str:
    """The suffix that fits the picture's real format; call after `image_problem`."""
    with Image.open(path, formats=tuple(IMAGE_FORMATS)) as image:
        return IMAGE_FORMATS[image.format or "PNG"]


def document_problem(path: Path) -> str:
    """Why the file cannot be taken as a document, or ""."""
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in settings.WAGTAILDOCS_EXTENSIONS and f".{suffix}" not in IMAGE_SUFFIXES:
        return _("files of this type are not accepted")
    return ""
