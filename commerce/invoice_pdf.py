"""Invoices and credit notes as PDF, from what was written down when they were issued."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate, Spacer, Table, TableStyle

from commerce.models import CreditNote, Invoice
from core.lettering import faces, letters
from core.lettering.faces import UNITS
from core.lettering.fitting import Bounds, Fitted, fitted
from core.lettering.writing import Lettering
from core.money import Money

INK = HexColor("#1c1917")
FAINT = HexColor("#78716c")
RULE = HexColor("#d6d3d1")
MOST_LINES = 100


@dataclass(frozen=True)
class Style:
    """How a text is set."""

    size: float = 10
    family: str = "sans"
    colour: Any = INK
    leading: float = 1.4


TEXT = Style()
STRONG = Style(family="sans-strong")
SMALL = Style(8.5, colour=FAINT)
HEADING = Style(20, "sans-strong", leading=1.3)


class Sheet(Canvas):
    """A page that knows no font but those it embeds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lettering = Lettering(self._doc)

    def _make_preamble(self) -> None:
        # ReportLab's names Helvetica, which would then be a font of the file that is not in it.
        self._preamble = "1 0 0 1 0 0 cm"


class Words(Flowable):
    """Texts one below the other, each in as many lines as it needs; empty ones are left out."""

    def __init__(self, *texts: tuple[str, Style], right: bool = False) -> None:
        super().__init__()
        self.texts = [(shown, style) for text, style in texts if (shown := printable(text))]
        self.right = right
        self.set: list[tuple[Fitted, Style]] = []

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = width
        self.set = [(_fitted(text, style, width), style) for text, style in self.texts]
        self.height = sum(found.leading * len(found.lines) for found, _style in self.set)
        return width, self.height

    def draw(self) -> None:
        top = self.height
        for found, style in self.set:
            self.canv.setFillColor(style.colour)
            for line in found.lines:
                # The base line of a line of Latin letters; what is taller may reach up.
                base = top - found.leading * 0.75
                spare = self.width - line.width * found.size / UNITS
                x = spare if self.right else 0
                self.canv.addLiteral(self.canv.lettering.shown(line, x, base, found.size))
                top -= found.leading


def _fitted(text: str, style: Style, width: float) -> Fitted:
    family = faces.family(style.family, get_language() or "en")
    bounds = Bounds(width, A4[1], style.size, style.size, MOST_LINES, style.leading)
    return fitted(text, family, bounds)


def printable(text: str) -> str:
    """A text without the letters that no font has: an invoice must be had, whatever the name."""
    shown = letters.cleaned(text)
    missing = set(letters.unprintable(shown))
    return letters.cleaned("".join(one for one in shown if one not in missing))


def as_response(paper: Invoice | CreditNote) -> HttpResponse:
    """The PDF, to be shown in the browser."""
    if isinstance(paper, CreditNote):
        pdf, kind = credit_note_pdf(paper), "credit-note"
    else:
        pdf, kind = invoice_pdf(paper), "invoice"
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{kind}-{paper.number}.pdf"'
    return response


def invoice_pdf(invoice: Invoice) -> bytes:
    """The same bytes for the same invoice and language."""
    content: dict[str, Any] = invoice.content
    about = [
        _("Order %(number)s") % {"number": content["order"]},
        _("Ordered on %(day)s") % {"day": _day(content["ordered_at"])},
        _("Paid on %(day)s") % {"day": _day(content["paid_at"])},
    ]
    title = _("Invoice %(number)s") % {"number": invoice.number}
    return _paper(title, content, about, _rows(content))


def credit_note_pdf(note: CreditNote) -> bytes:
    """The same bytes for the same credit note and language."""
    content: dict[str, Any] = note.content
    about = [
        _("For invoice %(number)s of %(day)s")
        % {"number": content["invoice"], "day": _day(content["invoiced_at"])},
        _("Order %(number)s") % {"number": content["order"]},
        _("Given back on %(day)s") % {"day": _day(content["refunded_at"])},
    ]
    whole = content["is_whole"]
    said = content["reason"] or (
        _("The payment went back.") if whole else _("A part of the payment went back.")
    )
    names = ", ".join(content["names"])
    what = Words((_("Given back: %(names)s") % {"names": names}, STRONG), (said, TEXT))
    amount = _amount(content["total_minor"], content["currency"])
    title = _("Credit note %(number)s") % {"number": note.number}
    return _paper(title, content, about, [[what, amount]])


def _paper(title: str, content: dict[str, Any], about: list[str], rows: list[list[Any]]) -> bytes:
    buffer = BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, title=title, author=content["seller"], invariant=1,
        leftMargin=22 * mm, rightMargin=22 * mm, topMargin=22 * mm, bottomMargin=22 * mm,
    )  # fmt: skip
    document.build(
        [
            Words((content["seller"], SMALL)),
            Spacer(1, 10 * mm),
            Words((title, HEADING)),
            Spacer(1, 4 * mm),
            _facts(content["buyer"], about),
            Spacer(1, 8 * mm),
            _sums(content, rows),
        ],
        canvasmaker=Sheet,
    )
    return buffer.getvalue()


def _facts(buyer: dict[str, Any], about: list[str]) -> Table:
    address = buyer.get("address") or {}
    place = " ".join(address.get(one) or "" for one in ("postal_code", "city")).strip()
    told = [
        buyer.get("name"), address.get("line1"), address.get("line2"), place,
        address.get("country"), buyer.get("email"),
    ]  # fmt: skip
    to = Words(*((one, TEXT) for one in told if one))
    facts = Words(*((one, TEXT) for one in about), right=True)
    table = Table([[to, facts]], colWidths=["55%", "45%"])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ]
        )
    )
    return table


def _rows(content: dict[str, Any]) -> list[list[Any]]:
    """What was sold, and what came off or on top."""
    currency = content["currency"]
    rows: list[list[Any]] = []
    for line in content["lines"]:
        courses = "" if line["courses"] == [line["name"]] else ", ".join(line["courses"])
        what = Words((line["name"], STRONG), (courses, TEXT))
        rows.append([what, _amount(line["amount_minor"], currency)])
    discount = sum(line["discount_minor"] for line in content["lines"])
    if discount:
        rows.append([Words((_("Discount"), TEXT)), _amount(-discount, currency)])
    if content["tax_minor"]:
        rows.append([Words((_("Tax"), TEXT)), _amount(content["tax_minor"], currency)])
    if adjusted := content.get("adjusted_minor"):
        rows.append([Words((_("Adjustment"), TEXT)), _amount(adjusted, currency)])
    return rows


def _sums(content: dict[str, Any], rows: list[list[Any]]) -> Table:
    """The rows with what they make."""
    currency = content["currency"]
    total = _amount(content["total_minor"], currency, STRONG)
    rows.append([Words((_("Total"), STRONG)), total])
    total_row = len(rows) - 1
    within = content.get("tax_within_minor")
    if within:
        rows.append([Words((_("Tax within the total"), TEXT)), _amount(within, currency)])
    table = Table(rows, colWidths=["72%", "28%"])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, total_row - 1), 0.5, RULE),
                ("LINEABOVE", (0, total_row), (-1, total_row), 1, INK),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 6),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
            ]
        )
    )
    return table


def _amount(minor: int, currency: str, style: Style = TEXT) -> Words:
    return Words((str(Money(minor, currency)), style), right=True)


def _day(moment: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT")
