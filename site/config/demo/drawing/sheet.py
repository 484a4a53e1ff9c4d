"""A sheet of SVG to draw on, in the palette and type of the site."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import cos, radians, sin
from typing import Literal

# The light values of static/src/styles/tokens.css; pictures look the same in both themes.
PAPER = "#fbfbf8"
SUNK = "#f1f3ee"
INK = "#14201b"
MUTED = "#4b5a53"
LINE = "#dbe0da"
GREY = "#aab3ad"
ACCENT = "#00664f"
SOFT = "#cfe6dc"
MINT = "#7fe0bd"
DEEP = "#0a382d"
DEEP_RAISED = "#12483b"
DEEP_LINE = "#2c6252"
OCHRE = "#d9973a"
CREAM = "#f3e3c4"

Anchor = Literal["start", "middle", "end"]


@dataclass
class Sheet:
    """Parts are painted in the order in which they are added; units are pixels."""

    width: int = 1600
    height: int = 900
    ground: str = PAPER
    parts: list[str] = field(default_factory=list)

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}"'
            f' viewBox="0 0 {self.width} {self.height}">'
            f'<rect width="100%" height="100%" fill="{self.ground}"/>{"".join(self.parts)}</svg>'
        )

    def add(self, element: str, **attributes: str | float) -> None:
        """An element without content; an underscore in a name stands for a hyphen."""
        pairs = " ".join(
            f'{name.replace("_", "-")}="{_number(value)}"' for name, value in attributes.items()
        )
        self.parts.append(f"<{element} {pairs}/>")

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str = GREY,
        radius: float = 0,
        stroke: str = "none",
        stroke_width: float = 4,
    ) -> None:
        self.add(
            "rect",
            x=x,
            y=y,
            width=max(width, 0),
            height=max(height, 0),
            rx=radius,
            fill=fill,
            stroke=stroke,
            stroke_width=stroke_width,
        )

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        stroke: str = INK,
        width: float = 3,
        dash: str = "none",
    ) -> None:
        self.add(
            "line",
            x1=x1,
            y1=y1,
            x2=x2,
            y2=y2,
            stroke=stroke,
            stroke_width=width,
            stroke_dasharray=dash,
            stroke_linecap="round",
        )

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        fill: str = INK,
        stroke: str = "none",
        width: float = 4,
    ) -> None:
        self.add("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=width)

    def path(self, d: str, fill: str = "none", stroke: str = INK, width: float = 6) -> None:
        self.add(
            "path",
            d=d,
            fill=fill,
            stroke=stroke,
            stroke_width=width,
            stroke_linejoin="round",
            stroke_linecap="round",
        )

    def polyline(
        self, points: Sequence[tuple[float, float]], stroke: str = INK, width: float = 8
    ) -> None:
        self.path("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points), "none", stroke, width)

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        start: float,
        end: float,
        stroke: str = ACCENT,
        width: float = 10,
    ) -> None:
        """Part of a circle; degrees run clockwise from twelve o'clock."""
        (x1, y1), (x2, y2) = _on_circle(x, y, radius, start), _on_circle(x, y, radius, end)
        large = int(end - start > 180)
        self.path(f"M{x1} {y1} A{radius} {radius} 0 {large} 1 {x2} {y2}", "none", stroke, width)

    def slice(self, x: float, y: float, radius: float, start: float, end: float, fill: str) -> None:
        """A slice of pie; degrees as in ``arc``."""
        (x1, y1), (x2, y2) = _on_circle(x, y, radius, start), _on_circle(x, y, radius, end)
        large = int(end - start > 180)
        d = f"M{x} {y} L{x1} {y1} A{radius} {radius} 0 {large} 1 {x2} {y2} Z"
        self.path(d, fill, PAPER, 5)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 36,
        *,
        fill: str = INK,
        weight: int = 400,
        anchor: Anchor = "start",
        serif: bool = False,
        italic: bool = False,
        turn: float = 0,
    ) -> None:
        """A line of text; ``y`` is its baseline, ``turn`` rotates it about (x, y)."""
        family = "'Demo Serif', 'DejaVu Serif', serif" if serif else "'Demo Sans', sans-serif"
        turned = f' transform="rotate({turn} {_number(x)} {_number(y)})"' if turn else ""
        self.parts.append(
            f'<text x="{_number(x)}" y="{_number(y)}" font-family="{family}" font-size="{size}"'
            f' font-weight="{weight}" font-style="{"italic" if italic else "normal"}"'
            f' fill="{fill}" text-anchor="{anchor}"{turned}>{escape(words)}</text>'
        )

    def lines(
        self,
        x: float,
        y: float,
        words: list[str],
        size: float = 36,
        *,
        leading: float = 1.3,
        fill: str = INK,
        weight: int = 400,
        anchor: Anchor = "start",
        serif: bool = False,
    ) -> None:
        """Several lines of text, one below the other."""
        for number, line in enumerate(words):
            self.text(
                x, y + number * size * leading, line, size,
                fill=fill, weight=weight, anchor=anchor, serif=serif,
            )  # fmt: skip

    def heading(self, x: float, y: float, words: str, fill: str = INK, size: float = 50) -> None:
        self.text(x, y, words, size, weight=600, serif=True, fill=fill)


def _on_circle(x: float, y: float, radius: float, degrees: float) -> tuple[float, float]:
    angle = radians(degrees - 90)
    return round(x + radius * cos(angle), 2), round(y + radius * sin(angle), 2)


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
