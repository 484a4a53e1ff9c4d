"""From a design and facts to a PDF."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from certificates.printing.design import Design
from certificates.printing.facts import Facts
from core import print_fonts


class Unprintable(Exception):
    """A name has letters that no font here has."""


class Signer:
    """Signs files."""

    @classmethod
    def of(cls, path: Path, passphrase: str) -> "Signer":
        raise NotImplementedError


def unprintable(text: str) -> str:
    """The letters of a text that no font here has."""
    return "".join(dict.fromkeys(one for one in text if not print_fonts.covers(one)))


def render(
    design: Design, facts: Facts, pictures: Mapping[int, bytes], *, signer: Signer | None = None
) -> bytes:
    """The same bytes for the same design and facts."""
    print_fonts.register()
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.setFont(print_fonts.TEXT, 20)
    for line, text in enumerate((design.heading, facts.name, facts.course, facts.serial)):
        canvas.drawString(72, 700 - 40 * line, text)
    canvas.save()
    return buffer.getvalue()
