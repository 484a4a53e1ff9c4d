"""What Support does to orders: money back, held orders, Stripe asked again, events replayed."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from commerce.models import Invoice, Order, Refund, StripeEvent
from commerce.services import fulfilment, refunds, resolving
from commerce.services.refunds import CannotRefund
from commerce.services.resolving import CannotResolve
from core import clock
from core.models import OutboxMessage
from integrations.errors import TemporaryFailure
from learning.models import AccessGrant
from tests.cases import measure
from tests.factories import commerce as make
from tests.factories.commerce import Account
from tests.integration.commerce.staff import shop

pytestmark = pytest.mark.django_db
RECORDS: tuple[Any, ...] = (*measure.RECORDS, Order, Refund, OutboxMessage, StripeEvent)


@pytest.fixture
def support() -> Client:
    return shop.client_as("Support")


def at(order: Order, act: str) -> str:
    return f"/admin/sales/orders/{order.pk}/{act}/"


def page(order: Order) -> str:
    return f"/admin/commerce/order/inspect/{order.pk}/"


def wish(order: Order, **fields: str) -> dict[str, str]:
    """What the second step of a refund sends."""
    paid = shop.payment(order)
    data = {"amount": "5.00", "reason": "Asked nicely.", "line": "", "payment": str(paid.pk)}
    return data | {"left": str(refunds.left(paid).amount_minor), "yes": "1"} | fields


def opened(order: Order) -> int:
    now = clock.now()
    return AccessGrant.objects.active(now).filter(enrolment__user=order.user).count()


def test_money_goes_back_after_the_second_step_only(support: Client, account: Account) -> None:
    order = shop.paid(account)
    sent = wish(order)
    asked = support.post(at(order, "refund"), {k: v for k, v in sent.items() if k != "yes"})
    assert "€5.00 goes back" in asked.content.decode()
    assert "€15.00 of this payment is left afterwards" in asked.content.decode()
    assert not Refund.objects.exists()

    answer = support.post(at(order, "refund"), sent)

    assert answer["Location"] == page(order)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.ends_access, refund.reason) == (500, False, "Asked nicely.")
    assert refund.by is not None
    shop.settle()
    refund.refresh_from_db()
    assert refund.status == Refund.Status.SUCCEEDED
    assert opened(order) == 1
    assert ModelLogEntry.objects.get(action="commerce.refund").data["said"].startswith("€5.00")


def test_a_refund_can_end_access(support: Client, account: Account) -> None:
    order = shop.paid(account)
    support.post(at(order, "refund"), wish(order, ends_access="on"))
    shop.settle()
    assert opened(order) == 0


def test_a_refund_in_full_ends_access_in_any_case(support: Client, account: Account) -> None:
    order = shop.paid(account)
    support.post(at(order, "refund"), wish(order, amount="20"))
    shop.settle()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED
    assert opened(order) == 0


def test_a_refund_for_one_line_leaves_the_other(support: Client, account: Account) -> None:
    one, two = make.offer(name="One"), make.offer(name="Two", prices={"EUR": 3000})
    order = shop.paid(account, one, two)
    line = order.lines.get(offer=one)
    data = wish(order, line=str(line.pk), amount="20", ends_access="on")
    support.post(at(order, "refund"), data)
    shop.settle()
    assert opened(order) == 1
    more = support.post(at(order, "refund"), wish(order, line=str(line.pk), amount="0.01"))
    assert "No more than €0.00 is left" in more.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "20.01"},
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "NaN"},
        {"amount": "1e3"},
        {"amount": ""},
        {"reason": ""},
        {"reason": "  "},
        {"line": "99999"},
        {"line": "x"},
        {"left": "1"},
        {"left": ""},
        {"left": "-1"},
    ],
)
def test_a_refund_that_makes_no_sense_is_refused(
    support: Client, account: Account, wrong: dict[str, str]
) -> None:
    order = shop.paid(account)
    before = measure.checksum(RECORDS)
    answer = support.post(at(order, "refund"), wish(order, **wrong))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert measure.checksum(RECORDS) == before


def test_a_payment_of_another_order_is_not_taken(support: Client, account: Account) -> None:
    order, other = shop.paid(account), shop.paid(account)
    support.post(at(order, "refund"), wish(order, payment=str(shop.payment(other).pk)))
    assert not Refund.objects.filter(payment__order=other).exists()


def test_a_double_click_gives_back_once(support: Client, account: Account) -> None:
    """Seen to fail with `left_minor` not compared: €10.00 went back."""
    order = shop.paid(account)
    sent = wish(order)
    support.post(at(order, "refund"), sent)
    again = support.post(at(order, "refund"), sent)
    assert "Money was given back meanwhile" in again.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_who_give_back_at_once_give_no_more_than_came(account: Account) -> None:
    order = shop.paid(account)
    paid = shop.payment(order)
    people = [shop.staff("Support") for _n in range(4)]
    barrier = threading.Barrier(len(people))
    told: list[object] = []

    def give(by: Any) -> None:
        try:
            barrier.wait(10)
            told.append(
                resolving.refund(
                    payment=paid, line=None, amount_minor=1500, left_minor=2000, reason="Why",
                    ends_access=False, by=by,
                )
            )  # fmt: skip
        except CannotRefund as refused:
            told.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=[by]) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(told) == len(people)
    assert sum(isinstance(one, Refund) for one in told) == 1
    assert refunds.left(paid).amount_minor == 500


def test_a_held_order_is_accepted_and_opens_its_course(support: Client, account: Account) -> None:
    order = shop.held(account)
    assert opened(order) == 0
    assert "Accept the payment" in support.get(page(order)).content.decode()

    support.post(at(order, "accept"), {"note": "A price by phone.", "yes": "1"})

    order.refresh_from_db()
    assert (order.state, order.attention) == (Order.State.PAID, "")
    assert order.paid_at is not None
    assert opened(order) == 1
    assert Invoice.objects.filter(payment__order=order).count() == 1
    said = ModelLogEntry.objects.get(action="commerce.accept").data["said"]
    assert "instead of" in said
    assert said.endswith("A price by phone.")


def test_what_was_accepted_stays_when_stripe_is_asked_again(
    support: Client, account: Account
) -> None:
    """Seen to fail: the order could not go from paid to held, and every later event failed."""
    order = shop.held(account)
    support.post(at(order, "accept"), {"note": "Yes.", "yes": "1"})
    again = fulfilment.refresh(order)
    assert (again.state, again.attention) == (Order.State.PAID, "")
    account.back(shop.payment(order).stripe_id, shop.payment(order).amount_minor)
    assert fulfilment.refresh(order).state == Order.State.REFUNDED


def test_accepting_when_stripe_is_silent_changes_nothing(
    support: Client, account: Account, monkeypatch: Any
) -> None:
    order = shop.held(account)
    before = measure.checksum(RECORDS)

    def silent(_number: str) -> Any:
        raise TemporaryFailure("no answer")

    monkeypatch.setattr(account, "get_session", silent)
    answer = support.post(at(order, "accept"), {"note": "Yes.", "yes": "1"})
    assert "Stripe does not answer" in answer.content.decode()
    assert measure.checksum(RECORDS) == before


def test_a_held_order_is_given_back_in_whole(support: Client, account: Account) -> None:
    order = shop.held(account)
    support.post(at(order, "refund-whole"), {"note": "Not ours.", "yes": "1"})
    shop.settle()
    order.refresh_from_db()
    assert (order.state, order.attention) == (Order.State.REFUNDED, "")
    assert opened(order) == 0


def test_a_refund_that_fails_after_all_holds_the_order_again(
    support: Client, account: Account
) -> None:
    order = shop.held(account)
    support.post(at(order, "refund-whole"), {"note": "Not ours.", "yes": "1"})
    shop.settle()
    refund = Refund.objects.get()
    account.refund_fails(refund.payment.stripe_id, refund.stripe_id)
    order = fulfilment.refresh(order)
    assert order.state == Order.State.HELD
    assert order.attention == Order.Attention.MISMATCH


def test_a_flagged_order_can_be_left_as_it_is(support: Client, account: Account) -> None:
    order = shop.paid(account)
    Order.objects.filter(pk=order.pk).update(attention=Order.Attention.DUPLICATE)
    support.post(at(order, "set-aside"), {"note": "A present.", "yes": "1"})
    order.refresh_from_db()
    assert (order.state, order.attention) == (Order.State.PAID, "")
    assert opened(order) == 1


def test_what_does_not_fit_the_order_is_refused(account: Account) -> None:
    by = shop.staff("Support")
    order, held = shop.paid(account), shop.held(account)
    before = measure.checksum(RECORDS)
    for act, one in (
        (resolving.accept, order), (resolving.set_aside, order), (resolving.set_aside, held),
    ):  # fmt: skip
        with pytest.raises(CannotResolve):
            act(order=one, note="Why", by=by)
    with pytest.raises(CannotResolve):
        resolving.accept(order=held, note="  ", by=by)
    with pytest.raises(CannotResolve):
        resolving.refund_whole(order=held, note="  ", by=by)
    assert measure.checksum(RECORDS) == before
    resolving.refund_whole(order=order, note="Why", by=by)
    with pytest.raises(CannotResolve):
        resolving.refund_whole(order=order, note="Again", by=by)
    assert Refund.objects.count() == 1


def test_stripe_is_asked_again(support: Client, account: Account) -> None:
    order = make.ordered(make.offer())
    account.pay(order)
    support.post(at(order, "refresh"), {"yes": "1"})
    order.refresh_from_db()
    assert order.state == Order.State.PAID
    assert ModelLogEntry.objects.filter(action="commerce.refresh").count() == 1


def test_a_subscription_is_ended_with_what_is_paid(support: Client, account: Account) -> None:
    order = make.ordered(make.offer(kind="subscription", interval="month"))
    number = account.subscribe(order)
    fulfilment.refresh(order)
    support.post(at(order, "end-subscription"), {"note": "Moved away."})
    assert not account.subscriptions[number].cancel_at_period_end
    support.post(at(order, "end-subscription"), {"note": "Moved away.", "yes": "1"})
    assert account.subscriptions[number].cancel_at_period_end
    assert opened(order) == 1
    once = shop.paid(account)
    told = support.post(at(once, "end-subscription"), {"note": "Moved away.", "yes": "1"})
    assert "There is no subscription that runs" in told.content.decode()


def an_event(order: Order | None = None, **fields: Any) -> StripeEvent:
    body = {"object": {"object": "checkout.session", "id": order.session_id if order else "cs_x"}}
    told = {
        "event_id": f"evt_{StripeEvent.objects.count()}", "type": "checkout.session.completed",
        "created_at": clock.now(), "received_at": clock.now(), "body": body, "order": order,
    }  # fmt: skip
    made: StripeEvent = StripeEvent.objects.create(**(told | fields))
    return made


def test_an_event_is_replayed(support: Client, account: Account) -> None:
    order = make.ordered(make.offer())
    account.pay(order)
    event = an_event(order, state="failed", last_error="Exploded & burnt")
    url = f"/admin/commerce/stripeevent/inspect/{event.pk}/"
    shown = support.get(url).content.decode()
    assert "Exploded &amp; burnt" in shown
    assert "checkout.session" in shown

    assert support.post(f"/admin/sales/events/{event.pk}/replay/", {"yes": "1"})["Location"] == url

    shop.settle()
    event.refresh_from_db()
    order.refresh_from_db()
    assert event.state == StripeEvent.State.DONE
    assert order.state == Order.State.PAID


def test_the_comparison_with_stripe_is_shown(support: Client, account: Account) -> None:
    order = make.ordered(make.offer())
    account.pay(order)
    held = shop.held(account)
    shown = support.post("/admin/sales/reconcile/", {"days": "7"}).content.decode()
    assert f"order {order.number}" in shown
    assert held.number in shown
    order.refresh_from_db()
    assert order.state == Order.State.PAID


@pytest.mark.parametrize("act", ["refund", "accept", "refund-whole", "set-aside", "refresh"])
@pytest.mark.parametrize("role", ["Marketing", "Editor", "Instructor"])
def test_others_do_nothing_to_orders(account: Account, role: str, act: str) -> None:
    order = shop.held(account)
    before = measure.checksum(RECORDS)
    client = shop.client_as(role)
    data = wish(order) | {"note": "Why"}
    assert client.post(at(order, act), data)["Location"] == "/admin/"
    for url in (page(order), at(order, act), "/admin/commerce/order/", "/admin/sales/reconcile/"):
        assert client.get(url)["Location"] == "/admin/", url
    assert measure.checksum(RECORDS) == before


def test_the_orders_page_tells_its_story(support: Client, account: Account) -> None:
    offer = make.offer(name="Knots & bends")
    order = shop.paid(account, offer)
    an_event(order)
    support.post(at(order, "refund"), wish(order))
    shop.settle()
    text = support.get(page(order)).content.decode()
    for said in (
        "Knots &amp; bends", "€20.00 came in.", "€5.00 goes back", "Asked nicely.",
        "open for ever", "checkout.session.completed",
        order.user.email,
    ):  # fmt: skip
        assert said in text, said
    # Seen to fail: a refund was told twice, and what came in before what was ordered.
    assert "Money given back" not in text
    assert text.index("€5.00 goes back") < text.index("came in.") < text.index("Ordered.")


def test_the_orders_page_takes_as_many_statements_for_any_story(
    support: Client, account: Account
) -> None:
    order = shop.paid(account)
    an_event(order)
    account.back(shop.payment(order).stripe_id, 1)
    fulfilment.refresh(order)
    support.get(page(order))
    with CaptureQueriesContext(connection) as few:
        support.get(page(order))
    for _n in range(5):
        an_event(order)
        account.back(shop.payment(order).stripe_id, 1)
    fulfilment.refresh(order)
    with CaptureQueriesContext(connection) as many:
        support.get(page(order))
    assert len(few) == len(many)
