"""Invoices: what a subscription asks for a period, and what pays it."""

from typing import TYPE_CHECKING

from integrations.stripe.standin import payments
from integrations.stripe.standin.catalogue import currency_of, metadata
from integrations.stripe.standin.objects import Thing, list_of, make, page
from integrations.stripe.standin.reckoning import rounded, spread
from integrations.stripe.standin.routing import retrieve, route

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

retrieve("invoice", "/v1/invoices/{}", "InvoiceRetrieveParams")


@route("GET", "/v1/invoices", "InvoiceListParams")
def list_invoices(account: "StandIn", params: Thing) -> Thing:
    wanted = {name: params[name] for name in ("customer", "status") if name in params}
    of = params.get("subscription")
    return page(
        account.all("invoice"),
        params,
        "/v1/invoices",
        where=lambda one: (
            (of is None or subscription_of(one) == of)
            and all(one[name] == value for name, value in wanted.items())
        ),
    )


def subscription_of(invoice: Thing) -> str | None:
    details = (invoice["parent"] or {}).get("subscription_details") or {}
    return details.get("subscription")


def of_subscription(account: "StandIn", of: Thing, reason: str, once: list[Thing]) -> Thing:
    items = of["items"]["data"]
    rows = [(item["price"], item["quantity"]) for item in items]
    rows += [(line["price"], line["quantity"]) for line in once]
    amounts = [each["unit_amount"] * quantity for each, quantity in rows]
    coupon = of["_coupon"]
    if coupon and coupon["duration"] == "once" and reason != "subscription_create":
        coupon = None
    discounts = spread(coupon, amounts)
    nets = [amount - off for amount, off in zip(amounts, discounts, strict=True)]
    tax = sum(rounded(net * of["_tax_percent"], 100) for net in nets)
    period = {"start": items[0]["current_period_start"], "end": items[0]["current_period_end"]}
    lines = [
        make(
            "line_item", now=account.now(), amount=amount, subtotal=amount,
            currency=of["currency"], quantity=quantity, period=period,
            description=f"{quantity} × {account.get('product', each['product'])['name']}",
            metadata=dict(of["metadata"]), subscription=of["id"],
            pricing={
                "type": "price_details", "unit_amount_decimal": str(each["unit_amount"]),
                "price_details": {"price": each["id"], "product": each["product"]},
            },
        )
        for (each, quantity), amount in zip(rows, amounts, strict=True)
    ]  # fmt: skip
    made = _new(
        account, of["customer"], of["currency"], lines, reason, sum(nets), tax,
        parent={
            "type": "subscription_details", "quote_details": None,
            "subscription_details": {"metadata": dict(of["metadata"]), "subscription": of["id"]},
        },
        discount=sum(discounts),
    )  # fmt: skip
    of["latest_invoice"] = made["id"]
    account.emit("invoice.created", made)
    return finalise(account, made)


def _new(
    account: "StandIn", customer: str, currency: str, lines: list[Thing], reason: str, net: int,
    tax: int, *, parent: Thing | None = None, discount: int = 0,
) -> Thing:  # fmt: skip
    buyer = account.get("customer", customer)
    now = account.now()
    total = net + tax
    return account.add(
        "invoice", customer=customer, currency=currency, billing_reason=reason, status="draft",
        collection_method="charge_automatically", customer_email=buyer["email"],
        customer_name=buyer["name"], amount_due=total, amount_remaining=total, total=total,
        subtotal=net + discount, total_excluding_tax=net, subtotal_excluding_tax=net + discount,
        lines=list_of(lines, "/v1/invoices/lines"), parent=parent, period_start=now, period_end=now,
        total_taxes=[{"amount": tax, "tax_behavior": "exclusive"}] if tax else [],
        issuer={"type": "self"}, auto_advance=True, metadata={}, _intent=None,
        status_transitions={
            "finalized_at": None, "marked_uncollectible_at": None, "paid_at": None,
            "voided_at": None,
        },
    )  # fmt: skip


def finalise(account: "StandIn", made: Thing) -> Thing:
    made |= {"status": "open", "number": f"STANDIN-{len(account.held['invoice']):04}"}
    made["hosted_invoice_url"] = f"{account.base}/invoices/{made['id']}"
    made["status_transitions"]["finalized_at"] = account.now()
    account.emit("invoice.finalized", made)
    return made


def pay(account: "StandIn", invoice: Thing, how: str) -> bool:
    """Try to have it paid; whether it is. What a failure leads to is said by the subscription."""
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if invoice["total"]:
        if invoice["_intent"] is None:
            of = subscription_of(invoice)
            invoice["_intent"] = payments.intent(
                account, invoice["total"], invoice["currency"], invoice["customer"],
                {}, description="Subscription" if of else None,
            )["id"]  # fmt: skip
        paid = account.get("payment_intent", invoice["_intent"])
        # Debits count as paid at once here: those that are on their way are for single payments.
        card = how if how in {"declined", "dispute", "inquiry"} else "card"
        if payments.charge(account, paid, card) == "failed":
            return False
    invoice |= {
        "status": "paid", "amount_paid": invoice["total"], "amount_remaining": 0,
        "next_payment_attempt": None,
    }  # fmt: skip
    invoice["status_transitions"]["paid_at"] = account.now()
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)
    return True


def payments_of(account: "StandIn", invoice: Thing) -> Thing:
    """Which payment intent pays an invoice: since 2025 it is said by a list."""
    kept = account.get("invoice", invoice["id"])
    url = f"/v1/invoice_payments?invoice={kept['id']}"
    return list_of([_payment(kept)] if kept["_intent"] else [], url)


def _payment(invoice: Thing) -> Thing:
    paid = invoice["status"] == "paid"
    made = make(
        "invoice_payment", now=invoice["created"], invoice=invoice["id"], is_default=True,
        currency=invoice["currency"], amount_requested=invoice["total"],
        amount_paid=invoice["total"] if paid else None, status="paid" if paid else "open",
        payment={"type": "payment_intent", "payment_intent": invoice["_intent"]},
        status_transitions={
            "paid_at": invoice["status_transitions"]["paid_at"], "canceled_at": None,
        },
    )  # fmt: skip
    return made | {"id": f"inpay_{invoice['id'].removeprefix('in_')}"}


@route("GET", "/v1/invoice_payments", "InvoicePaymentListParams")
def list_payments(account: "StandIn", params: Thing) -> Thing:
    intent = params.get("payment", {}).get("payment_intent")
    rows = [
        _payment(one)
        for one in account.all("invoice")
        if one["_intent"]
        and (intent is None or one["_intent"] == intent)
        and params.get("invoice") in {None, one["id"]}
    ]
    return page(rows, params, "/v1/invoice_payments")


# --- Of their own: Stripe's command line makes some


@route("POST", "/v1/invoiceitems", "InvoiceItemCreateParams")
def create_item(account: "StandIn", params: Thing) -> Thing:
    account.get("customer", params["customer"])
    return account.add(
        "invoiceitem", customer=params["customer"], amount=params.get("amount", 0),
        currency=currency_of(params, "currency"), description=params.get("description"),
        metadata=metadata(params), quantity=1, date=account.now(),
        period={"start": account.now(), "end": account.now()},
    )  # fmt: skip


@route("POST", "/v1/invoices", "InvoiceCreateParams")
def create_invoice(account: "StandIn", params: Thing) -> Thing:
    customer = account.get("customer", params["customer"])
    items = [
        one
        for one in account.all("invoiceitem")
        if one["customer"] == customer["id"] and one["invoice"] is None
    ]
    lines = [
        make(
            "line_item", now=account.now(), amount=one["amount"], subtotal=one["amount"],
            currency=one["currency"], description=one["description"], period=one["period"],
            quantity=1, metadata={},
        )
        for one in items
    ]  # fmt: skip
    currency = items[0]["currency"] if items else "usd"
    total = sum(one["amount"] for one in items)
    made = _new(account, customer["id"], currency, lines, "manual", total, 0)
    for one in items:
        one["invoice"] = made["id"]
    account.emit("invoice.created", made)
    return made
