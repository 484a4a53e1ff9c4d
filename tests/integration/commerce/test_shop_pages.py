"""The buyer's pages: offers, cart, order, purchases, as visitors, strangers and buyers see them."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings as project
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from commerce.models import Coupon, Offer, OfferCourse, Order, Payment, Refund
from commerce.services import fulfilment, refunds
from core import clock, outbox
from course_pages.models import Course, CoursePage
from integrations.errors import TemporaryFailure
from learning.models import AccessGrant, Enrolment
from learning.services import enrolment
from tests.cases import measure
from tests.factories import commerce as shop
from tests.factories.accounts import UserFactory
from tests.factories.commerce import Account

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
RECORDS = (Order, Payment, Refund, Coupon, Offer, Enrolment, AccessGrant)
State = Order.State


def text_of(response: Any) -> str:
    """What stands on a page, without tags and with single spaces."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(words)).replace("\xa0", " ")


def client_of(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def page_of(course: Course) -> str:
    return str(CoursePage.objects.get(translation_key=course.lineage).url)


def island_of(course: Course) -> str:
    return f"/learn/{course.slug}/-/enrol/"


def bought(account: Account, *offers: Offer, user: User | None = None) -> Order:
    order = shop.ordered(*(offers or [shop.offer()]), user=user)
    account.pay(order)
    return fulfilment.refresh(order)


# --- The course's page and its island -----------------------------------------------------------


def test_a_course_that_is_sold_shows_its_price_and_not_free(account: Account) -> None:
    course = shop.course()
    offer = shop.offer(course, access_days=90)
    shop.price(offer, 4900, compare_at_minor=7900)
    page = client_of().get(page_of(course))
    assert "€49.00 instead of €79.00 Open for 90 days Buy" in text_of(page)
    assert "Free" not in text_of(page)
    assert f'href="/offers/{offer.pk}/"' in page.content.decode()


def test_the_course_page_is_the_same_for_everybody(account: Account) -> None:
    """It says nothing of its visitor, so that it can be kept."""
    course = shop.course()
    order = bought(account, shop.offer(course))
    strangers = client_of().get(page_of(course))
    buyers = client_of(order.user).get(page_of(course))
    assert strangers.content == buyers.content
    assert "csrfmiddlewaretoken" not in strangers.content.decode()
    assert not strangers.cookies


def test_a_free_course_stays_free(account: Account) -> None:
    course = shop.course()
    assert "Free" in text_of(client_of().get(page_of(course)))
    assert "Enrol now" in text_of(client_of(shop.buyer()).get(island_of(course), **HTMX))


def test_the_course_page_asks_as_often_for_one_offer_as_for_ten(account: Account) -> None:
    course = shop.course()
    client, url = client_of(), page_of(course)
    asked = []
    for number in (1, 10):
        for _more in range(number - Offer.objects.count()):
            shop.offer(course, shop.course())
        client.get(url)
        asked.append(len(measure.statements(lambda: client.get(url))))
        assert text_of(client.get(url)).count("Buy") == number
    assert asked[0] == asked[1]
    assert asked[1] <= 11


def test_so_does_the_island(account: Account) -> None:
    course, client = shop.course(), client_of(shop.buyer())
    asked = []
    for number in (1, 10):
        for _more in range(number - Offer.objects.count()):
            shop.offer(course, shop.course())
        client.get(island_of(course), **HTMX)
        asked.append(len(measure.statements(lambda: client.get(island_of(course), **HTMX))))
    assert asked[0] == asked[1]


def test_the_island_shows_the_visitors_own_currency_and_cart(
    account: Account, settings: Any
) -> None:
    settings.CURRENCIES = ["EUR", "USD"]
    course, client = shop.course(), client_of()
    offer = shop.offer(course, prices={"EUR": 2000, "USD": 2500})
    assert "€20.00" in text_of(client.get(island_of(course), **HTMX))
    told = client.post("/cart/currency/", {"currency": "USD", "next": page_of(course)})
    assert told["Location"] == page_of(course)
    assert "$25.00" in text_of(client.get(island_of(course), **HTMX))
    client.post(f"/cart/add/{offer.pk}/")
    assert "In your cart: go on" in text_of(client.get(island_of(course), **HTMX))
    assert "€20.00" in text_of(client.get(page_of(course)))


def test_an_offers_page_lets_choose_the_currency_where_there_is_a_choice(
    account: Account, settings: Any
) -> None:
    offer, client = shop.offer(prices={"EUR": 2000, "USD": 2500}), client_of()
    url = f"/offers/{offer.pk}/"
    assert 'name="currency"' not in client.get(url).content.decode()
    settings.CURRENCIES = ["EUR", "USD"]
    assert 'value="EUR" aria-pressed="true"' in client.get(url).content.decode()
    client.post("/cart/currency/", {"currency": "USD", "next": url})
    page = client.get(url)
    assert 'value="USD" aria-pressed="true"' in page.content.decode()
    assert "$25.00" in text_of(page)


def test_currency_leads_to_nobody_elses_site() -> None:
    told = client_of().post("/cart/currency/", {"currency": "EUR", "next": "https://evil.example"})
    assert told["Location"] == "/cart/#cart-total"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"on_sale_from": timedelta(days=2)}, "On sale from"),
        ({"on_sale_until": timedelta(days=-2)}, "This offer has ended."),
        ({"places": 3, "taken": 3}, "All places are taken."),
    ],
)
def test_what_cannot_be_bought_says_why_and_has_no_button(
    account: Account, fields: dict[str, Any], said: str
) -> None:
    now = clock.now()
    about: dict[str, Any] = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    course = shop.course()
    offer = shop.offer(course, **about)
    for url in (page_of(course), island_of(course), f"/offers/{offer.pk}/"):
        page = client_of().get(url)
        assert said in text_of(page), url
        assert f"/cart/add/{offer.pk}/" not in page.content.decode()


def test_the_last_places_are_told(account: Account) -> None:
    course = shop.course()
    shop.offer(course, places=20, taken=17)
    assert "3 places left" in text_of(client_of().get(page_of(course)))


def test_an_owner_is_enrolled_and_who_lost_access_can_buy_again(account: Account) -> None:
    course = shop.course()
    order = bought(account, shop.offer(course, access_days=30))
    client = client_of(order.user)
    assert "You are enrolled" in text_of(client.get(island_of(course), **HTMX))
    now = clock.now()
    AccessGrant.objects.update(starts_at=now - timedelta(days=31), ends_at=now - timedelta(days=1))
    told = text_of(client.get(island_of(course), **HTMX))
    assert "Your access ended on" in told
    assert "go on where you were" in told
    assert "Buy" in told
    assert "Buy it again" in text_of(client.get("/my/"))
    assert "Buy it again" in text_of(client.get(f"/learn/{course.slug}/"))


def test_joining_a_course_that_is_sold_enrols_nobody(account: Account) -> None:
    course, stranger = shop.course(), shop.buyer()
    shop.offer(course)
    client, url = client_of(stranger), f"/learn/{course.slug}/-/join/"
    with measure.nothing_changes(RECORDS):
        answer = client.post(url, follow=True)
    assert answer.redirect_chain == [(url, 302)]
    assert "This course is not free." in text_of(answer)
    assert "€20.00" in text_of(answer)
    # A visitor sees the price without having to sign in.
    assert "€20.00" in text_of(client_of().get(url))
    assert client_of().post(url)["Location"].startswith("/account/login/")


def test_a_course_whose_last_offer_is_archived_is_not_given_away(account: Account) -> None:
    """Seen to fail with archived offers left out of `handlers.sold`: the course was free."""
    course, stranger = shop.course(), shop.buyer()
    shop.offer(course, archived_at=clock.now())
    client, url = client_of(stranger), f"/learn/{course.slug}/-/join/"
    for page in (page_of(course), island_of(course), url):
        said = text_of(client.get(page))
        assert "This is no longer on sale." in said, page
        assert "€" not in said
        assert "Free" not in said
    with measure.nothing_changes(RECORDS):
        client.post(url)
    # A free offer gives it away.
    shop.offer(course, kind=Offer.Kind.FREE)
    assert "Get it free" in text_of(client.get(island_of(course)))


def test_who_left_a_course_they_own_comes_back_for_nothing(account: Account) -> None:
    course = shop.course()
    order = bought(account, shop.offer(course))
    seat = Enrolment.objects.get(user=order.user)
    enrolment.leave(enrolment=seat)
    client, url = client_of(order.user), f"/learn/{course.slug}/-/join/"
    for page in (client.get(island_of(course), **HTMX), client.get(url)):
        assert "Come back to it" in text_of(page)
        assert "nothing to pay" in text_of(page)
        assert "€" not in text_of(page)
    assert client.post(url)["Location"] == f"/learn/{course.slug}/"
    assert client.get(f"/learn/{course.slug}/").status_code == 200
    assert Order.objects.count() == 1


def test_cards_tell_prices_by_one_statement(account: Account) -> None:
    client = client_of()
    shop.course("Free one")
    client.get("/courses/")
    before = len(measure.statements(lambda: client.get("/courses/")))
    one_off, monthly, several, later = (shop.course(f"Sold {number}") for number in range(4))
    shop.offer(one_off, prices={"EUR": 4900, "USD": 5900})
    shop.offer(monthly, kind="subscription", interval="month", prices={"EUR": 900})
    shop.offer(several, prices={"EUR": 3000})
    shop.offer(several, one_off, prices={"EUR": 9000})
    shop.offer(later, on_sale_from=clock.now() + timedelta(days=1))
    archived = shop.course("Archived")
    shop.offer(archived, archived_at=clock.now())
    client.get("/courses/")
    assert len(measure.statements(lambda: client.get("/courses/"))) == before
    cards = {card.title: card.price for card in client.get("/courses/").context["courses"]}
    assert cards == {
        "Free one": "Free",
        "Sold 0": "From €49.00",
        "Sold 1": "€9.00 a month",
        "Sold 2": "From €30.00",
        "Sold 3": "",
        "Archived": "",
    }


# --- The cart ------------------------------------------------------------------------------------


def test_an_empty_cart_leads_to_the_catalogue() -> None:
    page = client_of().get("/cart/")
    assert "Your cart is empty" in text_of(page)
    assert 'href="/courses/"' in page.content.decode()


def test_the_cart_shows_prices_and_comes_along_at_sign_in(account: Account) -> None:
    course, buyer = shop.course("Knots"), shop.buyer()
    offer = shop.offer(course, name="All about knots")
    shop.price(offer, 4900, compare_at_minor=7900)
    client = client_of()
    assert client.post(f"/cart/add/{offer.pk}/")["Location"] == "/cart/"
    said = text_of(client.get("/cart/"))
    assert "All about knots" in said
    assert "Knots" in said
    assert "€49.00 instead of €79.00" in said
    assert "Sign in and go on" in said
    assert client.post("/checkout/")["Location"] == "/account/login/?next=/cart/"
    client.force_login(buyer)
    assert "Go on to payment" in text_of(client.get("/cart/"))
    gone = client.post("/checkout/")
    assert gone["Location"].startswith("https://pay.example.org/")
    order = Order.objects.get()
    assert (order.user, order.total_minor) == (buyer, 4900)


def test_back_from_stripe_without_having_paid_the_cart_is_as_it_was(account: Account) -> None:
    client = client_of(shop.buyer())
    client.post(f"/cart/add/{shop.offer().pk}/")
    client.post("/checkout/")
    back = client.get("/checkout/cancelled/", follow=True)
    assert "You have not paid anything." in text_of(back)
    assert "To pay €20.00" in text_of(back)


def test_the_cart_in_the_header_is_counted(account: Account) -> None:
    client = client_of()
    assert "/cart/" not in client.get("/account/menu/", **HTMX).content.decode()
    client.post(f"/cart/add/{shop.offer().pk}/")
    client.post(f"/cart/add/{shop.offer().pk}/")
    assert "Cart: 2" in text_of(client.get("/account/menu/", **HTMX))


@pytest.mark.parametrize(
    ("coupon", "code", "said"),
    [
        ({}, "nosuch", "This code is not valid."),
        ({"disabled_at": "now"}, "summer", "This code is not valid."),
        ({"limit": 1, "used": 1}, "summer", "This code has been used up."),
        ({"percent": None, "amount_minor": 500, "currency": "USD"}, "summer", "in USD only"),
        ({"offers": "other"}, "summer", "This code is not for what is in your cart."),
    ],
)
def test_a_code_that_does_not_hold_says_why(
    account: Account, coupon: dict[str, Any], code: str, said: str
) -> None:
    fields = {key: clock.now() if value == "now" else value for key, value in coupon.items()}
    if fields.get("offers"):
        fields["offers"] = [shop.offer()]
    shop.coupon("SUMMER", **fields)
    client = client_of()
    client.post(f"/cart/add/{shop.offer().pk}/")
    client.post("/cart/code/", {"code": code})
    with measure.nothing_changes(RECORDS):
        page = client.get("/cart/")
        assert said in text_of(page)
        assert 'aria-invalid="true"' in page.content.decode()
        assert "To pay €20.00" in text_of(page)
        client.force_login(shop.buyer())
        refused = client.post("/checkout/", follow=True)
    assert said in text_of(refused)


def test_a_code_that_holds_is_taken_off_and_can_be_left_out(account: Account) -> None:
    shop.coupon("SUMMER", percent=25)
    client = client_of()
    client.post(f"/cart/add/{shop.offer().pk}/")
    client.post("/cart/code/", {"code": " summer "})
    said = text_of(client.get("/cart/"))
    assert "Code SUMMER is used." in said
    assert "Before €20.00 Coupon −€5.00 To pay €15.00" in said
    client.post("/cart/code/", {"code": ""})
    assert "To pay €20.00" in text_of(client.get("/cart/"))


def test_a_code_for_everything_needs_no_payment(account: Account) -> None:
    shop.coupon("GIFT", percent=100)
    course, buyer = shop.course(), shop.buyer()
    client = client_of(buyer)
    client.post(f"/cart/add/{shop.offer(course).pk}/")
    client.post("/cart/code/", {"code": "gift"})
    assert "There is nothing to pay." in text_of(client.get("/cart/"))
    done = client.post("/checkout/", follow=True)
    assert "this order is paid" in text_of(done)
    assert client.get(f"/learn/{course.slug}/").status_code == 200
    assert account.calls == []
    assert "Your cart is empty" in text_of(client.get("/cart/"))


def test_an_offer_that_goes_while_in_the_cart_is_told(account: Account) -> None:
    client, stays, gone, archived = client_of(), shop.offer(), shop.offer(), shop.offer()
    for one in (stays, gone, archived):
        client.post(f"/cart/add/{one.pk}/")
    OfferCourse.objects.filter(offer=gone).delete()
    gone.prices.all().delete()
    gone.delete()
    Offer.objects.filter(pk=archived.pk).update(archived_at=clock.now())
    said = text_of(client.get("/cart/"))
    assert "1 offer is not there any more" in said
    assert "This offer has ended." in said
    assert "What cannot be bought now stays in the cart." in said
    assert "To pay €20.00" in said
    assert "not there any more" not in text_of(client.get("/cart/"))
    client.force_login(shop.buyer())
    client.post("/checkout/")
    assert [line.offer for line in Order.objects.get().lines.all()] == [stays]


def test_a_cart_holds_twenty_offers_and_says_so(account: Account) -> None:
    client, course = client_of(), shop.course()
    offers = [shop.offer(course, name=f"Offer {number}") for number in range(21)]
    for one in offers[:20]:
        client.post(f"/cart/add/{one.pk}/")
    told = client.post(f"/cart/add/{offers[20].pk}/", follow=True)
    assert "Your cart is full." in text_of(told)
    assert "Offer 20" not in text_of(told)


def test_the_cart_asks_as_often_for_one_offer_as_for_ten(account: Account) -> None:
    client = client_of(shop.buyer())
    asked = []
    for number in (1, 10):
        for _more in range(number - Offer.objects.count()):
            client.post(f"/cart/add/{shop.offer(shop.course(), shop.course()).pk}/")
        client.get("/cart/")
        asked.append(len(measure.statements(lambda: client.get("/cart/"))))
    assert asked[0] == asked[1]


def test_without_keys_paid_offers_say_so_and_free_ones_work(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""
    course, given = shop.course("Sold"), shop.course("Given")
    paid, free = shop.offer(course), shop.offer(given, kind=Offer.Kind.FREE)
    said = "Payments are not set up on this site yet."
    buyer = shop.buyer()
    client = client_of(buyer)
    assert said in text_of(client.get(page_of(course)))
    assert said in text_of(client.get(island_of(course), **HTMX))
    client.post(f"/cart/add/{paid.pk}/")
    assert said in text_of(client.get("/cart/"))
    with measure.nothing_changes(RECORDS):
        client.post("/checkout/")
    assert "Get it free" in text_of(client.get(island_of(given), **HTMX))
    client.post(f"/cart/add/{free.pk}/")
    assert "this order is paid" in text_of(client.post("/checkout/", follow=True))
    assert client.get(f"/learn/{given.slug}/").status_code == 200
    assert not AccessGrant.objects.filter(enrolment__course=course).exists()


def test_when_stripe_is_down_the_cart_stays(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise TemporaryFailure("down")

    monkeypatch.setattr(account, "create_session", down)
    client = client_of(shop.buyer())
    client.post(f"/cart/add/{shop.offer().pk}/")
    said = text_of(client.post("/checkout/", follow=True))
    assert "Nothing was charged." in said
    assert "To pay €20.00" in said


# --- An offer by itself --------------------------------------------------------------------------


def test_an_offer_has_a_page_and_an_island(account: Account) -> None:
    offer = shop.offer(shop.course("Knots"), shop.course("Sails"), name="Both")
    page, island = (
        client_of().get(f"/offers/{offer.pk}/"),
        client_of().get(f"/offers/{offer.pk}/", **HTMX),
    )
    assert "<h1" in page.content.decode()
    assert "Knots" in text_of(page)
    assert "<h1" not in island.content.decode()
    for answer in (page, island):
        assert "€20.00" in text_of(answer)
        assert f'action="/cart/add/{offer.pk}/"' in answer.content.decode()
        assert answer["Cache-Control"].startswith("max-age=0")


def test_an_offer_of_a_course_that_is_no_course_yet_is_not_there(account: Account) -> None:
    course = shop.course("Secret")
    offer = shop.offer(course)
    Course.objects.filter(pk=course.pk).update(live_release=None)
    for client in (client_of(), client_of(shop.buyer())):
        assert client.get(f"/offers/{offer.pk}/").status_code == 404
        assert client.get(f"/offers/{offer.pk}/", **HTMX).status_code == 404
        assert client.post(f"/cart/add/{offer.pk}/").status_code == 404


def test_who_owns_all_of_it_is_led_to_the_course(account: Account) -> None:
    course = shop.course()
    offer = shop.offer(course)
    order = bought(account, offer)
    island = client_of(order.user).get(f"/offers/{offer.pk}/", **HTMX)
    assert "You own this" in text_of(island)
    assert "/cart/add/" not in island.content.decode()


def test_who_has_time_left_is_told_before_they_pay_again(account: Account) -> None:
    said = "This is open to you already."
    offer = shop.offer(access_days=30)
    order = bought(account, offer)
    client = client_of(order.user)
    assert said in text_of(client.get(f"/offers/{offer.pk}/", **HTMX))
    assert said not in text_of(client_of(shop.buyer()).get(f"/offers/{offer.pk}/", **HTMX))
    client.post(f"/cart/add/{offer.pk}/")
    assert said in text_of(client.get("/cart/"))
    AccessGrant.objects.update(revoked_at=clock.now())
    assert said not in text_of(client.get("/cart/"))


def test_who_has_a_part_of_a_bundle_is_told_which(account: Account) -> None:
    """Seen to fail: nothing was said."""
    knots, sails = shop.course("Knots"), shop.course("Sails")
    order = bought(account, shop.offer(knots))
    both = shop.offer(knots, sails, name="Both")
    said = text_of(client_of(order.user).get(f"/offers/{both.pk}/", **HTMX))
    assert "Open to you already: Knots." in said


def test_who_waits_for_a_payment_is_told_before_they_pay_again(account: Account) -> None:
    """Seen to fail: it was offered as if nothing had been paid."""
    said = "Your payment for this is on its way. You need not pay again."
    course = shop.course()
    order = in_state(account, State.PENDING, shop.offer(course))
    client = client_of(order.user)
    offer = order.lines.get().offer
    assert said in text_of(client.get(f"/offers/{offer.pk}/", **HTMX))
    assert said in text_of(client.get(island_of(course), **HTMX))
    client.post(f"/cart/add/{offer.pk}/")
    assert said in text_of(client.get("/cart/"))
    assert said not in text_of(client_of(shop.buyer()).get(f"/offers/{offer.pk}/", **HTMX))
    account.fail(order)
    fulfilment.refresh(order)
    assert said not in text_of(client.get("/cart/"))


def test_a_course_that_is_in_the_cart_twice_is_told_once(account: Account) -> None:
    """Seen to fail: both were added up without a word."""
    knots, sails = shop.course("Knots"), shop.course("Sails")
    bundle, alone = shop.offer(knots, sails, name="Both"), shop.offer(knots, name="Only knots")
    client = client_of()
    for one in (alone, bundle, shop.offer(knots, access_days=9, name="Nine days")):
        client.post(f"/cart/add/{one.pk}/")
    told = {one.entry.offer.name: one.told for one in client.get("/cart/").context["entries"]}
    assert told == {
        "Only knots": ("All of this is in “Both”, too.",),
        "Both": (),
        "Nine days": ("All of this is in “Only knots”, too.",),
    }
    client.post(f"/cart/remove/{bundle.pk}/")
    client.post(f"/cart/remove/{alone.pk}/")
    assert "too." not in text_of(client.get("/cart/"))


# --- Orders --------------------------------------------------------------------------------------


ADDRESSES = ("", "state/", "cancel/", "again/", "subscription/cancel/", "subscription/card/")


def test_an_order_is_its_buyers_and_nobody_elses(account: Account) -> None:
    """Seen to fail with `user=` taken from `_mine`."""
    order = bought(account, shop.offer(shop.course("Knots"), name="Private purchase"))
    invoice = order.payments.get().invoice
    stranger, nobody, buyer = client_of(shop.buyer()), client_of(), client_of(order.user)
    with measure.nothing_changes(RECORDS):
        for end in (*ADDRESSES, f"invoices/{invoice.number}.pdf"):
            url = f"/orders/{order.number}/{end}"
            for headers in ({}, HTMX):
                for method in ("get", "post"):
                    theirs: HttpResponse = getattr(stranger, method)(url, **headers)
                    assert theirs.status_code in {404, 405}, (url, method)
                    assert "Private purchase" not in theirs.content.decode()
                    assert order.user.email not in theirs.content.decode()
                    asked: HttpResponse = getattr(nobody, method)(url, **headers)
                    signs_in = asked.get("HX-Redirect", "").startswith("/account/login/")
                    assert signs_in or asked.status_code in {302, 405}, (url, method)
        done = stranger.get("/checkout/done/", {"session": order.session_id})
        assert done.status_code == 404
        assert "Private purchase" not in text_of(stranger.get("/orders/"))
    mine = buyer.get(f"/orders/{order.number}/")
    assert mine.status_code == 200
    assert "Private purchase" in text_of(mine)
    pdf = buyer.get(f"/orders/{order.number}/invoices/{invoice.number}.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert "Private purchase" in text_of(buyer.get("/orders/"))


def test_the_success_page_says_what_is_true_and_not_what_the_address_says(
    account: Account,
) -> None:
    order = shop.ordered(shop.offer())
    client = client_of(order.user)
    page = client.get("/checkout/done/", {"session": order.session_id}, follow=True)
    assert "Not paid yet" in text_of(page)
    assert "this order is paid" not in text_of(page)
    account.pay(order)
    shop.later(order)
    page = client.get("/checkout/done/", {"session": order.session_id}, follow=True)
    assert "this order is paid" in text_of(page)


def test_a_page_that_waits_looks_again_until_it_is_told(account: Account) -> None:
    order = shop.ordered(shop.offer())
    client = client_of(order.user)
    url = f"/orders/{order.number}/"
    page = client.get(url).content.decode()
    assert f'hx-get="{url}state/?asked=1&amp;seen=open" hx-trigger="load delay:2s"' in page
    assert f'href="{url}state/"' in page
    same = client.get(f"{url}state/", {"asked": "1", "seen": "open"}, **HTMX).content.decode()
    assert "asked=2&amp;seen=open" in same
    assert 'id="order"' not in same
    account.pay_later(order)
    shop.later(order)
    moved = client.get(f"{url}state/", {"asked": "2", "seen": "open"}, **HTMX)
    assert "Your payment is on its way" in text_of(moved)
    assert 'hx-swap-oob="true"' in moved.content.decode()
    assert "hx-get" in moved.content.decode()
    account.arrive(order)
    shop.later(order)
    paid = client.get(f"{url}state/", {"asked": "3", "seen": "pending"}, **HTMX)
    assert "this order is paid" in text_of(paid)
    assert "hx-get" not in paid.content.decode()
    # Without scripts the link asks, and leads back.
    assert client.get(f"{url}state/")["Location"] == url


@pytest.mark.parametrize(
    ("asked", "wait"), [("14", "2s"), ("15", "5s"), ("62", "5s"), ("63", ""), ("99999", "")]
)
def test_it_looks_more_seldom_and_stops(account: Account, asked: str, wait: str) -> None:
    order = shop.ordered(shop.offer())
    url = f"/orders/{order.number}/state/"
    answer = client_of(order.user).get(url, {"asked": asked, "seen": "open"}, **HTMX)
    body = answer.content.decode()
    assert (f"delay:{wait}" in body) if wait else ("hx-get" not in body)
    assert ("It takes longer than usual." in text_of(answer)) == (not wait)


def test_a_cart_worth_less_than_can_be_paid_says_so(account: Account) -> None:
    """Seen to fail: the buyer read to try again, however often."""
    shop.coupon(percent=99)
    client = client_of(shop.buyer())
    client.post(f"/cart/add/{shop.offer().pk}/")
    client.post("/cart/code/", {"code": "SUMMER"})
    page = client.get("/cart/")
    assert "No less than €0.50 can be paid" in text_of(page)
    assert "Go on to payment" not in text_of(page)
    assert client.post("/checkout/")["Location"] == "/cart/"
    assert not Order.objects.exists()


def test_pages_that_ask_again_and_again_ask_stripe_now_and_then(account: Account) -> None:
    """Seen to fail: with `fulfilment.refresh` for `look`. Whoever comes from paying always asks."""
    order = shop.ordered(shop.offer())
    client, url = client_of(order.user), f"/orders/{order.number}/state/"
    account.calls.clear()
    for _tab in range(4):
        client.get(url, {"asked": "1", "seen": "open"}, **HTMX)
    assert account.calls.count("get_session") == 1
    shop.later(order)
    client.get(url, {"asked": "2", "seen": "open"}, **HTMX)
    assert account.calls.count("get_session") == 2
    client.get("/checkout/done/", {"session": order.session_id})
    assert account.calls.count("get_session") == 3


def test_a_page_that_waits_stays_when_stripe_is_down(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.ordered(shop.offer())

    def down(*args: Any) -> None:
        raise TemporaryFailure("down")

    monkeypatch.setattr(account, "get_session", down)
    url = f"/orders/{order.number}/state/"
    answer = client_of(order.user).get(url, {"asked": "1", "seen": "open"}, **HTMX)
    assert answer.status_code == 200
    assert "hx-get" in answer.content.decode()


def in_state(account: Account, state: str, *offers: Offer) -> Order:
    """An order of that state, come there as orders do."""
    order = shop.ordered(*(offers or [shop.offer(shop.course("Knots"))]))
    if state == State.PENDING:
        account.pay_later(order)
    elif state == State.FAILED:
        account.pay_later(order)
        account.fail(order)
    elif state == State.EXPIRED:
        account.expire(order)
    elif state == State.HELD:
        account.pay(order, amount_total=100)
    elif state in {State.PAID, State.REFUNDED}:
        account.pay(order)
    elif state == State.CANCELLED:
        client_of(order.user).post(f"/orders/{order.number}/cancel/")
    order = fulfilment.refresh(order)
    if state == State.REFUNDED:
        refunds.refund_whole(order=order, reason="Asked for", by=None)
        outbox.drain()
    order.refresh_from_db()
    assert order.state == state
    return order


@pytest.mark.parametrize(
    ("state", "said", "buttons"),
    [
        (State.OPEN, "Not paid yet", {"Go on to payment", "Cancel this order"}),
        (State.PENDING, "need not pay again", set()),
        (State.PAID, "Open to you for good", set()),
        (State.HELD, "We have your payment", set()),
        (State.FAILED, "Nothing was charged.", {"Order again"}),
        (State.EXPIRED, "not paid in time", {"Order again"}),
        (State.CANCELLED, "This order was cancelled", {"Order again"}),
        (State.REFUNDED, "Your money was paid back", {"Buy it again"}),
    ],
)
def test_each_state_says_what_it_is_and_what_to_do(
    account: Account, state: str, said: str, buttons: set[str]
) -> None:
    order = in_state(account, state)
    told = text_of(client_of(order.user).get(f"/orders/{order.number}/"))
    assert said in told
    for label in ("Go on to payment", "Cancel this order", "Buy it again", "Order again"):
        assert (label in told) == (label in buttons), label


def test_what_was_bought_is_linked_only_while_it_is_open(account: Account) -> None:
    order = in_state(account, State.PAID)
    course = order.lines.get().courses.get().course
    url, link = f"/orders/{order.number}/", f'href="/learn/{course.slug}/"'
    client = client_of(order.user)
    assert link in client.get(url).content.decode()
    refunds.refund_whole(order=order, reason="Asked for", by=None)
    outbox.drain()
    page = client.get(url)
    assert link not in page.content.decode()
    assert "Knots" in text_of(page)
    assert re.search(r"Refunded *Credit note C[\d-]+ \(PDF\) €20.00", text_of(page))


def test_access_that_has_ended_is_told_and_bought_again(account: Account) -> None:
    order = bought(account, shop.offer(access_days=30))
    client, url = client_of(order.user), f"/orders/{order.number}/"
    assert "Open to you until" in text_of(client.get(url))
    long_ago = clock.now() - timedelta(days=40)
    Order.objects.update(paid_at=long_ago)
    AccessGrant.objects.update(starts_at=long_ago, ends_at=long_ago + timedelta(days=30))
    assert "Your access ended on" in text_of(client.get(url))
    assert client.post(f"{url}again/")["Location"] == "/cart/"
    client.post("/checkout/")
    second = Order.objects.exclude(pk=order.pk).get()
    account.pay(second)
    fulfilment.refresh(second)
    assert Enrolment.objects.count() == 1
    assert AccessGrant.objects.active(clock.now()).count() == 1


def test_an_order_asks_as_often_for_one_line_as_for_ten(account: Account) -> None:
    asked = []
    for number in (1, 10):
        offers = [shop.offer(shop.course(), shop.course()) for _one in range(number)]
        order = bought(account, *offers)
        client, url = client_of(order.user), f"/orders/{order.number}/"
        client.get(url)
        asked.append(len(measure.statements(lambda c=client, u=url: c.get(u))))  # type: ignore[misc]
    assert asked[0] == asked[1]


def test_purchases_ask_as_often_for_one_order_as_for_ten(account: Account) -> None:
    buyer = shop.buyer()
    client = client_of(buyer)
    asked = []
    for number in (1, 10):
        for _more in range(number - Order.objects.count()):
            bought(account, shop.offer(), user=buyer)
        client.get("/orders/")
        asked.append(len(measure.statements(lambda: client.get("/orders/"))))
    assert asked[0] == asked[1]


def test_nothing_bought_leads_to_the_catalogue() -> None:
    page = client_of(shop.buyer()).get("/orders/")
    assert "Nothing bought yet" in text_of(page)
    assert 'href="/courses/"' in page.content.decode()
    assert "Purchases" in text_of(client_of(shop.buyer()).get("/account/menu/", **HTMX))


# --- Subscriptions -------------------------------------------------------------------------------


@pytest.fixture
def subscribed(account: Account) -> Order:
    offer = shop.offer(kind="subscription", interval="month", prices={"EUR": 900})
    order = shop.ordered(offer)
    account.subscribe(order)
    return fulfilment.refresh(order)


def test_a_subscription_is_cancelled_after_a_second_step(
    account: Account, subscribed: Order
) -> None:
    client, url = client_of(subscribed.user), f"/orders/{subscribed.number}/"
    assert "It goes on by itself on" in text_of(client.get(url))
    asked = client.get(f"{url}subscription/cancel/")
    assert "You keep what you have paid for" in text_of(asked)
    assert "cancel_subscription" not in account.calls
    told = client.post(f"{url}subscription/cancel/", follow=True)
    assert told.redirect_chain == [(url, 302)]
    assert "You have cancelled it. It ends on" in text_of(told)
    assert "Open to you until" in text_of(told)
    assert "Cancel the subscription" not in text_of(told)
    # Twice is once.
    assert client.post(f"{url}subscription/cancel/")["Location"] == url
    assert account.calls.count("cancel_subscription") == 1
    assert AccessGrant.objects.active(clock.now()).exists()


def test_the_card_is_changed_at_stripe(account: Account, subscribed: Order) -> None:
    client, url = client_of(subscribed.user), f"/orders/{subscribed.number}/"
    assert client.get(f"{url}subscription/card/").status_code == 405
    gone = client.post(f"{url}subscription/card/")
    assert gone["Location"].startswith("https://billing.example.org/cus_")
    assert gone["Location"].endswith(f"{project.BASE_URL}{url}")


def test_a_failed_renewal_says_to_look_at_the_card(account: Account, subscribed: Order) -> None:
    """Seen to fail: the page began with “Thank you: this order is paid”, and told no day."""
    account.renew(subscribed.subscription.stripe_id, paid=False)
    fulfilment.refresh(subscribed)
    said = text_of(client_of(subscribed.user).get(f"/orders/{subscribed.number}/"))
    assert "This subscription is not paid Your last payment failed. Please look" in said
    assert said.count("Change the card") == 1
    assert "Open to you until" in said
    assert "Thank you" not in said
    assert "Renewal failed" in text_of(client_of(subscribed.user).get("/orders/"))


@pytest.mark.parametrize(
    ("dispute", "said"),
    [("needs_response", "The payment is in question"), ("lost", "The payment was taken back")],
)
def test_a_page_does_not_thank_for_what_the_bank_asks_back(
    account: Account, dispute: str, said: str
) -> None:
    """Seen to fail: it began with “Thank you: this order is paid”."""
    order = bought(account)
    account.dispute(Payment.objects.get(order=order).stripe_id, dispute)
    fulfilment.refresh(order)
    told = text_of(client_of(order.user).get(f"/orders/{order.number}/"))
    assert said in told
    assert "Thank you" not in told


def test_what_a_subscription_costs_after_the_coupon_is_told(account: Account) -> None:
    """Seen to fail: the cart told the cheaper first payment only."""
    shop.coupon("SUMMER", percent=50)
    offer = shop.offer(kind="subscription", interval="month", prices={"EUR": 900})
    buyer = shop.buyer()
    client = client_of(buyer)
    client.post(f"/cart/add/{offer.pk}/")
    assert "Then" not in text_of(client.get("/cart/"))
    sent = client.post("/cart/code/", {"code": "summer"})
    assert sent["Location"] == "/cart/#cart-total"
    assert "To pay €4.50 Then €9.00 a month." in text_of(client.get("/cart/"))
    client.post("/checkout/")
    order = Order.objects.get()
    account.subscribe(order)
    fulfilment.refresh(order)
    assert ", for €9.00." in text_of(client.get(f"/orders/{order.number}/"))


@pytest.mark.parametrize("end", ["subscription/cancel/", "subscription/card/"])
def test_what_was_paid_once_has_no_subscription_to_end(account: Account, end: str) -> None:
    order = bought(account)
    url = f"/orders/{order.number}/"
    with measure.nothing_changes(RECORDS):
        assert client_of(order.user).post(f"{url}{end}")["Location"] == url


def test_when_stripe_is_down_a_subscription_goes_on(
    account: Account, subscribed: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise TemporaryFailure("down")

    for name in ("cancel_subscription", "portal_url"):
        monkeypatch.setattr(account, name, down)
    client, url = client_of(subscribed.user), f"/orders/{subscribed.number}/"
    for end in ("subscription/cancel/", "subscription/card/"):
        told = client.post(f"{url}{end}", follow=True)
        assert "This cannot be done just now." in text_of(told)
    subscribed.subscription.refresh_from_db()
    assert not subscribed.subscription.ends_with_period


def test_a_paid_order_leads_straight_into_its_one_course(account: Account) -> None:
    order = shop.bought(account)
    client = Client()
    client.force_login(order.user)
    course = order.lines.get().courses.get().course
    page = client.get(order.get_absolute_url()).text
    assert f'<a class="btn" href="{course.get_absolute_url()}">To your course' in page
    second = shop.ordered(shop.offer(shop.course(), shop.course()), user=order.user)
    account.pay(second)
    fulfilment.refresh(second)
    assert "To your course" not in client.get(second.get_absolute_url()).text


@pytest.mark.parametrize("path", ["/cart/", "/orders/", "/checkout/cancelled/"])
def test_what_is_somebodys_own_in_the_shop_speaks_their_language(client: Client, path: str) -> None:
    assert 'dir="ltr"' in client.get(path, follow=True).content.decode()
    client.force_login(UserFactory(language="ar"))
    answer = client.get(path, follow=True)
    assert answer["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl">' in answer.content.decode()
