"""The till in a browser: readable by everybody, in light and dark, on a phone as well."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.sync import sync_roles
from commerce import stripe_account
from commerce.models import Coupon, Offer, Order, Payment, Refund, StripeEvent
from commerce.services import coupons, fulfilment, seats
from core import clock, outbox
from course_pages.models import Course
from learning.models import AccessGrant
from tests.factories import commerce as make
from tests.factories.accounts import UserFactory
from tests.factories.commerce import KEYS, Account
from tests.integration.commerce.staff import shop

SignIn = Callable[[Page, User], None]
Visit = Callable[..., Page]
Axe = Callable[[Page], list[str]]
CUT_OFF = """() => [...document.querySelectorAll(".till *")]
    .filter(one => !one.closest(".till-wide > *") && one.getBoundingClientRect().width > 0)
    .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map(one => one.outerHTML.slice(0, 80))"""
LOOK = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="module")
def fill() -> Iterator[Callable[[], object]]:
    """A shop in which everything has happened once."""
    account = Account()
    patch = pytest.MonkeyPatch()
    patch.setattr(stripe_account, "client", lambda: account)
    patch.setattr(site, "STRIPE_SECRET_KEY", KEYS.secret_key)
    patch.setattr(site, "CURRENCIES", ["EUR", "USD", "JPY"])

    def shop_full() -> None:
        sync_roles()
        admin = UserFactory(email="till@example.org", name="Till Keeper", roles=["Administrator"])
        knots, bends = make.course("Knots for beginners"), make.course("Bends and hitches")
        one = make.offer(
            knots, name="Knots for beginners", prices={"EUR": 4900, "USD": 5400, "JPY": 7800}
        )
        both = make.offer(
            knots, bends, name="Everything about rope", prices={"EUR": 7900}, places=9
        )
        club = make.offer(
            bends, name="Rope club", kind="subscription", interval="month", prices={"EUR": 900}
        )
        make.price(one, 3900, compare_at_minor=4900)
        make.offer(bends, name="Last year’s", on_sale_until=clock.now() - timedelta(days=9))
        make.coupon("SPRING", percent=20)
        coupons.generate(batch="Trade fair", count=5, by=admin, percent=100, prefix="FAIR-")
        buyer = make.buyer()
        User.objects.filter(pk=buyer.pk).update(name="Noor van den Berg", email="noor@example.org")
        buyer.refresh_from_db()
        order = shop.paid(account, both, user=buyer, code="SPRING")
        account.back(shop.payment(order).stripe_id, 1500, reason="Too much rope.")
        fulfilment.refresh(order)
        shop.held(account, one)
        subscribed = make.ordered(club, user=make.buyer())
        account.subscribe(subscribed)
        fulfilment.refresh(subscribed)
        StripeEvent.objects.create(
            event_id="evt_1", type="charge.refunded", created_at=clock.now(), order=order,
            received_at=clock.now(), state="failed", last_error="TemporaryFailure: no answer",
            body={"object": {"id": "ch_1", "object": "charge", "amount": 6320}},
        )  # fmt: skip
        seats.give(
            user=buyer, course=knots, until=clock.now() + timedelta(days=30), by=admin,
            reason="Helped at the fair.", act="0" * 32,
        )  # fmt: skip
        for months in (1, 2, 4):
            at = clock.now() - timedelta(days=31 * months)
            paid = shop.paid(account, make.offer(bends, name=f"Season {months}"))
            Payment.objects.filter(order=paid).update(at=at)
            Order.objects.filter(pk=paid.pk).update(paid_at=at)
        outbox.drain()

    yield shop_full
    patch.undo()


def addresses() -> dict[str, str]:
    order = Order.objects.get(lines__name="Everything about rope")
    held = Order.objects.get(state=Order.State.HELD)
    person = order.user_id
    gift = AccessGrant.objects.get(source=AccessGrant.Source.GIFT)
    return {
        "offers": "/admin/offers/",
        "offer-new": "/admin/offers/new/",
        "offer": f"/admin/offers/edit/{Offer.objects.get(name='Knots for beginners').pk}/",
        "coupons": "/admin/coupons/",
        "coupon": f"/admin/coupons/edit/{Coupon.objects.get(code='SPRING').pk}/",
        "batches": "/admin/coupons/batches/",
        "orders": "/admin/commerce/order/",
        "order": f"/admin/commerce/order/inspect/{order.pk}/",
        "held": f"/admin/commerce/order/inspect/{held.pk}/",
        "refund": f"/admin/sales/orders/{order.pk}/refund/",
        "accept": f"/admin/sales/orders/{held.pk}/accept/",
        "payments": "/admin/commerce/payment/",
        "refunds": "/admin/commerce/refund/",
        "access": "/admin/learning/accessgrant/",
        "events": "/admin/commerce/stripeevent/",
        "event": f"/admin/commerce/stripeevent/inspect/{StripeEvent.objects.get().pk}/",
        "reconcile": "/admin/sales/reconcile/",
        "revenue": "/admin/sales/revenue/",
        "people": "/admin/people/?q=noor",
        "person": f"/admin/people/{person}/",
        "give": f"/admin/people/{person}/give/",
        "list": "/admin/people/list/",
        "move": f"/admin/people/access/{gift.pk}/move/",
    }


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible_and_fits(
    visit: Visit, sign_in: SignIn, axe: Axe, width: int, scheme: str
) -> None:
    page = visit(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, User.objects.get(email="till@example.org"))
    found: list[str] = []
    for name, address in addresses().items():
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        if LOOK:
            page.screenshot(path=f"{LOOK}/{name}-{width}-{scheme}.png", full_page=True)
        # Wagtail's own two searches in the headers of its listings have one name on a phone.
        found += [f"{name}: {one}" for one in axe(page) if "w-h-" not in one]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found += [f"{name}: {wide} px too wide"] if wide > 0 else []
        found += [f"{name}: {one} is cut off" for one in page.evaluate(CUT_OFF)]
    assert not found, "\n".join(found)


def look(page: Page, axe: Axe, name: str) -> None:
    """A page that only a form leads to."""
    if LOOK:
        page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)
    assert [one for one in axe(page) if "w-h-" not in one] == []


def test_support_gives_money_back_with_the_keyboard(
    visit: Visit, sign_in: SignIn, axe: Axe
) -> None:
    page = visit()
    sign_in(page, User.objects.get(email="till@example.org"))
    page.goto(addresses()["order"])
    page.get_by_role("link", name="Give money back").press("Enter")
    page.get_by_label("Amount").fill("10.00")
    page.get_by_label("Access ends").uncheck()
    page.get_by_label("Why").fill("A goodwill.")
    page.get_by_role("button", name="Go on").press("Enter")
    expect(page.get_by_text("Access stays.")).to_be_visible()
    look(page, axe, "confirm")
    assert not Refund.objects.filter(reason="A goodwill.").exists()
    page.get_by_role("button", name="Yes, do it").press("Enter")
    expect(page.get_by_text("The money is on its way back.")).to_be_visible()
    assert Refund.objects.get(reason="A goodwill.").amount_minor == 1000


def test_a_list_is_looked_at_and_carried_out(visit: Visit, sign_in: SignIn, axe: Axe) -> None:
    people: list[Any] = [make.buyer() for _n in range(2)]
    page = visit()
    sign_in(page, User.objects.get(email="till@example.org"))
    page.goto("/admin/people/list/")
    course = Course.objects.get(title="Bends and hitches")
    page.get_by_role("button", name="Choose a course").click()
    page.get_by_label("Search term").fill("hitches")
    page.get_by_role("link", name="Bends and hitches").click()
    expect(page.locator("#id_course-title")).to_have_text("Bends and hitches")
    text = "email\n" + "\n".join([*(one.email for one in people), "nobody@example.org"])
    page.get_by_label("CSV file").set_input_files(
        {"name": "class.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_label("Why").fill("A class.")
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_text("has no account with this address").first).to_be_visible()
    look(page, axe, "dry-run")
    page.get_by_role("button", name="Let 2 people in").click()
    expect(page.get_by_text("2 people were let in.")).to_be_visible()
    grants = AccessGrant.objects.filter(enrolment__course=course, reason="A class.")
    assert grants.count() == 2


def test_marketing_writes_an_offer_of_two_courses(visit: Visit, sign_in: SignIn) -> None:
    page = visit()
    sign_in(page, User.objects.get(email="till@example.org"))
    page.goto("/admin/offers/new/")
    page.get_by_label("Name").fill("Both for a year")
    for row, title in enumerate(["Knots for beginners", "Bends and hitches"]):
        page.locator(f"#id_course_{row}-chooser").get_by_role("button").last.press("Enter")
        page.get_by_role("dialog").get_by_role("link", name=title).press("Enter")
        expect(page.locator(f"#id_course_{row}-title")).to_have_text(title)
    page.get_by_label("Kind").select_option("subscription")
    page.get_by_label("Paid every").select_option("year")
    page.get_by_label("Price in JPY").first.fill("9800")
    page.get_by_role("button", name="Create").press("Enter")
    expect(page.get_by_role("link", name="Both for a year").first).to_be_visible()
    offer = Offer.objects.get(name="Both for a year")
    assert [str(one.course) for one in offer.contents.all()] == [
        "Knots for beginners",
        "Bends and hitches",
    ]
    assert (offer.interval, offer.prices.get().amount_minor) == ("year", 9800)
