"""What offers bring in, by month and currency, without anybody's name."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from commerce import pricing
from commerce.models import Dispute, Line, Offer, Order, Payment, Refund
from commerce.services import access
from commerce.staff import doors
from core import clock
from core.money import Money, plain
from core.spreadsheets import Value, as_csv

MONTHS = 12
Place = tuple[date, int, str]
"""A month, an offer's key, a currency."""


@dataclass
class Sum:
    """Money of one place, in the smallest unit."""

    sold: int = 0
    gross: int = 0
    back: int = 0

    @property
    def net(self) -> int:
        return self.gross - self.back


@dataclass(frozen=True)
class Row:
    """One offer in one month and currency."""

    month: date
    offer: str
    currency: str
    sum: Sum

    @property
    def gross(self) -> Money:
        return Money(self.sum.gross, self.currency)

    @property
    def back(self) -> Money:
        return Money(self.sum.back, self.currency)

    @property
    def net(self) -> Money:
        return Money(self.sum.net, self.currency)


BAR = 20
"""Width of a bar in the chart."""


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    label: str
    minus: bool

    @property
    def middle(self) -> int:
        return self.x + BAR // 2


@dataclass(frozen=True)
class Chart:
    """A month's net in one currency, as bars about a line of zero; `words` say the same."""

    currency: str
    bars: list[Bar]
    zero: int
    words: list[str]
    most: Money


@dataclass
class Shares:
    """How the lines of an order share a payment of it."""

    offers: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)

    def of(self, amount: int) -> Iterator[tuple[int, int]]:
        """The offer and its part, of what is for the order as a whole."""
        parts = pricing.spread(amount, self.paid)
        if sum(parts) != amount and parts:
            # A payment for lines that cost nothing: the first stands for all.
            parts[0] += amount - sum(parts)
        yield from zip(self.offers, parts, strict=True)


def months(now: datetime) -> list[date]:
    """The last twelve, the oldest first, by UTC."""
    last = now.year * 12 + now.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(last - MONTHS + 1, last + 1)]


def sums(since: date) -> dict[Place, Sum]:
    """Six statements, for any number of orders."""
    begin = datetime(since.year, since.month, 1, tzinfo=UTC)
    found: dict[Place, Sum] = defaultdict(Sum)
    came = list(
        Payment.objects.filter(at__gte=begin).values_list("order", "amount_minor", "currency", "at")
    )
    refunds = list(
        Refund.objects.filter(at__gte=begin, status__in=access.GOES_BACK).values_list(
            "payment__order", "amount_minor", "payment__currency", "at", "line__offer"
        )
    )
    lost = list(
        Dispute.objects.filter(at__gte=begin, status="lost").values_list(
            "payment__order", "amount_minor", "payment__currency", "at"
        )
    )
    orders: list[Any] = [*came, *refunds, *lost]
    shares = _shares({row[0] for row in orders})
    for order, amount, currency, at in came:
        for offer, part in shares[order].of(amount):
            found[_month(at), offer, currency].gross += part
    for order, amount, currency, at, offer in refunds:
        if offer is not None:
            found[_month(at), offer, currency].back += amount
            continue
        for whole, part in shares[order].of(amount):
            found[_month(at), whole, currency].back += part
    for order, amount, currency, at in lost:
        for offer, part in shares[order].of(amount):
            found[_month(at), offer, currency].back += part
    sold = Line.objects.filter(order__paid_at__gte=begin).exclude(order__state=Order.State.HELD)
    lines: Any = sold.values_list("offer", "order__currency", "order__paid_at")
    for offer, currency, at in lines:
        found[_month(at), offer, currency].sold += 1
    return found


def _month(at: datetime) -> date:
    return at.astimezone(UTC).date().replace(day=1)


def _shares(orders: set[int]) -> dict[int, Shares]:
    made: dict[int, Shares] = defaultdict(Shares)
    keys = sorted(orders)
    for start in range(0, len(keys), 5000):
        lines = Line.objects.filter(order__in=keys[start : start + 5000]).order_by("pk")
        for order, offer, amount, off in lines.values_list(
            "order", "offer", "amount_minor", "discount_minor"
        ):
            made[order].offers.append(offer)
            made[order].paid.append(amount - off)
    return made


def rows(found: dict[Place, Sum]) -> list[Row]:
    names = dict(
        Offer.objects.filter(pk__in={place[1] for place in found}).values_list("pk", "name")
    )
    made = [
        Row(month, names[offer], currency, one) for (month, offer, currency), one in found.items()
    ]
    return sorted(made, key=lambda row: (-row.month.toordinal(), row.offer, row.currency))


def charts(found: dict[Place, Sum], shown: list[date]) -> list[Chart]:
    """A chart for each currency in which money moved."""
    net: dict[str, dict[date, int]] = defaultdict(lambda: dict.fromkeys(shown, 0))
    for (month, _offer, currency), one in found.items():
        if (one.gross or one.back) and month in net[currency]:
            net[currency][month] += one.net
    return [
        _chart(currency, values) for currency, values in sorted(net.items()) if any(values.values())
    ]


def _chart(currency: str, values: dict[date, int]) -> Chart:
    high, low = max(0, *values.values()), min(0, *values.values())
    scale = 140 / max(1, high - low)
    zero = 20 + round(high * scale)
    bars, words = [], []
    for place, (month, value) in enumerate(values.items()):
        height = round(abs(value) * scale)
        top = zero - height if value >= 0 else zero
        bars.append(Bar(14 + place * 27, top, height, date_format(month, "M"), value < 0))
        words.append(f"{date_format(month, 'F Y')}: {Money(value, currency)}")
    return Chart(currency, bars, zero, words, Money(high, currency))


@require_GET
@doors.needs(doors.REVENUE)
def revenue(request: HttpRequest) -> HttpResponseBase:
    shown = months(clock.now())
    found = sums(shown[0])
    listed = rows(found)
    if request.GET.get("export") == "csv":
        return as_csv(_lines(listed), "revenue")
    totals: dict[str, Any] = defaultdict(Sum)
    for row in listed:
        totals[row.currency].gross += row.sum.gross
        totals[row.currency].back += row.sum.back
        totals[row.currency].sold += row.sum.sold
    return doors.show(
        request, "revenue", _("Revenue"), icon="table",
        rows=listed, charts=charts(found, shown), since=shown[0],
        totals=[Row(shown[0], "", currency, one) for currency, one in sorted(totals.items())],
    )  # fmt: skip


def _lines(listed: list[Row]) -> Iterator[list[Value]]:
    yield [_("Month"), _("Offer"), _("Currency"), _("Sold"), _("Gross"), _("Paid back"), _("Net")]
    for row in listed:
        amounts = (row.sum.gross, row.sum.back, row.sum.net)
        yield [
            row.month.strftime("%Y-%m"), row.offer, row.currency, row.sum.sold,
            *(Decimal(plain(amount, row.currency)) for amount in amounts),
        ]  # fmt: skip
