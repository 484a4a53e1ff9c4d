"""Checkout sessions: what is to be paid, and the buyer's answer."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from integrations.stripe.least import least
from integrations.stripe.standin import billing, catalogue, payments
from integrations.stripe.standin.catalogue import metadata
from integrations.stripe.standin.objects import Thing, list_of, new_id, page
from integrations.stripe.standin.reckoning import rounded, spread
from integrations.stripe.standin.refusal import Refusal, declined
from integrations.stripe.standin.routing import listing, retrieve, route
from integrations.stripe.standin.validation import missing

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60
MOST_LINES = 100
# The smallest amounts that Stripe takes, in minor units; elsewhere we do not know.

retrieve("checkout.session", "/v1/checkout/sessions/{}", "checkout.SessionRetrieveParams")
listing(
    "checkout.session", "/v1/checkout/sessions", "checkout.SessionListParams",
    "customer", "payment_intent", "subscription", "status",
)  # fmt: skip


@route("POST", "/v1/checkout/sessions", "checkout.SessionCreateParams")
def create(account: "StandIn", params: Thing) -> Thing:
    mode = params.get("mode", "payment")
    _check(account, params, mode)
    lines = [
        _line(account, line, f"line_items[{at}]") for at, line in enumerate(params["line_items"])
    ]
    _check_lines(lines, mode)
    coupons = [_coupon(account, one) for one in params.get("discounts", [])]
    now = account.now()
    about = params.get("subscription_data" if mode == "subscription" else "payment_intent_data", {})
    made = account.add(
        "checkout.session", mode=mode, status="open", currency=lines[0]["currency"],
        customer=params.get("customer"), customer_email=params.get("customer_email"),
        client_reference_id=params.get("client_reference_id"), metadata=metadata(params),
        success_url=params["success_url"], cancel_url=params.get("cancel_url"),
        allow_promotion_codes=params.get("allow_promotion_codes"),
        expires_at=params.get("expires_at", now + LONGEST), ui_mode="hosted_page",
        payment_method_types=params.get("allowed_payment_method_types", ["card", "sepa_debit"]),
        automatic_tax={
            "enabled": params.get("automatic_tax", {}).get("enabled", False), "liability": None,
            "provider": None, "status": None,
        },
        customer_details=_buyer(account, params), payment_method_options={},
        phone_number_collection={"enabled": False}, custom_text={}, custom_fields=[],
        shipping_options=[], discounts=[], payment_status="unpaid",
        _lines=lines, _about={"metadata": metadata(about)} | {
            "receipt_email": about.get("receipt_email"), "description": about.get("description"),
        },
    )  # fmt: skip
    for coupon, code in coupons:
        _discount(made, coupon, code)
    reckon(account, made)
    if least(made["currency"].upper()) > made["amount_total"] > 0:
        del account.held["checkout.session"][made["id"]]
        raise Refusal(
            "The Checkout Session's total amount due is below the smallest that can be charged.",
            code="amount_too_small",
        )
    made["url"] = f"{account.base}/c/pay/{made['id']}"
    return made


def _check(account: "StandIn", params: Thing, mode: str) -> None:
    """The rules between fields that the types do not tell."""
    if mode == "setup":
        raise Refusal("This stand-in knows no mode setup.", param="mode")
    for name in ("success_url", "line_items"):
        if not params.get(name):
            raise missing(name)
    for name in ("success_url", "cancel_url"):
        if params.get(name) and not params[name].startswith(("http://", "https://")):
            raise Refusal("Not a valid URL", code="url_invalid", param=name)
    if params.get("ui_mode", "hosted_page") not in {"hosted_page", "hosted"}:
        raise Refusal("This stand-in hosts its pages.", param="ui_mode")
    other = {"payment": "subscription_data", "subscription": "payment_intent_data"}[mode]
    if other in params:
        raise Refusal(f"You can not pass `{other}` in `{mode}` mode.", param=other)
    for one, another in (
        ("allow_promotion_codes", "discounts"),
        ("customer", "customer_email"),
    ):
        if params.get(one) and params.get(another):
            raise Refusal(f"You may only specify one of these parameters: {one}, {another}.")
    if len(params.get("discounts") or []) > 1:
        raise Refusal("You can only apply one discount.", param="discounts")
    if len(params["line_items"]) > MOST_LINES:
        raise Refusal(f"At most {MOST_LINES} line items.", param="line_items")
    if len(params.get("client_reference_id") or "") > 200:
        raise Refusal("At most 200 characters.", param="client_reference_id")
    if params.get("customer"):
        account.get("customer", params["customer"])
    elif params.get("customer_update"):
        raise Refusal("`customer_update` needs a `customer`.", param="customer_update")
    lasts = params.get("expires_at", account.now() + LONGEST) - account.now()
    if not SHORTEST - 5 <= lasts <= LONGEST + 5:
        raise Refusal(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            param="expires_at",
        )
    if (
        params.get("automatic_tax", {}).get("enabled")
        and params.get("customer")
        and params.get("customer_update", {}).get("address") != "auto"
    ):
        raise Refusal(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add "
            "one, or set `customer_update[address]` to 'auto'.",
            code="customer_tax_location_invalid",
        )


def _line(account: "StandIn", line: Thing, path: str) -> Thing:
    if ("price" in line) == ("price_data" in line):
        raise missing(f"{path}[price]")
    quantity = line.get("quantity")
    if quantity is None:
        raise missing(f"{path}[quantity]")
    if quantity < 1:
        raise Refusal("Invalid positive integer", param=f"{path}[quantity]")
    price = (
        account.get("price", line["price"])
        if "price" in line
        else catalogue.price(account, line["price_data"], f"{path}[price_data]")
    )
    return {
        "id": new_id("item"),
        "object": "item",
        "adjustable_quantity": None,
        "currency": price["currency"],
        "description": account.get("product", price["product"])["name"],
        "discounts": None,
        "metadata": metadata(line),
        "price": price,
        "quantity": quantity,
        "taxes": None,
        "amount_subtotal": price["unit_amount"] * quantity,
    }


def _check_lines(lines: list[Thing], mode: str) -> None:
    if len({line["currency"] for line in lines}) > 1:
        raise Refusal("All line items must have the same currency.", param="line_items")
    recurring = [line["price"]["recurring"] for line in lines if line["price"]["recurring"]]
    if recurring and mode == "payment":
        raise Refusal(
            "You must provide at least one one-time price in `payment` mode, and no recurring one.",
            param="line_items",
        )
    if mode == "subscription" and not recurring:
        raise Refusal(
            "You must provide at least one recurring price in `subscription` mode.",
            param="line_items",
        )
    if len({(one["interval"], one["interval_count"]) for one in recurring}) > 1:
        raise Refusal("All recurring prices must have the same interval.", param="line_items")


def _coupon(account: "StandIn", asked: Thing) -> tuple[Thing, str | None]:
    if ("coupon" in asked) == ("promotion_code" in asked):
        raise Refusal("One of coupon and promotion_code is required.", param="discounts[0]")
    if "coupon" in asked:
        return catalogue.usable_coupon(account, asked["coupon"], "discounts[0][coupon]"), None
    code = account.get("promotion_code", asked["promotion_code"])
    coupon = catalogue.usable_coupon(account, code["promotion"]["coupon"], "discounts[0]")
    return coupon, code["id"]


def _discount(session: Thing, coupon: Thing, code: str | None) -> None:
    if coupon["amount_off"] is not None and coupon["currency"] != session["currency"]:
        raise Refusal("The coupon is for another currency.", param="discounts[0][coupon]")
    session["discounts"] = [{"coupon": coupon["id"], "promotion_code": code}]
    session["_coupon"] = coupon


def reckon(account: "StandIn", session: Thing) -> None:
    """Discount and tax, spread over the lines: exact, and no line below zero."""
    lines = session["_lines"]
    percent = account.tax_percent if session["automatic_tax"]["enabled"] else 0
    discounts = spread(session.get("_coupon"), [line["amount_subtotal"] for line in lines])
    for line, discount in zip(lines, discounts, strict=True):
        net = line["amount_subtotal"] - discount
        tax = rounded(net * percent, 100)
        line |= {"amount_discount": discount, "amount_tax": tax, "amount_total": net + tax}
    total = {
        name: sum(line[f"amount_{name}"] for line in lines)
        for name in ("subtotal", "discount", "tax", "total")
    }
    session |= {
        "amount_subtotal": total["subtotal"],
        "amount_total": total["total"],
        "total_details": {
            "amount_discount": total["discount"],
            "amount_shipping": 0,
            "amount_tax": total["tax"],
        },
    }
    if session["automatic_tax"]["enabled"]:
        session["automatic_tax"]["status"] = "complete"
    session["payment_status"] = "unpaid" if total["total"] else "no_payment_required"


def _buyer(account: "StandIn", params: Thing) -> Thing | None:
    email = params.get("customer_email")
    name = None
    if params.get("customer"):
        customer = account.get("customer", params["customer"])
        email, name = customer["email"], customer["name"]
    if email is None:
        return None
    return {
        "address": None, "business_name": None, "email": email, "individual_name": name,
        "name": name, "phone": None, "tax_exempt": "none", "tax_ids": [],
    }  # fmt: skip


@route("GET", "/v1/checkout/sessions/{}/line_items", "checkout.SessionListLineItemsParams")
def list_lines(account: "StandIn", params: Thing, session_id: str) -> Thing:
    lines = account.get("checkout.session", session_id)["_lines"]
    return page(lines[::-1], params, f"/v1/checkout/sessions/{session_id}/line_items")


def line_items(account: "StandIn", session: Thing) -> Thing:
    lines = account.get("checkout.session", session["id"])["_lines"]
    return list_of(lines, f"/v1/checkout/sessions/{session['id']}/line_items")


@route("POST", "/v1/checkout/sessions/{}/expire", "checkout.SessionExpireParams")
def expire(account: "StandIn", _params: Thing, session_id: str) -> Thing:
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        raise Refusal(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f'Session has a status of "{session["status"]}".',
            param="session",
        )
    session |= {"status": "expired", "url": None}
    account.emit("checkout.session.expired", session)
    return session


def due(account: "StandIn") -> Iterator[tuple[int, Callable[[], object]]]:
    for one in account.all("checkout.session"):
        if one["status"] == "open":
            yield one["expires_at"], partial(expire, account, {}, one["id"])


# --- The buyer's answer


def apply_code(account: "StandIn", session: Thing, typed: str) -> bool:
    """Whether it is one; the session is cheaper then."""
    code = catalogue.promotion_code(account, typed)
    if code is None or not session["allow_promotion_codes"]:
        return False
    try:
        coupon = catalogue.usable_coupon(account, code["promotion"]["coupon"], "code")
        _discount(session, coupon, code["id"])
    except Refusal:
        return False
    reckon(account, session)
    return True


def pay(account: "StandIn", session: Thing, how: str) -> bool:
    """Whether the buyer is done: False where the card was declined, and may try again.

    `how`: card, declined, debit, debit_fails, dispute, inquiry.
    """
    if session["status"] != "open":
        raise Refusal("This page is over.")
    _remember_customer(account, session)
    if session["mode"] == "subscription":
        if how == "declined":
            return False
        billing.start(account, session, how)
    elif session["amount_total"]:
        if session["payment_intent"] is None:
            session["payment_intent"] = payments.intent(
                account, session["amount_total"], session["currency"], session["customer"],
                dict(session["_about"]["metadata"]), description=session["_about"]["description"],
                receipt_email=session["_about"]["receipt_email"],
            )["id"]  # fmt: skip
        paid = account.get("payment_intent", session["payment_intent"])
        paid["amount"] = session["amount_total"]
        status = payments.charge(account, paid, how)
        if status == "failed":
            return False
        session["payment_status"] = "paid" if status == "succeeded" else "unpaid"
    session |= {"status": "complete", "url": None}
    for one in session["discounts"]:
        account.get("coupon", one["coupon"])["times_redeemed"] += 1
        if one["promotion_code"]:
            account.get("promotion_code", one["promotion_code"])["times_redeemed"] += 1
    account.emit("checkout.session.completed", session)
    return True


def _remember_customer(account: "StandIn", session: Thing) -> None:
    """A subscription needs a customer, and the buyer types an address on the page."""
    if session["customer_details"] is None:
        session["customer_details"] = _buyer(account, {"customer_email": "buyer@example.com"})
    if session["customer"] is None and session["mode"] == "subscription":
        email: Any = session["customer_details"]
        session["customer"] = catalogue.create_customer(account, {"email": email["email"]})["id"]


def settled(account: "StandIn", paid: Thing, arrived: bool) -> None:
    """Of the session that a delayed payment belongs to."""
    for session in account.all("checkout.session"):
        if session["payment_intent"] == paid["id"] and session["status"] == "complete":
            session["payment_status"] = "paid" if arrived else "unpaid"
            what = "succeeded" if arrived else "failed"
            account.emit(f"checkout.session.async_payment_{what}", session)


# --- What Stripe's own page asks, undocumented; its command line uses it in its place


@route("GET", "/v1/payment_pages/{}")
def payment_page(account: "StandIn", _params: Thing, session_id: str) -> Thing:
    session = account.get("checkout.session", session_id)
    return {"id": session["id"], "object": "checkout.session", "url": session["url"]}


@route("POST", "/v1/payment_pages/{}/confirm")
def confirm(account: "StandIn", params: Thing, session_id: str) -> Thing:
    session = account.get("checkout.session", session_id)
    if params.get("expected_amount") != str(session["amount_total"]):
        raise Refusal("The amount is another one.", param="expected_amount")
    how = payments.outcome_of(account, params.get("payment_method", ""))
    if not pay(account, session, how):
        raise declined()
    return {"id": session["id"], "object": "checkout.session", "status": session["status"]}
