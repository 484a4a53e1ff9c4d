"""What staff decide about orders: money back, and those that wait for a person."""

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.models import User
from commerce import pricing
from commerce.models import Line, Order, Payment, Refund
from commerce.services import fulfilment, orders, refunds
from commerce.services.refunds import CannotRefund
from core import clock
from core.money import Money
from integrations.errors import TemporaryFailure

TRIES = 3


class CannotResolve(Exception):
    """Nothing was changed; the message says why."""


def share(payment: Payment, line: Line) -> Money:
    """What of a payment was for one line, tax included."""
    lines = list(payment.order.lines.all())
    paid = [one.amount_minor - one.discount_minor for one in lines]
    parts = pricing.spread(payment.amount_minor, paid)
    return Money(parts[[one.pk for one in lines].index(line.pk)], payment.currency)


def left_of_line(payment: Payment, line: Line) -> Money:
    """What of a line's share can still go back, of all that is left of the payment."""
    gone = payment.refunds.filter(line=line, status__in=refunds.COUNTED)
    back = gone.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    rest = max(0, share(payment, line).amount_minor - back)
    return Money(min(rest, refunds.left(payment).amount_minor), payment.currency)


@transaction.atomic
def refund(
    *,
    payment: Payment,
    line: Line | None,
    amount_minor: int,
    left_minor: int,
    reason: str,
    ends_access: bool,
    by: User,
    told: str = "",
) -> Refund:
    """Give money back, for a line or for the whole; one transaction under the order's lock.

    `left_minor` is what was left when the form was shown: whoever comes second, or clicks twice, is
    told so and gives nothing back. Raises CannotRefund.
    """
    order = Order.objects.select_for_update().get(pk=payment.order_id)
    if refunds.left(payment).amount_minor != left_minor:
        raise CannotRefund(
            _("Money was given back meanwhile: %(left)s is left. Please look again.")
            % {"left": refunds.left(payment)}
        )
    if line is not None and line.order_id == order.pk:
        most = left_of_line(payment, line)
        if amount_minor > most.amount_minor:
            raise CannotRefund(
                _("No more than %(amount)s of “%(line)s” can be paid back.")
                % {"amount": most, "line": line}
            )
    made = refunds.request(
        payment=payment, line=line, amount_minor=amount_minor, reason=reason,
        ends_access=ends_access, by=by, told=told,
    )  # fmt: skip
    _log(order, "commerce.refund", by, f"{made.money}. {made.reason}")
    return made


@transaction.atomic
def refund_whole(*, order: Order, note: str, by: User) -> list[Refund]:
    """Give all back that is left of an order, which needs nobody then; one transaction.

    Raises CannotResolve where nothing is left.
    """
    locked = _lock(order)
    made = refunds.refund_whole(order=locked, reason=_written(note), by=by)
    if not made:
        raise CannotResolve(_("Nothing is left to give back."))
    _clear(locked)
    amounts = ", ".join(str(one.money) for one in made)
    _log(locked, "commerce.refund_whole", by, f"{amounts}. {note.strip()}")
    return made


@transaction.atomic
def set_aside(*, order: Order, note: str, by: User) -> Order:
    """Leave a paid order as it is: nobody need look any more; one transaction.

    Raises CannotResolve for one that is held, or that nobody need look at.
    """
    locked = _lock(order)
    if locked.state == Order.State.HELD:
        raise CannotResolve(_("It is held: accept it, or give the money back."))
    if not locked.attention:
        raise CannotResolve(_("Nobody need look at this order any more."))
    said = f"{locked.get_attention_display()}. {_written(note)}"
    _clear(locked)
    _log(locked, "commerce.set_aside", by, said)
    return locked


def accept(*, order: Order, note: str, by: User) -> Order:
    """Take what was paid as enough: the held order is paid and opens its courses.

    Asks Stripe first, then one transaction. Raises CannotResolve, and what Stripe's client raises.
    """
    written = _written(note)
    for _try in range(TRIES):
        seen = Order.objects.get(pk=order.pk)
        if seen.state != Order.State.HELD or not seen.session_id:
            raise CannotResolve(_("This order is not held any more."))
        truth = fulfilment.ask(seen.session_id)
        with transaction.atomic():
            locked = _lock(order)
            if locked.version != seen.version:
                continue
            said = f"{locked.attention_note}. {written}"
            orders.step(locked, Order.State.PAID, clock.now())
            locked.save(update_fields=["state", "open_key", "closed_at"])
            _clear(locked)
            done = fulfilment.apply(locked.pk, locked.version, truth)
            assert done is not None
            _log(locked, "commerce.accept", by, said)
            return done
    raise TemporaryFailure(f"order {order.number} changes too often")


def _lock(order: Order) -> Order:
    return Order.objects.select_for_update().get(pk=order.pk)


def _clear(locked: Order) -> None:
    locked.attention, locked.attention_note = "", ""
    locked.version += 1
    locked.save(update_fields=["attention", "attention_note", "version"])


def _written(note: str) -> str:
    if not note.strip():
        raise CannotResolve(_("Please write down why."))
    return note.strip()


def _log(order: Order, action: str, by: User, said: str) -> None:
    log(instance=order, action=action, user=by, data={"said": said})
