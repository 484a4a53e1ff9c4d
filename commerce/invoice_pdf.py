"""An invoice as PDF, from what was written down when it was issued."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape as escaped
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from commerce.models import Invoice
from core import print_fonts
from core.money import Money
from core.print_fonts import STRONG as STRONG_FONT
from core.print_fonts import TEXT as TEXT_FONT

INK = HexColor("#1c1917")
FAINT = HexColor("#78716c")
RULE = HexColor("#d6d3d1")
TEXT = ParagraphStyle("text", fontName=TEXT_FONT, fontSize=10, leading=14, textColor=INK)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=8.5, leading=12, textColor=FAINT)
RIGHT = ParagraphStyle("right", parent=TEXT, alignment=TA_RIGHT)
STRONG = ParagraphStyle("strong", parent=RIGHT, fontName=STRONG_FONT)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName=STRONG_FONT, fontSize=20, leading=26)


def invoice_pdf(invoice: Invoice) -> bytes:
    """The same bytes for the same invoice and language."""
    print_fonts.register()
    content: dict[str, Any] = invoice.content
    buffer = BytesIO()
    title = _("Invoice %(number)s") % {"number": invoice.number}
    document = SimpleDocTemplate(
        buffer, pagesize=A4, title=title, author=content["seller"], invariant=1,
        leftMargin=22 * mm, rightMargin=22 * mm, topMargin=22 * mm, bottomMargin=22 * mm,
    )  # fmt: skip
    document.build(
        [
            Paragraph(escape(content["seller"]), SMALL),
            Spacer(1, 10 * mm),
            Paragraph(escape(title), HEADING),
            Spacer(1, 4 * mm),
            _facts(content),
            Spacer(1, 8 * mm),
            _lines(content),
        ]
    )
    return buffer.getvalue()


def _facts(content: dict[str, Any]) -> Table:
    buyer = content["buyer"]
    address = buyer.get("address") or {}
    place = " ".join(address.get(one) or "" for one in ("postal_code", "city")).strip()
    told = [
        buyer.get("name"), address.get("line1"), address.get("line2"), place,
        address.get("country"), buyer.get("email"),
    ]  # fmt: skip
    to = "<br/>".join(escape(one) for one in told if one)
    about = "<br/>".join(
        [
            escape(_("Order %(number)s") % {"number": content["order"]}),
            escape(_("Ordered on %(day)s") % {"day": _day(content["ordered_at"])}),
            escape(_("Paid on %(day)s") % {"day": _day(content["paid_at"])}),
        ]
    )
    table = Table([[Paragraph(to, TEXT), Paragraph(about, RIGHT)]], colWidths=["55%", "45%"])
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


def _lines(content: dict[str, Any]) -> Table:
    currency = content["currency"]
    rows: list[list[Any]] = []
    for line in content["lines"]:
        what = f"<b>{escape(line['name'])}</b>"
        if line["courses"] != [line["name"]]:
            what += "<br/>" + escape(", ".join(line["courses"]))
        rows.append([Paragraph(what, TEXT), _amount(line["amount_minor"], currency)])
    discount = sum(line["discount_minor"] for line in content["lines"])
    if discount:
        rows.append([Paragraph(escape(_("Discount")), TEXT), _amount(-discount, currency)])
    if content["tax_minor"]:
        rows.append([Paragraph(escape(_("Tax")), TEXT), _amount(content["tax_minor"], currency)])
    if adjusted := content.get("adjusted_minor"):
        rows.append([Paragraph(escape(_("Adjustment")), TEXT), _amount(adjusted, currency)])
    total = Money(content["total_minor"], currency)
    rows.append([Paragraph(f"<b>{escape(_('Total'))}</b>", TEXT), Paragraph(_text(total), STRONG)])
    total_row = len(rows) - 1
    within = content.get("tax_within_minor")
    if within:
        rows.append([Paragraph(escape(_("Tax within the total")), TEXT), _amount(within, currency)])
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


def escape(text: str) -> str:
    """As a paragraph of ReportLab takes it, in letters that its font has."""
    return escaped(print_fonts.printable(text))


def _amount(minor: int, currency: str) -> Paragraph:
    return Paragraph(_text(Money(minor, currency)), RIGHT)


def _text(money: Money) -> str:
    return escape(str(money))


def _day(moment: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(moment)), "DATE_FORMAT")
