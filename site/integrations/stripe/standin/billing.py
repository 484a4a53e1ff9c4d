"""Subscriptions, and what happens to them as time goes by."""

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from integrations.stripe.standin import invoices, payments
from integrations.stripe.standin.catalogue import metadata, price
from integrations.stripe.standin.objects import Thing, list_of, make, new_id
from integrations.stripe.standin.refusal import Refusal, declined
from integrations.stripe.standin.routing import listing, retrieve, route

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

DAY = 86_400
# Days after the first failure on which a renewal is tried again; then the subscription ends.
TRIED_AGAIN = (3, 5, 7)

retrieve("subscription", "/v1/subscriptions/{}", "SubscriptionRetrieveParams")
listing("subscription", "/v1/subscriptions", "SubscriptionListParams", "customer", "status")


def start(account: "StandIn", session: Thing, how: str) -> None:
    """What a paid checkout begins; a declined card never comes here."""
    lines = session["_lines"]
    recurring = [line for line in lines if line["price"]["recurring"]]
    once = [line for line in lines if not line["price"]["recurring"]]
    made = create(
        account,
        session["customer"],
        [(line["price"], line["quantity"]) for line in recurring],
        session["_about"]["metadata"],
        tax_percent=account.tax_percent if session["automatic_tax"]["enabled"] else 0,
        coupon=session.get("_coupon"),
    )
    session["subscription"] = made["id"]
    first = invoices.of_subscription(account, made, "subscription_create", once)
    session["invoice"] = first["id"]
    paid = _collect(account, made, first, how)
    session["payment_status"] = "paid" if paid else "unpaid"
    if first["total"] == 0:
        session["payment_status"] = "no_payment_required"


def create(
    account: "StandIn",
    customer: str,
    prices: list[tuple[Thing, int]],
    about: Thing,
    *,
    tax_percent: int = 0,
    coupon: Thing | None = None,
) -> Thing:
    now = account.now()
    made = account.add(
        "subscription", customer=customer, currency=prices[0][0]["currency"], status="incomplete",
        metadata=dict(about), billing_cycle_anchor=now, collection_method="charge_automatically",
        start_date=now, automatic_tax={
            "enabled": bool(tax_percent), "liability": None, "disabled_reason": None,
        },
        billing_mode={"type": "flexible", "flexible": None}, invoice_settings={
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None,
            "issuer": {"type": "self"},
        },
        discounts=[], _card="card", _tax_percent=tax_percent, _coupon=coupon, _failed=0,
    )  # fmt: skip
    ends = after(now, prices[0][0]["recurring"], 1)
    rows = [
        make(
            "subscription_item", now=now, subscription=made["id"], price=each, quantity=quantity,
            current_period_start=now, current_period_end=ends, plan=_plan(each),
        )
        for each, quantity in prices
    ]  # fmt: skip
    made["items"] = list_of(rows, f"/v1/subscription_items?subscription={made['id']}")
    made["_renewals"] = 0
    account.emit("customer.subscription.created", made)
    return made


def _plan(each: Thing) -> Thing:
    return {
        "id": each["id"], "object": "plan", "active": True, "amount": each["unit_amount"],
        "currency": each["currency"], "interval": each["recurring"]["interval"],
        "interval_count": each["recurring"]["interval_count"], "product": each["product"],
        "created": each["created"], "livemode": False, "metadata": {}, "nickname": None,
        "usage_type": "licensed",
    }  # fmt: skip


def after(start: int, recurring: Thing, times: int) -> int:
    """So many intervals on, on the same day of the month, or its last one."""
    begun = datetime.fromtimestamp(start, UTC)
    count = recurring["interval_count"] * times
    if recurring["interval"] in {"day", "week"}:
        return start + count * DAY * (7 if recurring["interval"] == "week" else 1)
    months = count * (12 if recurring["interval"] == "year" else 1)
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    day = min(begun.day, calendar.monthrange(year, month + 1)[1])
    return int(begun.replace(year=year, month=month + 1, day=day).timestamp())


def _collect(account: "StandIn", of: Thing | None, invoice: Thing, how: str) -> bool:
    """Try to have an invoice paid; whether it is."""
    if not invoices.pay(account, invoice, how):
        _failed(account, of, invoice)
        return False
    if of is not None:
        _change(account, of, status="active", _failed=0)
    return True


def _failed(account: "StandIn", of: Thing | None, invoice: Thing) -> None:
    if of is None:
        account.emit("invoice.payment_failed", invoice)
        return
    again = TRIED_AGAIN[of["_failed"]] if of["_failed"] < len(TRIED_AGAIN) else None
    since = invoice["status_transitions"]["finalized_at"]
    invoice["next_payment_attempt"] = None if again is None else since + again * DAY
    account.emit("invoice.payment_failed", invoice)
    _change(account, of, status="past_due", _failed=of["_failed"] + 1)
    if again is None:
        end(account, of, "payment_failed")


def _change(account: "StandIn", of: Thing, **changes: Any) -> None:
    previous = {
        name: of[name]
        for name, value in changes.items()
        if of[name] != value and not name.startswith("_")
    }
    of |= changes
    if previous:
        account.emit("customer.subscription.updated", of, previous)


def end(account: "StandIn", of: Thing, reason: str) -> None:
    of |= {
        "status": "canceled", "ended_at": account.now(),
        "canceled_at": of["canceled_at"] or account.now(),
        "cancellation_details": {"comment": None, "feedback": None, "reason": reason},
    }  # fmt: skip
    account.emit("customer.subscription.deleted", of)


def due(account: "StandIn") -> Iterator[tuple[int, Callable[[], object]]]:
    for one in account.all("subscription"):
        if one["status"] in {"active", "past_due", "trialing"}:
            ends = one["items"]["data"][0]["current_period_end"]
            yield ends, partial(renew, account, one)
    for one in account.all("invoice"):
        if one["status"] == "open" and one["next_payment_attempt"]:
            yield one["next_payment_attempt"], partial(retry, account, one)


def renew(account: "StandIn", of: Thing) -> None:
    if of["cancel_at_period_end"]:
        end(account, of, "cancellation_requested")
        return
    of["_renewals"] += 1
    recurring = of["items"]["data"][0]["price"]["recurring"]
    begins = of["items"]["data"][0]["current_period_end"]
    for item in of["items"]["data"]:
        item["current_period_start"] = begins
        item["current_period_end"] = after(
            of["billing_cycle_anchor"], recurring, of["_renewals"] + 1
        )
    before = of["latest_invoice"]
    invoice = invoices.of_subscription(account, of, "subscription_cycle", [])
    account.emit("customer.subscription.updated", of, {"latest_invoice": before})
    _collect(account, of, invoice, of["_card"])


def retry(account: "StandIn", invoice: Thing) -> bool:
    """Also what a buyer does who types in another card."""
    of = account.get("subscription", invoices.subscription_of(invoice))
    if invoice["status"] != "open" or of["status"] == "canceled":
        raise Refusal("This invoice cannot be paid.")
    invoice["next_payment_attempt"] = None
    return _collect(account, of, invoice, of["_card"])


@route("POST", "/v1/subscriptions", "SubscriptionCreateParams")
def create_directly(account: "StandIn", params: Thing) -> Thing:
    customer = account.get("customer", params["customer"])
    prices = [
        (
            account.get("price", item["price"])
            if "price" in item
            else price(account, item["price_data"], f"items[{at}][price_data]"),
            item.get("quantity", 1),
        )
        for at, item in enumerate(params.get("items", []))
    ]
    if not prices:
        raise Refusal("Missing required param: items.", code="parameter_missing", param="items")
    made = create(account, customer["id"], prices, metadata(params))
    how = payments.outcome_of(account, customer.get("_card", ""))
    _collect(account, made, invoices.of_subscription(account, made, "subscription_create", []), how)
    return made


@route("POST", "/v1/subscriptions/{}", "SubscriptionUpdateParams")
def update(account: "StandIn", params: Thing, subscription_id: str) -> Thing:
    found = account.get("subscription", subscription_id)
    _refuse_ended(found)
    unknown = set(params) - {"cancel_at_period_end", "metadata", "expand"}
    if unknown:
        raise Refusal(f"This stand-in does not change {', '.join(sorted(unknown))}.")
    found["metadata"] |= metadata(params)
    if "cancel_at_period_end" in params:
        ends = params["cancel_at_period_end"]
        at = found["items"]["data"][0]["current_period_end"] if ends else None
        _change(
            account, found, cancel_at_period_end=ends, cancel_at=at,
            canceled_at=account.now() if ends else None,
        )  # fmt: skip
    return found


@route("DELETE", "/v1/subscriptions/{}", "SubscriptionCancelParams")
def cancel(account: "StandIn", _params: Thing, subscription_id: str) -> Thing:
    found = account.get("subscription", subscription_id)
    _refuse_ended(found)
    end(account, found, "cancellation_requested")
    return found


def _refuse_ended(found: Thing) -> None:
    if found["status"] == "canceled":
        raise Refusal(
            f"No such subscription: '{found['id']}'",
            code="resource_missing",
            param="id",
            status=404,
        )


@route("POST", "/v1/invoices/{}/pay", "InvoicePayParams")
def pay_invoice(account: "StandIn", params: Thing, invoice_id: str) -> Thing:
    invoice = account.get("invoice", invoice_id)
    if invoice["status"] not in {"draft", "open"}:
        raise Refusal("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        invoices.finalise(account, invoice)
    owner = invoices.subscription_of(invoice)
    of = account.get("subscription", owner) if owner else None
    how = payments.outcome_of(account, params.get("payment_method", ""))
    if not _collect(account, of, invoice, how):
        raise declined()
    return invoice


@route("POST", "/v1/billing_portal/sessions", "billing_portal.SessionCreateParams")
def create_portal(account: "StandIn", params: Thing) -> Thing:
    customer = account.get("customer", params["customer"])
    stripe_id = new_id("billing_portal.session")
    return account.add(
        "billing_portal.session", id=stripe_id, customer=customer["id"], configuration="bpc_1",
        return_url=params.get("return_url"), url=f"{account.base}/p/session/{stripe_id}",
    )  # fmt: skip
