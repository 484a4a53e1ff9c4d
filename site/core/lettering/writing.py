"""Shaped lines as operators of a PDF's page."""

from collections.abc import Iterator

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import PDFDocument

from .embedding import EmbeddedFace, hexadecimal
from .faces import UNITS, Face
from .shaping import Glyph, Line, Run

# Text around binary data makes files a quarter larger and takes four times as long.
rl_config.useA85 = 0


class Lettering:
    """What one document writes with: of each face it embeds the glyphs that are used."""

    def __init__(self, document: PDFDocument) -> None:
        self._document = document
        self._embedded: dict[Face, EmbeddedFace] = {}

    def shown(self, line: Line, x: float, y: float, size: float) -> str:
        """Operators that write a line from (x, y), its base line's left end, in the colour set."""
        said = []
        for run in line.runs:
            embedded = self._face(run.face)
            pieces = "\n".join(_glyphs(run, embedded, size))
            said.append(f"BT /{embedded.name} {size:.3f} Tf {x:.3f} {y:.3f} Td\n{pieces}\nET")
            x += run.width * size / UNITS
        return "\n".join(said)

    def _face(self, face: Face) -> EmbeddedFace:
        if face not in self._embedded:
            embedded = EmbeddedFace(face, f"T{len(self._embedded) + 1}")
            self._embedded[face] = embedded
            self._document.delayedFonts.append(embedded)
        return self._embedded[face]


def _glyphs(run: Run, embedded: EmbeddedFace, size: float) -> Iterator[str]:
    """Operators that show glyphs, moved where HarfBuzz wants them.

    Glyphs that share a text are a span that tells it. A span holds as little as can be: readers put
    letters that run right to left in order themselves, and would turn a longer one around.
    """
    row: list[str] = []
    pen, at, rise = 0, 0, 0

    def shown() -> Iterator[str]:
        if row:
            yield f"[{''.join(row)}] TJ"
            row.clear()

    for cluster in _clusters(run):
        placed = []
        for glyph in cluster:
            placed.append((pen + glyph.x, glyph))
            pen += glyph.advance
        told = len(cluster) > 1
        if told:
            yield from shown()
            yield f"/Span << /ActualText <feff{hexadecimal(cluster[0].text)}> >> BDC"
        # From right to left marks come before their letter, but a span begins with the letter:
        # that is where readers look for its line.
        for x, glyph in reversed(placed) if run.right_to_left else placed:
            if glyph.y != rise:
                yield from shown()
                yield f"{glyph.y * size / UNITS:.3f} Ts"
                rise = glyph.y
            if at != x:
                row.append(str(at - x))
            row.append(f"<{embedded.number(glyph):04x}>")
            at = x + embedded.width(glyph)
        if told:
            yield from shown()
            yield "EMC"
    yield from shown()
    if rise:
        yield "0 Ts"


def _clusters(run: Run) -> Iterator[list[Glyph]]:
    """Glyphs together with those that have no text of their own."""
    held: list[Glyph] = []
    for glyph in run.glyphs:
        if held and glyph.text:
            yield held
            held = []
        held.append(glyph)
    if held:
        yield held
