"""What the buyer's pages show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from commerce import rules
from commerce.models import Invoice, Line, Order, Refund, Subscription
from commerce.offering import moment, standing_of
from commerce.rules import Access, Rule
from commerce.services import access, subscriptions
from commerce.services.carts import Cart, Entry
from core import clock
from course_pages.models import Course, CoursePage

State = Order.State
WAITING = frozenset({State.OPEN, State.PENDING})
UNPAID = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})
PER_PAGE = 20

# How often a page that waits looks again, and for how long: half a minute, then four more.
QUICK, QUICK_LOOKS = 2, 15
SLOW, SLOW_LOOKS = 5, 48


@dataclass(frozen=True)
class Link:
    """A course; without an address it has no page that is open to the reader."""

    title: str
    url: str = ""


@dataclass(frozen=True)
class InCart:
    """An entry of the cart with the courses in it."""

    entry: Entry
    courses: tuple[Link, ...]
    told: tuple[str, ...] = ()
    """What speaks against paying for it; none where it cannot be bought anyway."""
    goes_on: str = ""

    @property
    def alone(self) -> Link | None:
        """The one course that the offer is named after."""
        one = self.courses[0] if len(self.courses) == 1 else None
        return one if one is not None and one.title == self.entry.offer.name else None

    @property
    def compare_at(self) -> Any:
        return self.entry.price.compare_at if self.entry.price else None


@dataclass(frozen=True)
class Notice:
    """How an order stands, in words that say what to do next; `kind` as an alert's."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True)
class SoldLine:
    """A line of an order with what it gives now; `over` tells that it gave more before."""

    line: Line
    rule: Rule
    courses: tuple[Link, ...]
    gives: str
    is_open: bool
    over: bool


def public_urls(lineages: Iterable[UUID]) -> dict[UUID, str]:
    """The public addresses of courses by lineage, of those that have one: one query."""
    wanted = list(lineages)
    pages = CoursePage.objects.live().filter(translation_key__in=wanted) if wanted else []
    return {page.translation_key: page.get_url() or "" for page in pages}


def links(courses: Iterable[Course]) -> tuple[Link, ...]:
    """Courses with their public pages."""
    found = list(courses)
    urls = public_urls(course.lineage for course in found)
    return tuple(Link(course.title, urls.get(course.lineage, "")) for course in found)


def cart(found: Cart, user: User | None) -> dict[str, Any]:
    """The cart for its page: three or four queries beside those that read it."""
    contents = [content.course for entry in found.entries for content in entry.courses]
    urls = public_urls(course.lineage for course in contents)
    known = standing_of(user, contents, clock.now())
    again = next((entry for entry in found.buyable if entry.offer.interval), None)
    return {
        "cart": found,
        "entries": [
            InCart(
                entry,
                tuple(
                    Link(content.course.title, urls.get(content.course.lineage, ""))
                    for content in entry.courses
                ),
                () if entry.problem else (*_within(entry, found), *known.told(entry.offer)),
                "" if entry.problem else known.goes_on(entry.offer),
            )
            for entry in found.entries
        ],
        "left_out": len(found.entries) - len(found.buyable),
        # Stripe takes a coupon off the first payment only.
        "then": again if found.quote.discount_minor else None,
        "currencies": currencies(),
    }


def _within(entry: Entry, found: Cart) -> Iterator[str]:
    """Names another offer of the cart that holds all of this one; of two alike the later tells."""
    own = {content.course_id for content in entry.courses}
    for other in found.buyable:
        its = {content.course_id for content in other.courses}
        later = found.entries.index(entry) > found.entries.index(other)
        if other is not entry and (own < its or (own == its and later)):
            yield _("All of this is in “%(offer)s”, too.") % {"offer": other.offer.name}
            return


def currencies() -> list[str]:
    """What a buyer may choose among; nothing where there is no choice."""
    return settings.CURRENCIES if len(settings.CURRENCIES) > 1 else []


def offers_of(order: Order) -> set[int]:
    return set(order.lines.values_list("offer", flat=True))


def purchases(user: Any) -> QuerySet[Order]:
    """A buyer's orders, but for those that came to nothing."""
    gone = [State.EXPIRED, State.CANCELLED]
    found = Order.objects.filter(user=user).exclude(state__in=gone)
    return found.select_related("subscription").prefetch_related("lines")


def order(found: Order) -> dict[str, Any]:
    """One order for its page: the same number of queries for any number of lines."""
    now = clock.now()
    rows = access.rows_of(found)
    running = Subscription.objects.filter(order=found).first()
    lines = list(found.lines.select_related("offer").prefetch_related("courses__course"))
    ends = access.days_end(lines)
    sold = [
        _sold(found, line, access.decide(found, line, rows), running, now, ends.get(line.pk))
        for line in lines
    ]
    closes_at = found.session_expires_at
    opened = [course.url for one in sold for course in one.courses if course.url]
    return {
        "order": found,
        "begin_url": opened[0] if len(opened) == 1 else "",
        "notice": notice(found, sold),
        "waiting": found.state in WAITING,
        "lines": sold,
        "can_pay": found.is_open and found.session_url and closes_at and closes_at > now,
        "buy_again": found.state in UNPAID or any(one.over for one in sold),
        "invoices": Invoice.objects.filter(payment__order=found).select_related("payment"),
        "refunds": Refund.objects.filter(payment__order=found).select_related(
            "payment", "credit_note"
        ),
        "goes_on": subscriptions.beside(found),
        "subscription": running,
        "subscription_told": subscription_told(running, lines) if running else "",
        "failing": running is not None
        and running.ended_at is None
        and running.failing_since is not None,
        "can_cancel": running is not None
        and running.ended_at is None
        and not running.ends_with_period,
    }


def _sold(
    order: Order,
    line: Line,
    rule: Rule,
    running: Subscription | None,
    now: datetime,
    days_end: datetime | None,
) -> SoldLine:
    """What a line gives at this moment."""
    until = _until(order, line, rule, running, days_end)
    is_open = rule.access not in {Access.NONE, Access.ENDED, Access.PAUSED} and (
        until is None or until > now
    )
    courses = tuple(
        Link(content.title, content.course.get_absolute_url() if is_open else "")
        for content in line.courses.all()
    )
    over = not is_open and rule.access not in {Access.NONE, Access.PAUSED}
    ends = running is not None and running.ends_with_period
    failing = rule.situation == "renewal_failed"
    gives = _gives(
        rule, running.paid_until if ends and running else until, is_open, ends or failing
    )
    return SoldLine(line, rule, courses, gives, is_open, over)


def _until(
    order: Order,
    line: Line,
    rule: Rule,
    running: Subscription | None,
    days_end: datetime | None,
) -> datetime | None:
    """When a line's access ends by itself; None for never, or where the rule tells more."""
    if order.paid_at is None:
        return None
    if rule.access is Access.OPEN:
        return days_end or line.ends_at(order.paid_at)
    if rule.access in {Access.UNTIL_PERIOD_ENDS, Access.UNTIL_GRACE_ENDS}:
        paid_until = running.paid_until if running else None
        return rules.ends_at(rule.access, paid_until) or order.paid_at
    return None


def _gives(rule: Rule, until: datetime | None, is_open: bool, ends: bool) -> str:
    """In words; `ends` tells of a subscription that is not, or may not be, paid any further."""
    if rule.access in {Access.NONE, Access.ENDED, Access.PAUSED}:
        return ""
    if not is_open and until is not None:
        return _("Your access ended on %(day)s") % {"day": moment(until)}
    if rule.access is Access.UNTIL_GRACE_ENDS and not ends:
        return _("Open to you while the subscription is paid")
    if until is None:
        return _("Open to you for good")
    return _("Open to you until %(day)s") % {"day": moment(until)}


def notice(order: Order, sold: list[SoldLine]) -> Notice | None:
    """How an order stands, and where it is paid, whether that still opens what was bought."""
    if order.attention == Order.Attention.DUPLICATE:
        return Notice(
            "info",
            _("You had bought this before"),
            _(
                "This order is paid, and everything in it was yours already. We have noticed, and "
                "somebody will get in touch with you about your money. You need do nothing."
            ),
        )
    if order.attention == Order.Attention.UNDELIVERABLE and order.state != State.REFUNDED:
        return Notice(
            "warning",
            _("We cannot give you this course any more"),
            _(
                "It was taken off sale while you were paying. Your money goes back the way it "
                "came, within some days. You need do nothing."
            ),
        )
    if order.state == State.PAID and (standing := _standing(sold)) is not None:
        return standing
    kind, title, text = {
        State.OPEN: (
            "info",
            _("Not paid yet"),
            _("If you have just paid, this page tells you in a moment. If not, you can go on."),
        ),
        State.PENDING: (
            "info",
            _("Your payment is on its way"),
            _(
                "Some ways of paying take a few days. As soon as the money is here, your courses "
                "open by themselves and we write to you. You need do nothing, and need not pay "
                "again."
            ),
        ),
        State.PAID: ("success", _("Thank you: this order is paid"), ""),
        State.HELD: (
            "warning",
            _("We are checking this order"),
            _(
                "We have your payment, and something about it is unusual, so somebody looks at it. "
                "You need do nothing, and need not pay again."
            ),
        ),
        State.FAILED: (
            "error",
            _("The payment failed"),
            _("Nothing was charged. You can try again, with another card if you like."),
        ),
        State.EXPIRED: (
            "warning",
            _("This order has run out"),
            _("It was not paid in time, so nothing was charged. You can order again."),
        ),
        State.CANCELLED: (
            "info",
            _("This order was cancelled"),
            _("Nothing was charged. You can order again."),
        ),
        State.REFUNDED: (
            "info",
            _("This order was paid back"),
            _("The money goes back the way it came; banks take up to ten days."),
        ),
    }[State(order.state)]
    return Notice(kind, title, text)


def _standing(sold: list[SoldLine]) -> Notice | None:
    """What has become of a paid order, where that is the same for all of it."""
    situations = {one.rule.situation for one in sold}
    if len(situations) != 1:
        return None
    kind, title = {
        "refunded": ("info", _("This purchase has ended")),
        "dispute_lost": ("warning", _("The payment was taken back")),
        "dispute_open": ("warning", _("The payment is in question")),
        "renewal_failed": ("warning", _("This subscription is not paid")),
        "subscription_ended": ("info", ""),
    }.get(situations.pop(), ("", ""))
    told = str(sold[0].rule.told)
    return Notice(kind, title or told, told if title else "") if kind else None


def subscription_told(running: Subscription, lines: list[Line]) -> str:
    """How a subscription goes on."""
    paid_until = _day(running.paid_until) if running.paid_until else ""
    if running.ended_at is not None:
        return _("It ended on %(day)s. Nothing is charged any more.") % {
            "day": _day(running.ended_at)
        }
    if running.ends_with_period:
        return _("You have cancelled it. It ends on %(day)s; nothing is charged any more.") % {
            "day": paid_until
        }
    if running.failing_since is not None:
        return _("Stripe tries to take the payment again in the next days.")
    if not paid_until:
        return ""
    price = next((str(line.amount) for line in lines if line.interval), "")
    return _("It goes on by itself on %(day)s, for %(price)s.") % {
        "day": paid_until, "price": price,
    }  # fmt: skip


def _day(at: datetime) -> str:
    return date_format(localtime(at))


def look_again(asked: int) -> int | None:
    """Seconds until a waiting page that has looked so often looks again; None once it stops."""
    if asked < QUICK_LOOKS:
        return QUICK
    return SLOW if asked < QUICK_LOOKS + SLOW_LOOKS else None
