"""Certificates as PDF: from a design, facts and pictures to bytes.

Knows no models, no database and no network.
"""

from collections.abc import Mapping

from core.lettering.letters import Unprintable, printable, shows, unprintable

from .design import Design, Signatory
from .drawing import drawn
from .facts import Facts
from .layout import laid_out
from .pictures import BrokenPicture, MissingPicture, PictureError, TooManyPixels
from .preview import as_png
from .signing import KeyUnusable, Signer

__all__ = [
    "BrokenPicture", "Design", "Facts", "KeyUnusable", "MissingPicture", "PictureError",
    "Signatory", "Signer", "TooManyPixels", "Unprintable", "as_png", "printable",
    "render", "shows", "unprintable",
]  # fmt: skip


def render(
    design: Design, facts: Facts, pictures: Mapping[int, bytes], *, signer: Signer | None = None
) -> bytes:
    """One page. Without a signer, equal arguments give equal bytes.

    Raises Unprintable if no font has all of the name, or letters of another text; PictureError for
    a picture that is missing, broken or too large.
    """
    pdf = drawn(laid_out(design, facts), design, facts, pictures)
    return signer.signed(pdf) if signer else pdf
