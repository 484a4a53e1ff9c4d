"""Text into a frame: on one line, smaller, on more lines, and at last cut with an ellipsis."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from .faces import UNITS, Family
from .shaping import Line, clusters, is_right_to_left, shaped

ELLIPSIS = "…"
# More letters than this fit no frame; what is beyond is not looked at.
MOST_LETTERS = 2000
# Double names such as Gutiérrez-Villanueva stay whole.
LONG_WORD = 24


@dataclass(frozen=True)
class Frame:
    """A place on the page in points, (x, y) its lower left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Fitted:
    """Lines, their size and the distance from one base line to the next, in points."""

    lines: tuple[Line, ...]
    size: float
    leading: float

    @property
    def top(self) -> float:
        """Ink above the first base line."""
        return self.lines[0].top * self.size / UNITS if self.lines else 0

    @property
    def height(self) -> float:
        """From the top of the first line's ink to the bottom of the last one's."""
        if not self.lines:
            return 0
        below = -self.lines[-1].bottom * self.size / UNITS
        return self.top + self.leading * (len(self.lines) - 1) + below


@dataclass(frozen=True)
class Atom:
    """What stays on one line; `gap` is the width of the space after it."""

    text: str
    width: int
    gap: int


@dataclass(frozen=True)
class Bounds:
    """What a text may take: points, lines, and leading as a part of the size.

    `comfort` is how far type shrinks before a text goes to a second line instead.
    """

    width: float
    height: float
    largest: float
    smallest: float
    lines: int
    leading: float = 1.25
    tracking: int = 0
    comfort: float = 1.0


def fitted(text: str, family: Family, bounds: Bounds) -> Fitted:
    """A cleaned text as large as its bounds allow. Nothing of its ink is outside of them."""
    text, cut = text[:MOST_LETTERS], len(text) > MOST_LETTERS
    direction = is_right_to_left(text)

    def line(part: str) -> Line:
        return shaped(part, family, tracking=bounds.tracking, right_to_left=direction)

    whole = line(text)
    room = bounds.width * UNITS
    if not cut and whole.width * bounds.largest <= room:
        return _set([whole], bounds.largest, bounds)
    if not cut and whole.width and (size := room / whole.width) >= bounds.largest * bounds.comfort:
        return _set([whole], size, bounds)
    atoms = list(_atoms(text, line))
    size = bounds.largest
    while not cut and size >= bounds.smallest:
        rows = wrapped(atoms, room / size)
        if rows and len(rows) <= bounds.lines:
            even = _evened(atoms, room / size, len(rows))
            done = _set([line(row) for row in even], size, bounds)
            if done.size >= size * 0.97 or size * 0.94 < bounds.smallest:
                return done
        size *= 0.96
    if not cut and whole.width and room / whole.width >= bounds.smallest:
        return _set([whole], room / whole.width, bounds)
    return _cut(text, line, bounds)


def wrapped(atoms: Sequence[Atom], width: float) -> list[str] | None:
    """Rows of atoms within a width in thousandths; nothing if one of the atoms is wider."""
    rows: list[str] = []
    row, used, gap = "", 0, 0
    for atom in atoms:
        if atom.width > width:
            return None
        if row and used + gap + atom.width > width:
            rows.append(row.rstrip(" "))
            row, used, gap = "", 0, 0
        used += gap + atom.width
        gap = atom.gap
        row += atom.text + (" " if gap else "")
    return [*rows, row.rstrip(" ")] if row else rows


def _evened(atoms: Sequence[Atom], width: float, rows: int) -> list[str]:
    """The same number of rows, as equal in length as can be."""
    low, high = width / 3, width
    for _ in range(9):
        middle = (low + high) / 2
        tried = wrapped(atoms, middle)
        if tried and len(tried) <= rows:
            high = middle
        else:
            low = middle
    return wrapped(atoms, high) or []


def _set(lines: list[Line], size: float, bounds: Bounds) -> Fitted:
    """Lines at a size, or smaller where their ink would be higher or wider than the bounds."""
    widest = max((line.width for line in lines), default=0)
    if widest * size > bounds.width * UNITS:
        size = bounds.width * UNITS / widest
    tallest = max(bounds.leading * UNITS, _apart(lines))
    ink = lines[0].top - lines[-1].bottom + tallest * (len(lines) - 1) if lines else 0
    if ink * size > bounds.height * UNITS:
        size = bounds.height * UNITS / ink
    return Fitted(tuple(lines), size, size * tallest / UNITS)


def _apart(lines: list[Line]) -> float:
    """How far base lines must be apart for lines not to touch."""
    return max(
        (60 - upper.bottom + lower.top for upper, lower in zip(lines, lines[1:], strict=False)),
        default=0,
    )


def _cut(text: str, line: Callable[[str], Line], bounds: Bounds) -> Fitted:
    """As much as fits at the smallest size, and an ellipsis."""
    width = bounds.width * UNITS / bounds.smallest
    atoms = [
        piece
        for atom in _atoms(text, line)
        for piece in ([atom] if atom.width <= width / 3 else _torn(atom, line))
    ]
    rows = list(islice(wrapped(atoms, width) or [], bounds.lines + 1))
    kept = [line(row) for row in rows[: bounds.lines]]
    if len(rows) > bounds.lines or len(text) == MOST_LETTERS:
        pieces = list(clusters(rows[: bounds.lines][-1]))
        while pieces and (last := line("".join(pieces).rstrip() + ELLIPSIS)).width > width:
            pieces.pop()
            kept[-1] = last
        kept[-1] = line("".join(pieces).rstrip() + ELLIPSIS)
    return _set(kept, bounds.smallest, bounds)


def _atoms(text: str, line: Callable[[str], Line]) -> Iterator[Atom]:
    gap = line(" ").width
    for word in text.split(" "):
        pieces = list(_pieces(word))
        for number, piece in enumerate(pieces, 1):
            yield Atom(piece, line(piece).width, gap if number == len(pieces) else 0)


def _torn(atom: Atom, line: Callable[[str], Line]) -> Iterator[Atom]:
    pieces = list(clusters(atom.text))
    for number, piece in enumerate(pieces, 1):
        yield Atom(piece, line(piece).width, atom.gap if number == len(pieces) else 0)


def _pieces(word: str) -> Iterator[str]:
    """A very long word at its hyphens; text in scripts that write no spaces at its clusters."""
    held = ""
    hyphens = "-\u2010\u2013\u2014/" if len(word) > LONG_WORD else ""
    for cluster in clusters(word):
        if held and (_breaks(cluster[0]) or _breaks(held[-1])) and cluster[0] not in _NO_START:
            yield held
            held = ""
        held += cluster
        if cluster[-1] in hyphens:
            yield held
            held = ""
    if held:
        yield held


_NO_START = "、。，．」』）】〉》！？ー)]}.,!?:;…"
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3041, 0xA4CF), (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


def _breaks(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in _UNSPACED)
