"""A layout on a page of ReportLab's."""

from collections.abc import Mapping
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from core.lettering.faces import UNITS
from core.lettering.fitting import Frame
from core.lettering.letters import cleaned
from core.lettering.writing import Lettering

from . import ornaments, qr
from .design import Design
from .facts import Facts
from .layout import Layout, Text
from .pictures import MissingPicture, embedded_picture, prepared
from .styles import LIGHT, brightness, operands, palette

# Longer ones fill no title bar.
LONG_TITLE = 200


def drawn(layout: Layout, design: Design, facts: Facts, pictures: Mapping[int, bytes]) -> bytes:
    """The file; the same bytes for the same page."""
    sheet = _Sheet(layout, design, facts.language)
    sheet.setTitle(f"{cleaned(facts.course)[:LONG_TITLE]} – {cleaned(facts.name)[:LONG_TITLE]}")
    sheet.setAuthor(cleaned(facts.issuer))
    sheet.setSubject(cleaned(facts.serial))
    sheet.setCreator("Lectern")
    sheet.setViewerPreference("DisplayDocTitle", "true")
    sheet.ground(design, pictures)
    for rule in layout.rules:
        sheet.addLiteral(
            f"{operands(sheet.colours[rule.colour])} rg "
            f"{rule.x:.2f} {rule.y:.2f} {rule.width:.2f} 0.7 re f"
        )
    if layout.ornament:
        sheet.addLiteral(ornaments.divider(*layout.ornament, design.accent))
    for key, frame, align in layout.pictures:
        sheet.picture(key, pictures, frame, align)
    for text in layout.texts:
        sheet.text(text)
    sheet.code(design, layout.qr, facts.verify_url)
    if facts.verify_url.startswith(("https://", "http://")):
        for frame in (layout.qr, layout.address):
            sheet.linkURL(
                facts.verify_url, (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
            )
    sheet.showPage()
    return bytes(sheet.getpdfdata())


class _Sheet(Canvas):
    """A canvas that knows no font but those it embeds."""

    def __init__(self, layout: Layout, design: Design, language: str) -> None:
        super().__init__(
            BytesIO(), pagesize=(layout.width, layout.height), invariant=1, pageCompression=1,
            lang=language,
            pdfVersion=(1, 7),
        )  # fmt: skip
        self.layout = layout
        self.colours = palette(design.ink, design.accent, design.paper)
        self._lettering = Lettering(self._doc)

    def _make_preamble(self) -> None:
        # ReportLab's names Helvetica, which would then be a font of the file that is not in it.
        self._preamble = "1 0 0 1 0 0 cm"

    def ground(self, design: Design, pictures: Mapping[int, bytes]) -> None:
        """Paper, background, and what is drawn around the text."""
        width, height = self.layout.width, self.layout.height
        self.addLiteral(f"{operands(design.paper)} rg 0 0 {width:.2f} {height:.2f} re f")
        if design.background:
            self.picture(design.background, pictures, Frame(0, 0, width, height), "cover")
            return
        self.addLiteral(
            ornaments.around(
                design.style,
                width,
                height,
                self.layout.mirrored,
                design.ink,
                design.accent,
                design.paper,
            )
        )

    def picture(self, key: int, pictures: Mapping[int, bytes], frame: Frame, align: str) -> None:
        """A picture as large as its frame holds it; to "cover" is to fill it and be clipped."""
        if key not in pictures:
            raise MissingPicture(key, "not given")
        room = (frame.width, frame.height)
        if align == "cover":
            room = (max(room), max(room))
        picture = prepared(key, pictures[key], *room)
        scales = (frame.width / picture.width, frame.height / picture.height)
        scale = max(scales) if align == "cover" else min(scales)
        width, height = picture.width * scale, picture.height * scale
        x = frame.x + {"left": 0.0, "right": 1.0}.get(align, 0.5) * (frame.width - width)
        y = frame.y + (frame.height - height) / 2 * (align == "cover")
        name = f"P{key}x{picture.width}"
        if not self.hasForm(name):
            self._doc.addForm(name, embedded_picture(picture, self._doc))
        self.addLiteral(
            f"q {frame.x:.2f} {frame.y:.2f} {frame.width:.2f} {frame.height:.2f} re W n "
            f"{width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm"
        )
        self.doForm(name)
        self.addLiteral("Q")

    def code(self, design: Design, frame: Frame, address: str) -> None:
        """The QR code, black; on white where the paper is dark or a picture."""
        if design.background or brightness(design.paper) < LIGHT:
            self.addLiteral(
                f"1 1 1 rg {frame.x:.2f} {frame.y:.2f} {frame.width:.2f} {frame.height:.2f} re f"
            )
        self.addLiteral(f"0 0 0 rg {qr.path(address, frame.x, frame.y, frame.width)}")

    def text(self, text: Text) -> None:
        """The lines of a text, each in its place."""
        size = text.lines.size
        self.addLiteral(f"{operands(self.colours[text.colour])} rg")
        for number, line in enumerate(text.lines.lines):
            spare = text.frame.width - line.width * size / UNITS
            x = text.frame.x + {"left": 0.0, "right": 1.0}.get(text.align, 0.5) * spare
            y = text.base - number * text.lines.leading
            self.addLiteral(self._lettering.shown(line, x, y, size))
