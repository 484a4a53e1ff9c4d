"""What is drawn around the text: frames and patterns, as PDF operators."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import cos, pi, sin

from .styles import operands, palette

# How far the control points of a curve stand out to make a quarter of a circle.
_ROUND = 0.5523


@lru_cache(maxsize=24)
def around(
    style: str, width: float, height: float, mirrored: bool, ink: str, accent: str, paper: str
) -> str:
    """The frame or pattern of a style; made once for a size and colours."""
    colours = palette(ink, accent, paper)
    pieces = {"classic": _engraved, "modern": _tiles, "plain": _bars}[style](width, height, colours)
    drawn = "\n".join(pieces)
    if mirrored:
        drawn = f"-1 0 0 1 {width:.2f} 0 cm\n{drawn}"
    return f"q\n{drawn}\nQ"


def divider(x: float, y: float, accent: str) -> str:
    """A lozenge between two tapering lines, its middle at (x, y)."""
    colour = operands(accent)
    return "\n".join(
        [
            f"q {colour} rg",
            _polygon([(x - 5, y), (x, y + 3.4), (x + 5, y), (x, y - 3.4)]),
            *(
                _polygon([(x + side * 12, y + 0.7), (x + side * 118, y), (x + side * 12, y - 0.7)])
                for side in (-1, 1)
            ),
            *(_disc(x + side * 9.4, y, 1.1) for side in (-1, 1)),
            "Q",
        ]
    )


def _engraved(width: float, height: float, colours: Mapping[str, str]) -> Iterator[str]:
    """Two rules with plaited waves between them, as on bank notes, and rosettes at the corners."""
    outer, inner, corner = 24.0, 44.0, 30.0
    middle = (outer + inner) / 2
    yield f"{operands(colours['light'])} RG 0.45 w"
    along, up = width - 2 * middle - corner, height - 2 * middle - corner
    for y in (middle, height - middle):
        yield _plait(f"1 0 0 1 {middle + corner / 2:.2f} {y:.2f}", along)
    for x in (middle, width - middle):
        yield _plait(f"0 1 -1 0 {x:.2f} {middle + corner / 2:.2f}", up)
    yield f"{operands(colours['accent'])} RG 1.6 w"
    yield _box(outer, outer, width - 2 * outer, height - 2 * outer)
    yield "0.6 w"
    yield _box(inner, inner, width - 2 * inner, height - 2 * inner)
    for x in (middle, width - middle):
        for y in (middle, height - middle):
            yield f"{operands(colours['paper'])} rg {operands(colours['accent'])} RG 0.9 w"
            yield _square(x, y, corner / 2)
            yield f"{operands(colours['hairline'])} RG 0.4 w"
            yield _rosette(x, y, 11.5)
            yield f"{operands(colours['accent'])} rg"
            yield _disc(x, y, 1.8)


def _tiles(width: float, height: float, colours: Mapping[str, str]) -> Iterator[str]:
    """A band of square tiles with arcs, at the start of the lines."""
    side = 52.0 if width > height else 41.0
    shades = ["accent", "shade", "light", "tint"]
    columns, rows = 2, int(height // side) + 1
    yield f"{operands(colours['accent'])} rg 0 0 {columns * side:.2f} {height:.2f} re f"
    for row in range(rows):
        for column in range(columns):
            seed = (row * 7 + column * 11 + row * column * 3) % 12
            x, y = column * side, height - (row + 1) * side
            ground, figure = shades[seed % 3], shades[(seed % 3 + 1 + seed // 6) % 4]
            # A little over its edges, or the colour beneath would show in the seams.
            over = side + (0.4 if column + 1 < columns else 0)
            yield f"{operands(colours[ground])} rg {x:.2f} {y - 0.4:.2f} {over} {side + 0.4} re f"
            yield f"{operands(colours[figure])} rg"
            turn = seed % 4
            if seed in (5, 9):
                yield _disc(x + side / 2, y + side / 2, side * 0.3)
            else:
                yield _quarter(x, y, side, turn)
                yield f"{operands(colours[ground])} rg"
                yield _quarter(x, y, side, turn, 0.5)


def _bars(width: float, height: float, colours: Mapping[str, str]) -> Iterator[str]:
    """A broad and a thin rule at the head of the page, and a thin one at its foot."""
    yield f"{operands(colours['accent'])} rg"
    yield f"0 {height - 12:.2f} {width:.2f} 12 re f"
    yield f"0 {height - 16.5:.2f} {width:.2f} 1 re f"
    yield f"0 0 {width:.2f} 5 re f"


def _plait(matrix: str, length: float) -> str:
    """Three waves along the first axis of a matrix, in whole periods.

    Each period is the same text after a step to the side, which compresses to almost nothing.
    """
    periods = max(1, round(length / 15))
    step = length / periods
    period = " ".join(_wave(step, 6.6, turn * 2 * pi / 3) for turn in range(3))
    once = f"{period} S 1 0 0 1 {step:.4f} 0 cm"
    return "\n".join([f"q 1 J {matrix} cm", *[once] * periods, "Q"])


def _wave(length: float, swing: float, phase: float, steps: int = 6) -> str:
    """One period of a sine from (0, 0) along the first axis."""

    def at(step: int) -> tuple[float, float, float]:
        turn = 2 * pi * step / steps + phase
        return length * step / steps, swing * sin(turn), swing * cos(turn) * 2 * pi / length

    third = length / steps / 3
    far, aside, slope = at(0)
    pieces = [f"{far:.2f} {aside:.2f} m"]
    for step in range(1, steps + 1):
        further, beside, next_slope = at(step)
        pieces.append(
            f"{far + third:.2f} {aside + slope * third:.2f} "
            f"{further - third:.2f} {beside - next_slope * third:.2f} {further:.2f} {beside:.2f} c"
        )
        far, aside, slope = further, beside, next_slope
    return " ".join(pieces)


def _rosette(x: float, y: float, radius: float) -> str:
    """Twelve circles that meet in the middle."""
    return " ".join(
        _disc(
            x + radius / 2 * cos(turn * pi / 6),
            y + radius / 2 * sin(turn * pi / 6),
            radius / 2,
            "S",
        )
        for turn in range(12)
    )


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re S"


def _square(x: float, y: float, half: float) -> str:
    return f"{x - half:.2f} {y - half:.2f} {2 * half:.2f} {2 * half:.2f} re B"


def _polygon(points: list[tuple[float, float]]) -> str:
    (x, y), *others = points
    return " ".join([f"{x:.2f} {y:.2f} m", *(f"{x:.2f} {y:.2f} l" for x, y in others), "f"])


def _disc(x: float, y: float, radius: float, paint: str = "f") -> str:
    k = radius * _ROUND
    r = radius
    return (
        f"{x + r:.2f} {y:.2f} m "
        f"{x + r:.2f} {y + k:.2f} {x + k:.2f} {y + r:.2f} {x:.2f} {y + r:.2f} c "
        f"{x - k:.2f} {y + r:.2f} {x - r:.2f} {y + k:.2f} {x - r:.2f} {y:.2f} c "
        f"{x - r:.2f} {y - k:.2f} {x - k:.2f} {y - r:.2f} {x:.2f} {y - r:.2f} c "
        f"{x + k:.2f} {y - r:.2f} {x + r:.2f} {y - k:.2f} {x + r:.2f} {y:.2f} c {paint}"
    )


def _quarter(x: float, y: float, side: float, turn: int, part: float = 1.0) -> str:
    """A quarter of a disc about one of the corners of a square."""
    across, up = [(1, 1), (-1, 1), (-1, -1), (1, -1)][turn]
    cx, cy = x + side * (across < 0), y + side * (up < 0)
    r, k = side * part, side * part * _ROUND
    return (
        f"{cx:.2f} {cy:.2f} m {cx + across * r:.2f} {cy:.2f} l "
        f"{cx + across * r:.2f} {cy + up * k:.2f} {cx + across * k:.2f} {cy + up * r:.2f} "
        f"{cx:.2f} {cy + up * r:.2f} c f"
    )
