"""B10: what proves something appears to its owner only, wherever somebody else may look.

All that A's purchases are known by is collected from the database;
then everything that B, a stranger and Marketing can open is searched for it. Seen to fail: with
`views._mine` that does not ask whose the order is.
"""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from commerce.models import Customer, Invoice, Order, Payment
from commerce.services import fulfilment
from core import outbox
from course_pages.models import CoursePage
from integrations.stripe.standin import StandIn
from tests.factories import commerce as shop
from tests.factories import deliveries
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
ADMIN = (
    "", "sales/revenue/", "sales/revenue/?format=csv", "offers/", "coupons/", "people/",
    "commerce/order/", "commerce/payment/", "commerce/stripeevent/", "learning/accessgrant/",
    "learning/enrolment/",
)  # fmt: skip


def bought() -> Order:
    """A's purchase, with everything that comes of it."""
    ada = UserFactory(name="Ada Secret", email="ada.secret@example.org")
    order = shop.ordered(shop.offer(name="For all"), user=ada)
    deliveries.pay(order)
    order = fulfilment.refresh(order)
    outbox.drain()
    return order


def secrets_of(order: Order) -> set[str]:
    """What only the buyer, Support and Stripe know."""
    payment = Payment.objects.get(order=order)
    return {
        order.number, order.session_id, order.session_url, payment.stripe_id, payment.charge_id,
        Customer.objects.get(user=order.user).stripe_id, Invoice.objects.get().number,
        order.user.email, order.user.name,
    } - {""}  # fmt: skip


def signed_in(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def pages(order: Order) -> list[str]:
    """Public pages, a person's own pages, and the addresses of A's."""
    course = order.lines.get().courses.get().course
    page = CoursePage.objects.get(translation_key=course.lineage)
    offer = order.lines.get().offer_id
    own = order.get_absolute_url()
    invoice = Invoice.objects.get().number
    return [
        "/", "/courses/", page.url, "/sitemap.xml", "/my/", "/account/profile/", "/account/menu/",
        f"/learn/{course.slug}/", f"/learn/{course.slug}/-/enrol/", f"/offers/{offer}/",
        "/cart/", "/orders/", own, f"{own}state/", f"{own}invoices/{invoice}.pdf",
        f"/checkout/done/?session={order.session_id}",
    ]  # fmt: skip


def shown(client: Client, paths: list[str]) -> dict[str, bytes]:
    """What each address says, without the address itself, which whoever asks knows."""
    answers = {}
    for path in paths:
        answer: Any = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answers[path] = body + str(answer.headers).encode()
    return answers


@pytest.mark.parametrize("who", ["stranger", "another buyer", "Marketing"])
def test_B10_what_is_secret_of_one_shows_to_nobody_else(stand_in: StandIn, who: str) -> None:
    order = bought()
    others: dict[str, User | None] = {
        "stranger": None,
        "another buyer": shop.ordered(shop.offer()).user,
        "Marketing": UserFactory(roles=["Marketing"]),
    }
    client = signed_in(others[who])
    found = shown(client, pages(order) + [f"/admin/{path}" for path in ADMIN])
    leaks = [
        (path, secret)
        for path, body in found.items()
        for secret in secrets_of(order)
        if secret.encode() in re.sub(re.escape(path.split("?")[0]).encode(), b"", body)
    ]
    # The sign-in page leads back to what was asked for.
    assert [one for one in leaks if one[1] not in one[0]] == []


def test_B10_the_owner_sees_them(stand_in: StandIn) -> None:
    """The search finds what there is."""
    order = bought()
    found = b"".join(shown(signed_in(order.user), pages(order)).values())
    for secret in (order.number, Invoice.objects.get().number, order.user.name):
        assert secret.encode() in found
