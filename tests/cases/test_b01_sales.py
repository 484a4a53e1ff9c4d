"""B1 for the till: every address × every role × GET, POST and HTMX, by the table below.

Cells as in `test_b01_who_may_what`; the roles are those of the staff, and a learner. Seen to fail
with `doors.needs` taken from `order_views.refund_whole` and from `people.person`.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from commerce import wagtail_hooks
from commerce.models import Coupon, Offer, OfferCourse, Order, Payment, Price, Refund, StripeEvent
from commerce.services import fulfilment, invoices, seats
from commerce.staff import urls
from core import clock
from core.models import OutboxMessage
from tests.cases import measure
from tests.cases import test_b01_who_may_what as b01
from tests.cases.test_b01_who_may_what import Address, World, measured
from tests.cases.test_b13_mass_assignment import faults
from tests.cases.test_b22_odd_parameters import ODD, odd_bodies, try_it
from tests.factories import commerce as make
from tests.factories.commerce import Account
from tests.integration.commerce.staff import shop

pytestmark = pytest.mark.django_db

RECORDS: tuple[Any, ...] = (
    *measure.RECORDS,
    *(Offer, OfferCourse, Price, Coupon, Order, Payment, Refund, StripeEvent, OutboxMessage),
)
ROLES = ("anonymous", "learner", "Instructor", "Editor", "Marketing", "Support", "Administrator")
ACT = "0123456789abcdef" * 2
NOTE = {"note": "Why", "yes": "1"}
ADDRESSES = {
    "offers": Address("offers:index"),
    "offer results": Address("offers:index_results"),
    "new offer": Address(
        "offers:add", (), {"name": "New", "kind": "one_off", "price_EUR": "5", "course_0": "course"}
    ),
    "edit offer": Address(
        "offers:edit",
        ("offer",),
        {
            **{"name": "Anew", "kind": "one_off", "price_EUR": "5", "course_0": "course"},
            "give_away": "on",
        },
    ),
    "delete offer": Address("offers:delete", ("offer",)),
    "offer history": Address("offers:history", ("offer",)),
    "offer_archive": Address("till:offer_archive", ("offer",)),
    "offer_restore": Address("till:offer_restore", ("archived",)),
    "coupons": Address("coupons:index"),
    "coupon results": Address("coupons:index_results"),
    "new coupon": Address("coupons:add", (), {"code": "NEW", "percent": "5"}),
    "edit coupon": Address("coupons:edit", ("coupon",), {"code": "ANEW", "percent": "5"}),
    "coupon history": Address("coupons:history", ("coupon",)),
    "coupon_batch": Address("till:coupon_batch", (), {"batch": "B", "count": "2", "percent": "5"}),
    "coupon_download": Address("till:coupon_download"),
    "coupon_disable": Address("till:coupon_disable", ("coupon",)),
    "coupon_enable": Address("till:coupon_enable", ("disabled",)),
    "revenue": Address("till:revenue"),
    "orders": Address("commerce_order_modeladmin_index"),
    "order": Address("commerce_order_modeladmin_inspect", ("order",)),
    "payments": Address("commerce_payment_modeladmin_index"),
    "refunds": Address("commerce_refund_modeladmin_index"),
    "access": Address("learning_accessgrant_modeladmin_index"),
    "enrolment": Address("learning_enrolment_modeladmin_inspect", ("enrolment",)),
    "events": Address("commerce_stripeevent_modeladmin_index"),
    "event": Address("commerce_stripeevent_modeladmin_inspect", ("event",)),
    "reconcile": Address("till:reconcile", (), {"days": "7"}),
    "refund": Address(
        "till:refund",
        ("order",),
        {"amount": "1", "left": "2000", "payment": "payment", "reason": "Why", "yes": "1"},
    ),
    "refund_whole": Address("till:refund_whole", ("held",), NOTE),
    "accept": Address("till:accept", ("held",), NOTE),
    "set_aside": Address("till:set_aside", ("flagged",), NOTE),
    "end_subscription": Address("till:end_subscription", ("subscribed",), NOTE),
    "refresh": Address("till:refresh", ("order",), {"yes": "1"}),
    "invoice": Address("till:invoice", ("invoice",)),
    "credit note": Address("till:credit_note", ("credit-note",)),
    "replay": Address("till:replay", ("event",), {"yes": "1"}),
    "people": Address("till:people"),
    "person": Address("till:person", ("person",)),
    "give": Address(
        "till:give", ("person",), {"course": "course", "reason": "Why", "act": ACT, "yes": "1"}
    ),
    "give_list": Address(
        "till:give_list",
        (),
        {"course": "course", "reason": "Why", "act": ACT, "yes": "1", "lines": "address"},
    ),
    "move_end": Address(
        "till:move_end", ("grant",), {"until": "2090-01-01", "reason": "Why", "yes": "1"}
    ),
    "end": Address("till:end", ("grant",), NOTE),
    "courses": Address("commerce_course_chooser:choose"),
    "course results": Address("commerce_course_chooser:choose_results"),
    "course": Address("commerce_course_chooser:chosen", ("course",)),
    "several courses": Address("commerce_course_chooser:chosen_multiple"),
    "priced": Address("commerce_priced_chooser:choose"),
    "priced results": Address("commerce_priced_chooser:choose_results"),
    "priced one": Address("commerce_priced_chooser:chosen", ("offer",)),
    "several priced": Address("commerce_priced_chooser:chosen_multiple"),
}
CHOOSING = ("courses", "course results", "course", "several courses")
PRICED = ("priced", "priced results", "priced one", "several priced")
# What Marketing may, what Support may, what both may not; the Administrator may all of it.
SALES = {"GET": "200", "HX": "200", "POST": "302*", "HXPOST": "302*"}
LOOKED_AT = {"GET": "200", "HX": "200", "POST": "405", "HXPOST": "405"}
SENT = {"GET": "405", "HX": "405", "POST": "302*", "HXPOST": "302*"}
MARKETINGS: dict[str, dict[str, str]] = {
    **dict.fromkeys(("new offer", "edit offer", "delete offer"), SALES),
    **dict.fromkeys(("new coupon", "edit coupon", "coupon_batch"), SALES),
    **dict.fromkeys(("offer_archive", "offer_restore"), SENT),
    **dict.fromkeys(("coupon_disable", "coupon_enable"), SENT),
    **dict.fromkeys(("offers", "offer results", "offer history"), LOOKED_AT),
    **dict.fromkeys(("coupons", "coupon results", "coupon history", "revenue"), LOOKED_AT),
    **dict.fromkeys((*CHOOSING, *PRICED), LOOKED_AT),
    # Without the name of a batch.
    "coupon_download": {"GET": "404", "HX": "404", "POST": "405", "HXPOST": "405"},
}
SUPPORTS: dict[str, dict[str, str]] = {
    **dict.fromkeys(("refund", "refund_whole", "accept", "set_aside", "refresh", "replay"), SALES),
    "end_subscription": SALES,
    **dict.fromkeys(("give", "give_list", "move_end", "end"), SALES),
    **dict.fromkeys(("orders", "order", "payments", "refunds"), LOOKED_AT),
    **dict.fromkeys(("invoice", "credit note"), LOOKED_AT),
    **dict.fromkeys(("access", "enrolment", "events", "event", "people", "person"), LOOKED_AT),
    **dict.fromkeys(CHOOSING, LOOKED_AT),
    "reconcile": {"GET": "200", "HX": "200", "POST": "200*", "HXPOST": "200*"},
}


def cell(name: str, method: str, role: str) -> str:
    """What the rule says of one cell."""
    if role in {"anonymous", "learner"}:
        return "sign-in"
    allowed = {**MARKETINGS, **SUPPORTS}[name][method]
    own = {"Marketing": MARKETINGS, "Support": SUPPORTS}.get(role, {})
    if role == "Administrator" or name in own:
        return allowed
    by_method = ADDRESSES[name].name.startswith("till:")
    return "405" if by_method and allowed == "405" else "denied"


@pytest.fixture
def till(account: Account, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(b01, "RECORDS", RECORDS)
    monkeypatch.setattr(b01, "ROLES", ROLES)
    course = make.course("Knots")
    people = {role: shop.staff(role) for role in ROLES[2:]} | {"learner": make.buyer()}
    person = make.buyer()
    order = shop.paid(account)
    flagged = shop.paid(account)
    Order.objects.filter(pk=flagged.pk).update(attention=Order.Attention.DUPLICATE)
    subscribed = make.ordered(make.offer(kind="subscription", interval="month"))
    account.subscribe(subscribed)
    fulfilment.refresh(subscribed)
    back = Refund.objects.create(
        payment=shop.payment(flagged), key="back", amount_minor=1, status="succeeded",
        at=clock.now(),
    )  # fmt: skip
    note = invoices.credit(back, clock.now())
    assert note is not None
    event = StripeEvent.objects.create(
        event_id="evt_1", type="charge.refunded", created_at=clock.now(),
        received_at=clock.now(), body={}, state="failed",
    )  # fmt: skip
    grant = seats.give(
        user=people["learner"], course=course, until=None, reason="Why", act=ACT,
        by=people["Support"],
    )  # fmt: skip
    things: dict[str, Any] = {
        "course": course.pk,
        "offer": make.offer().pk,
        "archived": make.offer(archived_at=clock.now()).pk,
        "coupon": make.coupon().pk,
        "disabled": make.coupon("OFF", disabled_at=clock.now()).pk,
        "order": order.pk,
        "payment": shop.payment(order).pk,
        "invoice": shop.payment(order).invoice.pk,
        "credit-note": note.pk,
        "held": shop.held(account).pk,
        "flagged": flagged.pk,
        "subscribed": subscribed.pk,
        "event": event.pk,
        "person": person.pk,
        "address": person.email,
        "grant": grant.pk,
        "enrolment": grant.enrolment_id,
    }
    clients = {role: shop.client_of(user) for role, user in people.items()}
    return World({"anonymous": Client()} | clients, things, measure.checksum(RECORDS))


def test_B01_every_address_of_the_till_stands_in_the_table() -> None:
    names = {f"till:{one.name}" for one in urls.urlpatterns if isinstance(one, URLPattern)}
    for viewset in wagtail_hooks.VIEWSETS:
        names |= {viewset.get_url_name(one.name) for one in viewset.get_urlpatterns()}
    known = {address.name for address in ADDRESSES.values()}
    # Wagtail's own, whose door is that of the page beside it.
    beside = {
        f"{name}:{view}" for name in ("offers", "coupons") for view in ("history_results", "usage")
    }
    assert names - known == beside


def test_B01_addresses_of_the_till_answer_each_role_as_the_table_says(till: World) -> None:
    found = measured(till, ADDRESSES, list(b01.METHODS))
    wrong = [
        f"{name} {method} as {role}: {actual}, the table says {cell(name, method, role)}"
        for name, method, *cells in found
        for role, actual in zip(ROLES, cells, strict=True)
        if actual != cell(name, method, role)
    ]
    assert len(found) * len(ROLES) == len(ADDRESSES) * 4 * 7
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["history_results", "usage"])
def test_B01_what_stands_beside_is_as_closed(till: World, name: str) -> None:
    for kind in ("offer", "coupon"):
        url = b01.url_of(Address(f"{kind}s:{name}", (kind,)), till.things)
        for role in ("Instructor", "Editor", "Support"):
            assert till.clients[role].get(url)["Location"] == "/admin/", (url, role)


def test_B12_forms_of_the_till_without_the_token_are_refused_and_reading_writes_nothing(
    till: World,
) -> None:
    """The whole database but sessions and renditions is the same before and after."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = till.clients["Administrator"].cookies
    left_out = {"accounts_session", "assets_rendition"}
    client.get("/admin/")
    before = measure.whole_database(left_out)
    for name, address in ADDRESSES.items():
        url = b01.url_of(address, till.things)
        data = {key: str(till.things.get(one, one)) for key, one in address.data.items()}
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            assert client.post(url, data, **headers).status_code == 403, name  # type: ignore[arg-type]
            answer = client.get(url, **headers)  # type: ignore[arg-type]
            if answer.streaming:
                list(answer)
    assert measure.whole_database(left_out) == before


OFFERED = {
    "new offer": {"description", "interval", "access_days", "on_sale_from", "on_sale_until",
                  "places"},
    "new coupon": {"currency", "starts_at", "ends_at", "limit", "limit_per_customer"},
    "coupon_batch": {"currency", "starts_at", "ends_at"},
    "refund": {"line", "ends_access", "told"},
    "give": {"until"},
    "give_list": {"until", "file"},
}  # fmt: skip
OFFERED |= {"edit offer": OFFERED["new offer"], "edit coupon": OFFERED["new coupon"]}


def test_B13_no_form_of_the_till_takes_a_field_that_it_does_not_offer(
    till: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cases.test_b13_mass_assignment.OFFERED", OFFERED)
    found = []
    for name, address in ADDRESSES.items():
        data = {key: str(till.things.get(one, one)) for key, one in address.data.items()}
        url = b01.url_of(address, till.things)
        found += faults(till.clients["Administrator"], name, url, data)
    assert not found, "\n".join(found)


def test_B14_texts_of_others_are_texts_on_every_page_of_the_till(till: World) -> None:
    script = "<script>alert('till')</script>"
    Offer.objects.update(name=script, description=script)
    Coupon.objects.update(batch=script)
    Order.objects.update(attention_note=script)
    for order in Order.objects.all():
        order.lines.update(name=script)
        type(order.user).objects.filter(pk=order.user_id).update(name=script)
    StripeEvent.objects.update(type=script, last_error=script, body={"said": script})
    client = till.clients["Administrator"]
    for name, address in ADDRESSES.items():
        answer = client.get(b01.url_of(address, till.things))
        if answer.status_code == 200 and not answer.streaming:
            # Choosers answer by JSON: what of it is a page stands under "html".
            is_data = answer["Content-Type"].startswith("application/json")
            page = answer.json().get("html") or "" if is_data else answer.content.decode("latin-1")
            assert script not in page, name


def test_B22_no_odd_value_in_a_form_or_address_of_the_till_is_an_error(
    till: World, full_size: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cases.test_b22_odd_parameters.ALL_RECORDS", RECORDS)
    client = till.clients["Administrator"]
    values = list(ODD[:: full_size("odd values", small=9, full=1)])
    told = []
    for address in ADDRESSES.values():
        url = b01.url_of(address, till.things)
        data = {key: str(till.things.get(one, one)) for key, one in address.data.items()}
        told += [try_it(client, "POST", url, body) for body in odd_bodies(data, values)]
        for name in ("q", "p", "o", "export", "batch", "payment", "kind", "ends_at", "state"):
            told += [
                try_it(client, "GET", f"{url}?{name}={odd}", None)
                for odd in ("%00", "9" * 19, "-1", "%ff", "'%22%25_", "x" * 3000)
            ]
    wrong = sorted({one for one in told if one})
    assert not wrong, "\n".join(wrong)
