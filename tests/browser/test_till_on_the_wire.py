"""The till with Stripe's wire protocol below it, while no message from Stripe ever comes."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.sync import sync_roles
from commerce.models import Offer, Order, Refund, StripeEvent
from core import outbox
from integrations.stripe.standin import StandIn
from tests.factories import commerce as shop
from tests.factories import courses as make
from tests.factories.accounts import UserFactory

Visit = Callable[..., Page]
SignIn = Callable[[Page, User], None]


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    def filled() -> None:
        sync_roles()
        shop.offer(make.course(1, 2, title="Knots"), name="All about knots", prices={"EUR": 4900})
        shop.coupon("HALF", percent=50)

    return filled


@pytest.fixture
def bank(stand_in: StandIn, address: str, settings: Any) -> StandIn:
    """Stripe's stand-in, which sends buyers back to this site."""
    settings.BASE_URL = address
    return stand_in


def into_cart(page: Page) -> None:
    page.goto(f"/offers/{Offer.objects.get().pk}/")
    page.get_by_role("button", name="Buy All about knots").click()
    page.get_by_label("Coupon code").fill("half")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.locator(".cart-total")).to_contain_text("€24.50")


def test_money_that_comes_later_opens_the_lesson_and_some_of_it_goes_back(
    visit: Visit, sign_in: SignIn, bank: StandIn
) -> None:
    """No webhook is delivered: the page that waits asks Stripe by itself.

    Seen to fail: with the order's page asking nobody, it stayed at “on its way”.
    """
    buyer = UserFactory(name="Bea Buyer")
    page = visit(viewport={"width": 390, "height": 844})
    sign_in(page, buyer)
    into_cart(page)
    page.get_by_role("button", name="Go on to payment").click()
    page.get_by_role("button", name="Pay with a delayed method").click()
    page.wait_for_url("**/orders/**")
    expect(page.locator("#order")).to_contain_text("Your payment is on its way")
    order = Order.objects.get(user=buyer)
    assert (order.state, shop.has_access(order)) == (Order.State.PENDING, False)

    dashboard = visit()
    dashboard.goto(f"{bank.base}/dashboard")
    dashboard.get_by_role("button", name="Arrives").click()
    expect(page.locator("#order")).to_contain_text("Thank you: this order is paid")
    page.get_by_role("link", name="To your course").click()
    page.get_by_role("link", name="Start the course").click()
    expect(page.get_by_role("button", name="Mark as completed")).to_be_visible()
    assert not StripeEvent.objects.exists()

    support = visit()
    sign_in(support, UserFactory(name="Sue Support", roles=["Support"]))
    support.goto(f"/admin/sales/orders/{order.pk}/refund/")
    support.get_by_label("Amount").fill("10")
    support.get_by_label("Access ends").uncheck()
    support.get_by_label("Why").fill("Half of it was known.")
    support.get_by_role("button", name="Go on").click()
    support.get_by_role("button", name="Yes, do it").click()
    expect(support.get_by_text("The money is on its way back.")).to_be_visible()
    outbox.drain()
    assert Refund.objects.get(payment__order=order).amount_minor == 1000
    dashboard.reload()
    expect(dashboard.get_by_role("cell", name="10.00 EUR")).to_be_visible()
    support.get_by_role("link", name="Ask Stripe again").click()
    support.get_by_role("button", name="Go on").click()
    support.get_by_role("button", name="Yes, do it").click()
    expect(support.get_by_role("region", name="Money")).to_contain_text("€10.00 · Refunded")
    page.reload()
    expect(page.get_by_role("button", name="Mark as completed")).to_be_visible()


def test_a_payment_given_up_leaves_the_cart_as_it_was(
    visit: Visit, sign_in: SignIn, bank: StandIn
) -> None:
    """Seen to fail: with the cart emptied on the way to the payment page."""
    buyer = UserFactory()
    page = visit()
    sign_in(page, buyer)
    into_cart(page)
    page.get_by_role("button", name="Go on to payment").click()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page.get_by_text("You have not paid anything. Your cart is still here.")).to_be_visible()
    expect(page.locator(".cart-item")).to_contain_text("All about knots")
    expect(page.locator(".cart-total")).to_contain_text("€24.50")
    order = Order.objects.get(user=buyer)
    assert (order.state, shop.has_access(order)) == (Order.State.OPEN, False)

    # On again: it is the same order, and it can still be paid.
    page.get_by_role("button", name="Go on to payment").click()
    page.locator("button[value=card]").click()
    expect(page.locator("#order")).to_contain_text("Thank you: this order is paid")
    assert Order.objects.get(user=buyer).pk == order.pk
    page.goto("/cart/")
    expect(page.get_by_text("Your cart is empty")).to_be_visible()
