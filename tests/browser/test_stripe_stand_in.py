"""The stand-in's pages in a browser: whoever tries the demo pays there."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from integrations.stripe.client import Client
from integrations.stripe.shapes import Line
from integrations.stripe.standin import StandIn
from tests.factories.stripe import checkout, paid, stripe_client, stripe_standin

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["stripe_client", "stripe_standin"]
SIZES = {"wide": (1280, 800), "phone": (360, 740)}
LONG = "Everything about charts that tell the truth, and some that do not: the whole of it"


@pytest.fixture(params=SIZES)
def page(browser: "Browser", request: pytest.FixtureRequest) -> "Iterator[Page]":
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def judged(page: "Page", axe: Callable[["Page"], list[str]]) -> list[str]:
    """What axe finds; and whether the page has to be moved sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return axe(page) + ([f"{page.url} is too wide"] if wide else [])


def test_a_buyer_finds_the_way_through(
    stripe_standin: StandIn, stripe_client: Client, page: "Page", axe: Any
) -> None:
    coupon = stripe_client.create_coupon(percent_off=10, key="ten")
    stripe_client.create_promotion_code(coupon.id, code="WELCOME10", key="code")
    made = checkout(
        stripe_client,
        Line(LONG, 490_000, "EUR"),
        Line("Paper", 150, "EUR", 2),
        allow_promotion_codes=True,
        success_url=f"{stripe_standin.base}/dashboard?of={{CHECKOUT_SESSION_ID}}",
    )
    page.goto(made.url)
    found = judged(page, axe)
    page.get_by_label("Promotion code").fill("welcome10")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("4,412.70 EUR").first.wait_for()
    page.get_by_role("button", name="Use a card that is declined").click()
    page.get_by_role("alert").wait_for()
    found += judged(page, axe)
    page.get_by_role("button", name="Pay 4,412.70 EUR").press("Enter")
    page.wait_for_url(f"**/dashboard?of={made.id}")
    assert stripe_client.get_session(made.id).charge_amount == 441_270
    page.get_by_role("button", name="Inquiry").click()
    page.get_by_role("button", name="Becomes a dispute").click()
    page.get_by_role("button", name="Won").click()
    page.get_by_role("cell", name="won").wait_for()
    found += judged(page, axe)
    page.goto(stripe_client.get_session(made.id).receipt_url)
    found += judged(page, axe)
    assert found == []


def test_a_subscriber_sees_to_the_subscription(
    stripe_client: Client, page: "Page", axe: Any
) -> None:
    found = paid(stripe_client, Line("Club", 1900, "EUR", 1, "month"))
    page.goto(stripe_client.portal_url(found.customer, return_url="http://127.0.0.1/"))
    problems = judged(page, axe)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Keep it").wait_for()
    assert stripe_client.get_subscription(found.subscription).cancel_at_period_end
    assert problems == []
