"""What a certificate looks like and says, as a release keeps it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PLACEHOLDERS: dict[str, Any] = {
    "name": _("the learner’s name"),
    "course": _("the course’s title"),
    "date": _("the day of completion"),
    "score": _("the points reached, in percent"),
    "serial": _("the certificate’s number"),
    "expires": _("the last day on which it is valid"),
    "issuer": _("the site’s name"),
}
BRACES = re.compile(r"\{([^{}]*)\}|([{}])")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is no placeholder, and braces without a partner."""
    return [match[0] for match in BRACES.finditer(text) if match[1] not in PLACEHOLDERS]


@dataclass(frozen=True)
class Signatory:
    """Somebody who signs; `image` is the key of a picture, 0 for none."""

    name: str
    role: str
    image: int


@dataclass(frozen=True)
class Design:
    """certificate_design v1. Colours are `#rrggbb`; pictures are keys, 0 for none."""

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
        return asdict(self) | {"signatories": [asdict(one) for one in self.signatories]}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Design":
        signatories = tuple(Signatory(**one) for one in data["signatories"])
        return cls(**{**data, "signatories": signatories})

    @property
    def images(self) -> frozenset[int]:
        """Keys of all its pictures."""
        found = {self.background, self.logo, *(one.image for one in self.signatories)}
        return frozenset(found - {0})
