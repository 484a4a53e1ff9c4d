"""What a certificate looks like: a snapshot of kind "certificate_design", version 1."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KIND, VERSION = "certificate_design", 1
MOST_SIGNATORIES = 3

SIZES: dict[str, Promise] = {"a4": _("A4"), "letter": _("US Letter")}
ORIENTATIONS: dict[str, Promise] = {"landscape": _("Landscape"), "portrait": _("Portrait")}
STYLES: dict[str, Promise] = {
    "classic": _("Classic: engraved frame"),
    "modern": _("Modern: pattern at the side"),
    "plain": _("Plain: paper and type"),
}
CORNERS: dict[str, Promise] = {
    "left": _("Bottom left"),
    "centre": _("Bottom centre"),
    "right": _("Bottom right"),
}
# Texts may hold these. Where one has no value ({score}, {expires}), its line is left out.
PLACEHOLDERS: dict[str, Promise] = {
    "name": _("Name of the learner"),
    "course": _("Title of the course"),
    "date": _("Day of completion"),
    "score": _("Score"),
    "serial": _("Serial number"),
    "expires": _("Day of expiry"),
    "issuer": _("Name of the issuer"),
}
_PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")


@dataclass(frozen=True)
class Signatory:
    """Who signs. `image` is the primary key of a picture of the signature, 0 for none."""

    name: str
    role: str
    image: int


@dataclass(frozen=True)
class Design:
    """`lead` stands above the name, `statement` below it, `closing` under that.

    Their line breaks are kept; a line that is nothing but a placeholder is set larger. `qr` and
    `serial` are keys of CORNERS and differ. `background` and `logo` are primary keys of pictures,
    0 for none; a background takes the place of what the style draws around the text.
    """

    lineage: str
    title: str
    size: str
    orientation: str
    style: str
    ink: str
    accent: str
    paper: str
    heading: str
    lead: str
    statement: str
    closing: str
    qr: str
    serial: str
    background: int
    logo: int
    signatories: tuple[Signatory, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data for `core.snapshots.freeze`."""
        return {**asdict(self), "signatories": [asdict(one) for one in self.signatories]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """The design that `as_json` wrote down."""
        return cls(
            **{**data, "signatories": tuple(Signatory(**one) for one in data["signatories"])}
        )

    @property
    def images(self) -> frozenset[int]:
        """The primary keys of all pictures that it takes to print it."""
        keys = {self.background, self.logo, *(one.image for one in self.signatories)}
        return frozenset(keys - {0})


def unknown_placeholders(text: str) -> list[str]:
    """What a text has in braces that is no placeholder, and braces that stand alone; each once."""
    unknown = [found[0] for found in _PLACEHOLDER.finditer(text) if found[1] not in PLACEHOLDERS]
    return list(dict.fromkeys(unknown + re.findall(r"[{}]", _PLACEHOLDER.sub("", text))))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values for placeholders, without lines whose placeholder has an empty one.

    Nothing that stands in a value is looked at, and nothing but the names in `values` is reachable.
    """
    kept = [
        line
        for line in text.splitlines()
        if all(values.get(found[1], "-") for found in _PLACEHOLDER.finditer(line))
    ]
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), "\n".join(kept))


def is_one_placeholder(line: str) -> bool:
    """Whether a line of a text is nothing but a placeholder."""
    return bool(_PLACEHOLDER.fullmatch(line.strip()))
