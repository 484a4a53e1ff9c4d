"""Where everything stands on the page. Sizes in points; (0, 0) is the lower left corner."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.pagesizes import A4, LETTER

from core.lettering import faces
from core.lettering.fitting import Bounds, Fitted, Frame, fitted
from core.lettering.letters import Unprintable, cleaned, printable, shows, unprintable

from . import qr
from .design import Design, filled, is_one_placeholder
from .facts import Facts
from .styles import STYLES, Role, Style

QR_SIDE = 76.0
SERIAL_WIDTH = 168.0
LOGO = (180.0, 46.0)
SIGNATURE_HEIGHT = 38.0
SIGNATURE_WIDTH = 156.0
_GAP = 18.0
_PAGES = {"a4": A4, "letter": LETTER}
_RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


@dataclass(frozen=True)
class Text:
    """Lines in a frame; `align` is "left", "centre" or "right", `base` the first base line."""

    lines: Fitted
    frame: Frame
    align: str
    colour: str
    base: float


@dataclass(frozen=True)
class Rule:
    """A thin horizontal line."""

    x: float
    y: float
    width: float
    colour: str


@dataclass(frozen=True)
class Layout:
    """A page. `pictures` are primary keys, the frame of each and where in it it stands."""

    width: float
    height: float
    style: Style
    mirrored: bool
    texts: tuple[Text, ...]
    rules: tuple[Rule, ...]
    ornament: tuple[float, float] | None
    pictures: tuple[tuple[int, Frame, str], ...]
    name: Frame
    qr: Frame
    address: Frame


def laid_out(design: Design, facts: Facts) -> Layout:
    """The page of a certificate; raises Unprintable."""
    return _Page(design, facts).laid_out()


class _Page:
    def __init__(self, design: Design, facts: Facts) -> None:
        width, height = _PAGES[design.size]
        if design.orientation == "landscape":
            width, height = height, width
        self.design, self.facts = design, facts
        self.width, self.height = width, height
        self.style = STYLES[design.style]
        self.mirrored = self.style.align == "start" and facts.language.startswith(_RIGHT_TO_LEFT)
        self.align = {"start": "right" if self.mirrored else "left"}.get(self.style.align, "centre")
        near, far, self.top, self.foot = self.style.margins(width > height)
        self.left, self.right = (far, width - near) if self.mirrored else (near, width - far)
        self.texts: list[Text] = []
        self.rules: list[Rule] = []
        self.pictures: list[tuple[int, Frame, str]] = []
        self.ornament: tuple[float, float] | None = None
        self.address = Frame(0, 0, 0, 0)
        # No fonts for the language of the page, so its months and our labels are English.
        if unprintable(facts.values()["date"]):
            self.facts = facts = replace(facts, language="en")
        self.values = {
            key: printable(value) for key, value in facts.values().items() if key != "name"
        }
        self.values["name"] = _name(facts.name)

    def laid_out(self) -> Layout:
        code = self._code()
        self._serial()
        foot = self._signatories()
        below = len(self.texts)
        name = self._body(foot + 14, self.height - self.top)
        # From top to bottom, as readers that read aloud take it.
        texts = (*self.texts[below:], *self.texts[:below])
        return Layout(
            self.width, self.height, self.style, self.mirrored, texts, tuple(self.rules),
            self.ornament, tuple(self.pictures), name, code, self.address,
        )  # fmt: skip

    def _corner(self, corner: str, width: float, height: float) -> Frame:
        x = {
            "left": self.left,
            "centre": (self.left + self.right - width) / 2,
            "right": self.right - width,
        }[corner]
        return Frame(x, self.foot, width, height)

    def _code(self) -> Frame:
        """The frame of the QR code: what is dark of it keeps to the margins, not its quiet zone."""
        frame = self._corner(self.design.qr, QR_SIDE, QR_SIDE)
        quiet = qr.quiet(self.facts.verify_url, QR_SIDE)
        aside = {"left": -quiet, "right": quiet}.get(self.design.qr, 0.0)
        return replace(frame, x=frame.x + aside, y=frame.y - quiet)

    def _fitted(self, text: str, role: Role, width: float, height: float = 400) -> Fitted:
        bounds = Bounds(
            width, height, role.size, role.smallest, role.lines, role.leading, role.tracking,
            role.comfort,
        )  # fmt: skip
        return fitted(text, faces.family(role.family, self.facts.language), bounds)

    def _line(self, text: str, role: Role, frame: Frame, align: str, base: float) -> None:
        if text:
            lines = self._fitted(text, role, frame.width, frame.height)
            self.texts.append(Text(lines, frame, align, role.colour, base))

    def _serial(self) -> None:
        frame = self._corner(self.design.serial, SERIAL_WIDTH, QR_SIDE)
        align = self.design.serial
        with override(self.facts.language):
            label = printable(_("Certificate number"))
            where = printable(_("Check it at"))
        small, strong = self.style.small, self.style.number
        address = self._fitted(
            printable(self.facts.verify_url.partition("://")[2] or self.facts.verify_url),
            self.style.address, frame.width, 20,
        )  # fmt: skip
        base = self.foot + address.leading * (len(address.lines) - 1)
        self.texts.append(Text(address, frame, align, self.style.address.colour, base))
        self.address = Frame(frame.x, self.foot - 2, frame.width, base + 8 - self.foot)
        self._line(where, small, replace(frame, height=12), align, base + 10)
        self._line(self.values["serial"], strong, replace(frame, height=16), align, base + 26)
        self._line(label, small, replace(frame, height=12), align, base + 40)

    def _signatories(self) -> float:
        """Draws them; gives the height at which the foot of the page ends."""
        those = self.design.signatories
        own_row = self.width < self.height or "centre" in (self.design.qr, self.design.serial)
        left, right, foot = self.left, self.right, self.foot
        if not those:
            return self.foot + QR_SIDE
        if own_row:
            foot += QR_SIDE + 22
        else:
            for corner, width in ((self.design.qr, QR_SIDE), (self.design.serial, SERIAL_WIDTH)):
                left = max(left, self.left + width + _GAP) if corner == "left" else left
                right = min(right, self.right - width - _GAP) if corner == "right" else right
        each = min(SIGNATURE_WIDTH, (right - left + _GAP) / len(those) - _GAP)
        start = (left + right - each * len(those) - _GAP * (len(those) - 1)) / 2
        if own_row and self.align != "centre":
            start = (
                self.left
                if self.align == "left"
                else self.right - each * len(those) - _GAP * (len(those) - 1)
            )
        under = foot + 24
        for number, one in enumerate(those):
            x = start + number * (each + _GAP)
            align = self.align
            self.rules.append(Rule(x, under, each, "hairline"))
            if one.image:
                self.pictures.append(
                    (one.image, Frame(x, under + 2, each, SIGNATURE_HEIGHT), align)
                )
            self._line(
                printable(one.name),
                self.style.signatory,
                Frame(x, 0, each, 14),
                align,
                under - 12.5,
            )
            self._line(
                printable(one.role), self.style.small, Frame(x, 0, each, 12), align, under - 23.5
            )
        return under + 2 + SIGNATURE_HEIGHT

    def _blocks(self, scale: float) -> Iterator[tuple[str, float, Fitted | None, Role | None]]:
        """What, the gap above it, its text."""
        style = self.style
        measure = min(self.right - self.left, style.measure)
        if self.design.logo:
            yield "logo", 0, None, None
        texts = [("heading", style.heading, 18.0), ("lead", style.lead, style.lead_gap)]
        for what, role, gap in texts:
            for line in filled(getattr(self.design, what), self.values).splitlines():
                if text := printable(line):
                    yield what, gap, self._fitted(text, role.scaled(scale), measure), role
                    gap = 4
            if what == "heading" and style.has_ornament:
                yield "ornament", 12, None, None
        yield "name", style.name_gap, None, None
        for what, plain, gap in (
            ("statement", style.statement, 16.0),
            ("closing", style.closing, 15.0),
        ):
            for line in getattr(self.design, what).splitlines():
                role = style.course if is_one_placeholder(line) else plain
                for text in filter(None, map(printable, [filled(line, self.values)])):
                    yield what, gap, self._fitted(text, role.scaled(scale), measure), role
                    gap = 7.0 if what == "statement" else 3.0

    def _body(self, foot: float, top: float) -> Frame:
        """Draws what stands above the signatures; gives the frame of the name."""
        for scale in (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.6, 0.5, 0.4, 0.3):
            blocks = list(self._blocks(scale))
            heights = [self._height(what, lines, scale) for what, _gap, lines, _role in blocks]
            gaps = [gap * scale for _what, gap, _lines, _role in blocks]
            spare = top - foot - sum(heights) - sum(gaps)
            if spare >= 0:
                break
        # Air goes between the blocks first, then around them.
        stretch = min(1.0, max(0.0, spare) / 2 / (sum(gaps) or 1)) if spare > 0 else 0
        if spare < 0:
            gaps = [max(0.0, gap + spare * gap / (sum(gaps) or 1)) for gap in gaps]
        spare -= stretch * sum(gaps)
        y = top - max(0.0, spare) * (0.5 if self.align == "centre" else 0.42)
        name = Frame(0, 0, 0, 0)
        for (what, _g, lines, role), height, gap in zip(blocks, heights, gaps, strict=True):
            y -= gap * (1 + stretch) + height
            if what == "logo":
                self.pictures.append(
                    (self.design.logo, self._across(y, LOGO[0], height), self.align)
                )
            elif what == "ornament":
                self.ornament = ((self.left + self.right) / 2, y + height / 2)
            elif what == "name":
                name = self._named(y, height, scale)
            elif lines and role:
                base = y + height - max(lines.top, lines.size * 0.74)
                frame = self._across(y, self.right - self.left, height)
                self.texts.append(Text(lines, frame, self.align, role.colour, base))
        return name

    def _height(self, what: str, lines: Fitted | None, scale: float) -> float:
        if lines:
            below = lines.height - lines.top - lines.leading * (len(lines.lines) - 1)
            return (
                max(lines.top, lines.size * 0.74)
                + lines.leading * (len(lines.lines) - 1)
                + max(below, lines.size * 0.24)
            )
        return {"logo": LOGO[1], "ornament": 12.0, "name": self.style.name.size * 1.5}[what] * scale

    def _across(self, y: float, width: float, height: float) -> Frame:
        x = {"left": self.left, "right": self.right - width}.get(
            self.align, (self.left + self.right - width) / 2
        )
        return Frame(x, y, width, height)

    def _named(self, y: float, height: float, scale: float) -> Frame:
        role = self.style.name.scaled(scale)
        frame = self._across(y, min(self.right - self.left, self.style.name_width), height)
        lines = self._fitted(self.values["name"], role, frame.width, frame.height * 0.95)
        below = lines.height - lines.top
        middle = frame.y + (frame.height - lines.height) / 2 + below
        base = middle
        if len(lines.lines) == 1:
            low, high = frame.y + below, frame.y + frame.height - lines.top
            base = min(max(frame.y + frame.height / 2 - 0.3 * lines.size, low), high)
        self.texts.append(Text(lines, frame, self.align, role.colour, base))
        if self.style.name_rule:
            wide = min(frame.width, self.style.name_rule)
            self.rules.append(Rule(self._across(0, wide, 0).x, frame.y - 6, wide, "hairline"))
        return frame


def _name(name: str) -> str:
    missing = unprintable(name)
    if missing or not shows(name):
        raise Unprintable(missing)
    return cleaned(name)
