"""A QR code as one path, with the quiet zone that readers need around it."""

from collections.abc import Iterator
from functools import lru_cache

from reportlab.graphics.barcode.qrencoder import QR8bitByte, QRCode, QRErrorCorrectLevel

QUIET = 4
# Any mask is valid. Weighing all eight takes five times as long, and readers see no difference.
_MASK = 3


def path(address: str, x: float, y: float, side: float) -> str:
    """PDF operators for the dark parts, within a square whose lower left corner is (x, y)."""
    rows = _rows(address)
    module = side / (len(rows) + 2 * QUIET)
    pieces = [
        f"{x + (QUIET + first) * module:.3f} {y + side - (QUIET + row + 1) * module:.3f} "
        f"{length * module:.3f} {module:.3f} re"
        for row, line in enumerate(rows)
        for first, length in _dark(line)
    ]
    return " ".join([*pieces, "f"])


def quiet(address: str, side: float) -> float:
    """How much of a side is kept free at each end."""
    return side * QUIET / (len(_rows(address)) + 2 * QUIET)


def _dark(line: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """First place and length of the dark stretches of a row."""
    start = None
    for place, dark in enumerate((*line, False)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None


@lru_cache(maxsize=4)
def _rows(address: str) -> tuple[tuple[bool, ...], ...]:
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(QR8bitByte(address))
    code.version = code.calculate_version()
    code.makeImpl(False, _MASK)
    return tuple(tuple(map(bool, row)) for row in code.modules)
