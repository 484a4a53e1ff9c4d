"""The styles of certificates: type, measures and colours; ornaments.py draws what is around."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Role:
    """How one kind of text is set; `colour` is a name of `palette`."""

    family: str
    size: float
    smallest: float
    lines: int
    colour: str
    leading: float = 1.3
    tracking: int = 0
    comfort: float = 1.0

    def scaled(self, by: float) -> "Role":
        return replace(self, size=self.size * by, smallest=min(self.smallest, self.size * by))


@dataclass(frozen=True)
class Style:
    """`landscape` and `portrait` are margins: at the start of lines, at their end, above, below."""

    landscape: tuple[float, float, float, float]
    portrait: tuple[float, float, float, float]
    align: str
    measure: float
    heading: Role
    lead: Role
    name: Role
    statement: Role
    course: Role
    closing: Role
    signatory: Role
    small: Role
    number: Role
    address: Role
    has_ornament: bool
    name_width: float
    name_rule: float
    lead_gap: float
    name_gap: float

    def margins(self, landscape: bool) -> tuple[float, float, float, float]:
        return self.landscape if landscape else self.portrait


_SMALL = Role("sans", 7.5, 5, 1, "muted")
_ADDRESS = Role("sans", 6.8, 4.5, 2, "muted", 1.3)
STYLES = {
    "classic": Style(
        landscape=(72, 72, 66, 62),
        portrait=(66, 66, 92, 66),
        align="centre",
        measure=540,
        heading=Role("serif-strong", 38, 20, 2, "accent", 1.15),
        lead=Role("serif-italic", 16, 11, 3, "muted"),
        name=Role("serif", 46, 15, 2, "ink", 1.16, comfort=0.7),
        statement=Role("serif", 15, 10.5, 4, "ink", 1.36),
        course=Role("serif-strong", 23, 13, 3, "ink", 1.2),
        closing=Role("serif-italic", 13, 9.5, 3, "muted", 1.32),
        signatory=Role("serif-strong", 10.5, 6.5, 1, "ink"),
        small=_SMALL,
        number=Role("serif-strong", 11.5, 7, 1, "ink", tracking=40),
        address=_ADDRESS,
        has_ornament=True,
        name_width=600,
        name_rule=380,
        lead_gap=14,
        name_gap=8,
    ),
    "modern": Style(
        landscape=(168, 64, 66, 56),
        portrait=(120, 52, 84, 56),
        align="start",
        measure=500,
        heading=Role("sans-strong", 15, 11, 2, "accent", 1.25, tracking=60),
        lead=Role("sans", 12.5, 10, 3, "muted"),
        name=Role("sans-strong", 42, 14, 2, "ink", 1.16, comfort=0.7),
        statement=Role("sans", 12.5, 9, 5, "ink", 1.45),
        course=Role("sans-strong", 20, 12, 3, "ink", 1.25),
        closing=Role("sans", 10.5, 8.5, 3, "muted", 1.4),
        signatory=Role("sans-strong", 9.5, 6, 1, "ink"),
        small=_SMALL,
        number=Role("sans-strong", 10, 6.5, 1, "ink", tracking=30),
        address=_ADDRESS,
        has_ornament=False,
        name_width=600,
        name_rule=0,
        lead_gap=30,
        name_gap=6,
    ),
    "plain": Style(
        landscape=(76, 76, 70, 56),
        portrait=(70, 70, 96, 60),
        align="centre",
        measure=470,
        heading=Role("serif", 27, 17, 2, "ink", 1.2, tracking=20),
        lead=Role("serif-italic", 15, 11, 3, "muted"),
        name=Role("serif-strong", 38, 14, 2, "accent", 1.16, comfort=0.7),
        statement=Role("serif", 14.5, 10.5, 5, "ink", 1.4),
        course=Role("serif-strong", 20, 12, 3, "ink", 1.25),
        closing=Role("serif-italic", 12.5, 9.5, 3, "muted", 1.35),
        signatory=Role("serif-strong", 10.5, 6.5, 1, "ink"),
        small=_SMALL,
        number=Role("serif-strong", 11, 7, 1, "ink", tracking=40),
        address=_ADDRESS,
        has_ornament=False,
        name_width=520,
        name_rule=0,
        lead_gap=30,
        name_gap=8,
    ),
}


# Paper of this brightness is as good as white behind a QR code.
LIGHT = 0.88


def mixed(colour: str, with_: str, part: float) -> str:
    """A colour with a part (0 to 1) of another one in it."""
    pairs = zip(_parts(colour), _parts(with_), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * part):02x}" for one, other in pairs)


def palette(ink: str, accent: str, paper: str) -> Mapping[str, str]:
    """The colours of a page by name, all made of three."""
    return {
        "ink": ink,
        "accent": accent,
        "paper": paper,
        "muted": mixed(ink, paper, 0.3),
        "hairline": mixed(accent, paper, 0.4),
        "tint": mixed(accent, paper, 0.82),
        "shade": mixed(accent, "#000000", 0.28),
        "light": mixed(accent, paper, 0.35),
    }


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def brightness(colour: str) -> float:
    """From 0, black, to 1, white."""
    red, green, blue = _parts(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def operands(colour: str) -> str:
    """A colour as PDF writes it before "rg" and "RG"."""
    return " ".join(f"{part / 255:.4f}" for part in _parts(colour))
