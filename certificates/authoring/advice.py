"""What an editor is told of a design that can be printed and could be better."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from assets.models import Image
from certificates.printing.design import Design

READABLE = 4.5
"""Contrast of text on its background, by WCAG 2.2 (1.4.3)."""


def advice(design: Design) -> Iterator[str]:
    """One query where the design has pictures."""
    found = contrast(design.ink, design.paper)
    if found < READABLE:
        yield _(
            "The text is hard to read on this background: its contrast is %(found)s : 1, and at "
            "least %(least)s : 1 is good. Choose a darker or a lighter colour."
        ) % {"found": f"{found:.1f}", "least": READABLE}
    for name in without_picture(design):
        yield _("The picture of %s’s signature is gone: choose another, or none.") % name


def without_picture(design: Design) -> list[str]:
    """Signatories whose picture was deleted; no query where there is none."""
    wanted = {one.image for one in design.signatories} - {0}
    there = set(Image.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else {}
    return [one.name for one in design.signatories if one.image and one.image not in there]


def contrast(one: str, other: str) -> float:
    """Of two colours `#rrggbb`, 1 to 21; WCAG 2.2, "contrast ratio"."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
