"""From a landing page to a lesson that was paid for, to money back, and in again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from commerce.models import Offer, Order
from commerce.services import refunds
from core import outbox
from home.models import LandingPage
from integrations.stripe.standin import StandIn
from learning.models import Enrolment
from tests.factories import commerce as shop
from tests.factories import courses as make
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.stripe import settings_for

pytestmark = pytest.mark.core_story

SIZES = {"wide": (1440, 900), "phone": (390, 844)}
LONG = (
    "An offer with Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
)
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def fill() -> Callable[[], object]:
    """A course at a price, a page that praises it, and a code."""

    def filled() -> None:
        course = make.course(1, 3, title="Knots")
        offer = shop.offer(course, name="All about knots", prices={"EUR": 4900, "USD": 5500})
        shop.coupon("HALF", percent=50, limit_per_customer=None)
        shop.offer(shop.course("Sails"), name=LONG, prices={"EUR": 12345678})
        page = LandingPage(
            title="Tie it",
            slug="tie-it",
            body=[("offer", {"title": "Learn to tie", "text": "", "offer": offer})],
        )
        make.home().add_child(instance=page)

    return filled


@pytest.fixture
def till(address: str, settings: Any) -> Iterator[StandIn]:
    """The stand-in for Stripe, which tells the site what happens."""
    settings.BASE_URL = address
    settings.CURRENCIES = ["EUR", "USD"]
    with StandIn(webhook_url=f"{address}/webhooks/stripe/").running() as running:
        for name, value in settings_for(running).items():
            setattr(settings, name, value)
        yield running


@pytest.mark.parametrize("size", SIZES)
def test_somebody_pays_studies_gets_the_money_back_and_comes_again(
    visit: Visit,
    till: StandIn,
    axe: Callable[[Page], list[str]],
    size: str,
) -> None:
    width, height = SIZES[size]
    page = visit(viewport={"width": width, "height": height})
    buyer = UserFactory(name="Bea Buyer")

    page.goto("/tie-it/")
    expect(page.get_by_text("€49.00")).to_be_visible()
    page.get_by_role("button", name="Buy All about knots").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")
    use_code(page, "NOSUCH")
    expect(page.get_by_text("This code is not valid.")).to_be_visible()
    assert axe(page) == []
    use_code(page, "half")
    expect(page.locator(".cart-total")).to_contain_text("€24.50")
    assert axe(page) == []
    assert fits(page)

    # Signing in on the way keeps the cart.
    page.get_by_role("button", name="Sign in and go on").click()
    page.get_by_label("Email").fill(buyer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".cart-total")).to_contain_text("€24.50")
    pay(page)
    expect(page.locator("#order")).to_contain_text("Thank you: this order is paid")
    assert axe(page) == []
    assert fits(page)
    first = Order.objects.get(user=buyer)
    assert (first.state, first.total_minor) == (Order.State.PAID, 2450)

    page.get_by_role("link", name="Knots").click()
    page.get_by_role("link", name="Start the course").click()
    page.get_by_role("button", name="Mark as completed").click()
    expect(page.locator("#complete[data-done]")).to_be_visible()

    refunds.refund_whole(order=first, reason="Asked for", by=None)
    outbox.drain()
    page.goto(f"/orders/{first.number}/")
    expect(page.get_by_text("This order was paid back")).to_be_visible()
    assert axe(page) == []
    page.goto("/learn/knots/lesson-12/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your access has ended")

    page.goto("/courses/knots/")
    island = page.locator("#enrol")
    expect(island).to_contain_text("Your access ended on")
    island.get_by_role("button", name="Buy All about knots").click()
    pay(page)
    expect(page.locator("#order")).to_contain_text("Thank you: this order is paid")
    page.get_by_role("link", name="Knots").click()
    expect(page.get_by_text("1 of 3 lessons completed")).to_be_visible()
    assert Enrolment.objects.filter(user=buyer).count() == 1
    page.goto("/orders/")
    expect(page.locator(".order-row")).to_have_count(2)
    assert axe(page) == []
    assert fits(page)


def use_code(page: Page, code: str) -> None:
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Use", exact=True).click()


def pay(page: Page) -> None:
    """On Stripe's page, and back."""
    page.get_by_role("button", name="Go on to payment").click()
    page.locator("button[value=card]").click()
    page.wait_for_url("**/orders/**")


def fits(page: Page) -> bool:
    """Whether nothing stands beside the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_page_that_waits_tells_when_the_money_has_come(
    visit: Visit, sign_in: Callable[[Page, User], None], till: StandIn
) -> None:
    page, buyer = visit(), UserFactory()
    sign_in(page, buyer)
    page.goto(f"/offers/{Offer.objects.get(name='All about knots').pk}/")
    page.get_by_role("button", name="Buy All about knots").click()
    page.get_by_role("button", name="Go on to payment").click()
    page.get_by_role("button", name="Pay with a delayed method").click()
    page.wait_for_url("**/orders/**")
    expect(page.get_by_text("Your payment is on its way")).to_be_visible()
    page.evaluate("window.samePage = true")
    dashboard = visit()
    dashboard.goto(f"{till.base}/dashboard")
    dashboard.get_by_role("button", name="arrive").first.click()
    expect(page.locator("#order")).to_contain_text("Thank you: this order is paid")
    assert page.evaluate("window.samePage"), "the page was loaded anew"
    expect(page.locator("#announcer")).to_have_text("Thank you: this order is paid")
    expect(page.get_by_role("link", name="Knots")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_long_names_and_large_sums_fit(
    visit: Visit, till: StandIn, axe: Callable[[Page], list[str]], size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    page = visit(viewport={"width": width, "height": height}, color_scheme=scheme)
    offer = Offer.objects.get(name=LONG)
    page.goto(f"/offers/{offer.pk}/")
    assert fits(page)
    assert axe(page) == []
    page.get_by_role("button", name="Buy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")
    assert fits(page)
    assert axe(page) == []


def test_without_scripts_an_offer_is_bought_all_the_same(
    visit: Visit, sign_in: Callable[[Page, User], None], till: StandIn
) -> None:
    page, buyer = visit(java_script_enabled=False), UserFactory()
    sign_in(page, buyer)
    page.goto("/courses/knots/")
    page.get_by_role("link", name="Buy All about knots").click()
    page.get_by_role("button", name="Buy All about knots").click()
    page.get_by_role("button", name="Go on to payment").click()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page.get_by_text("You have not paid anything.")).to_be_visible()
    page.goto(Order.objects.get(user=buyer).get_absolute_url())
    expect(page.locator("#order")).to_contain_text("Not paid yet")
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#order")).to_contain_text("Not paid yet")
    page.get_by_role("link", name="Go on to payment").click()
    page.locator("button[value=card]").click()
    expect(page.locator("#order")).to_contain_text("Thank you: this order is paid")
