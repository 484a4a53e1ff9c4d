"""Customers, products, prices, coupons and promotion codes."""

import re
from typing import TYPE_CHECKING, Any

from integrations.stripe.standin.currencies import CURRENCIES
from integrations.stripe.standin.objects import Thing
from integrations.stripe.standin.refusal import Refusal, missing
from integrations.stripe.standin.routing import listing, retrieve, route
from integrations.stripe.standin.validation import missing as missing_param

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

MOST_METADATA = 50

retrieve("customer", "/v1/customers/{}", "CustomerRetrieveParams")
listing("customer", "/v1/customers", "CustomerListParams", "email")
retrieve("product", "/v1/products/{}", "ProductRetrieveParams")
retrieve("price", "/v1/prices/{}", "PriceRetrieveParams")
retrieve("coupon", "/v1/coupons/{}", "CouponRetrieveParams")
retrieve("promotion_code", "/v1/promotion_codes/{}", "PromotionCodeRetrieveParams")
listing("promotion_code", "/v1/promotion_codes", "PromotionCodeListParams", "code", "active")


@route("POST", "/v1/customers", "CustomerCreateParams")
def create_customer(account: "StandIn", params: Thing) -> Thing:
    known = {name: params[name] for name in ("email", "name", "description") if name in params}
    made = account.add(
        "customer", metadata=metadata(params), balance=0, tax_exempt="none", preferred_locales=[],
        delinquent=False, invoice_settings=_invoice_settings(params),
        _card=params.get("payment_method", ""), **known,
    )  # fmt: skip
    account.emit("customer.created", made)
    return made


def _invoice_settings(params: Thing) -> Thing:
    asked = params.get("invoice_settings", {})
    return {
        "custom_fields": None,
        "default_payment_method": asked.get("default_payment_method"),
        "footer": None,
        "rendering_options": None,
    }


@route("POST", "/v1/customers/{}", "CustomerUpdateParams")
def update_customer(account: "StandIn", params: Thing, customer_id: str) -> Thing:
    found = account.get("customer", customer_id)
    named = [name for name in ("email", "name", "description") if name in params]
    previous: Thing = {name: found[name] for name in named}
    found |= {name: params[name] or None for name in named}
    found["metadata"] |= metadata(params)
    account.emit("customer.updated", found, previous)
    return found


@route("POST", "/v1/products", "ProductCreateParams")
def create_product(account: "StandIn", params: Thing) -> Thing:
    if not params["name"].strip():
        raise empty("name")
    made = account.add(
        "product", name=params["name"], description=params.get("description"), active=True,
        metadata=metadata(params), type="service", updated=account.now(),
    )  # fmt: skip
    account.emit("product.created", made)
    return made


@route("POST", "/v1/prices", "PriceCreateParams")
def create_price(account: "StandIn", params: Thing) -> Thing:
    made = price(account, params, "")
    account.emit("price.created", made)
    return made


def price(account: "StandIn", params: Thing, path: str) -> Thing:
    """Also of a line that names no price but describes one."""

    def named(name: str) -> str:
        return f"{path}[{name}]" if path else name

    currency = currency_of(params, named("currency"))
    if "unit_amount" not in params:
        raise missing_param(named("unit_amount"))
    if params["unit_amount"] < 0:
        raise Refusal(
            "Invalid non-negative integer", code="parameter_invalid_integer",
            param=named("unit_amount"),
        )  # fmt: skip
    if "product" in params:
        product = account.get("product", params["product"])
    elif "product_data" in params:
        data = params["product_data"]
        if not data["name"].strip():
            raise empty(f"{named('product_data')}[name]")
        product = account.add(
            "product", name=data["name"], description=data.get("description"), active=True,
            metadata=metadata(data), type="service", updated=account.now(),
        )  # fmt: skip
    else:
        raise missing_param(named("product_data"))
    recurring = params.get("recurring")
    return account.add(
        "price", active=True, billing_scheme="per_unit", currency=currency, product=product["id"],
        unit_amount=params["unit_amount"], unit_amount_decimal=str(params["unit_amount"]),
        tax_behavior=params.get("tax_behavior", "unspecified"), metadata=metadata(params),
        type="recurring" if recurring else "one_time",
        recurring=recurring
        and {
            "interval": recurring["interval"],
            "interval_count": recurring.get("interval_count", 1),
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        },
    )  # fmt: skip


@route("POST", "/v1/coupons", "CouponCreateParams")
def create_coupon(account: "StandIn", params: Thing) -> Thing:
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise Refusal("You must pass one of percent_off and amount_off", param="percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise Refusal("Invalid percent_off: above 0, at most 100", param="percent_off")
    if amount is not None and amount < 1:
        raise Refusal("Invalid positive integer", param="amount_off")
    currency = currency_of(params, "currency") if amount is not None else None
    chosen = {"id": params["id"]} if "id" in params else {"id": _code()}
    if chosen["id"] in account.held.get("coupon", {}):
        raise Refusal("Coupon already exists.", code="resource_already_exists", param="id")
    made = account.add(
        "coupon", percent_off=percent, amount_off=amount, currency=currency, valid=True,
        duration=params.get("duration", "once"),
        duration_in_months=params.get("duration_in_months"),
        max_redemptions=params.get("max_redemptions"), metadata=metadata(params),
        name=params.get("name"), redeem_by=params.get("redeem_by"), times_redeemed=0, **chosen,
    )  # fmt: skip
    account.emit("coupon.created", made)
    return made


def _code() -> str:
    from integrations.stripe.standin.objects import new_id

    return new_id("coupon")[:8].upper()


@route("POST", "/v1/promotion_codes", "PromotionCodeCreateParams")
def create_promotion_code(account: "StandIn", params: Thing) -> Thing:
    coupon = params["promotion"].get("coupon")
    if coupon is None:
        raise missing_param("promotion[coupon]")
    account.get("coupon", coupon)
    code = params.get("code") or _code()
    if any(
        one["code"].lower() == code.lower() and one["active"]
        for one in account.all("promotion_code")
    ):
        raise Refusal(f"An active promotion code with `code: {code}` already exists.", param="code")
    made = account.add(
        "promotion_code", code=code, active=params.get("active", True),
        promotion={"type": "coupon", "coupon": coupon},
        max_redemptions=params.get("max_redemptions"), expires_at=params.get("expires_at"),
        metadata=metadata(params), times_redeemed=0,
        restrictions={
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
    )  # fmt: skip
    account.emit("promotion_code.created", made)
    return made


def promotion_code(account: "StandIn", typed: str) -> Thing | None:
    """The one that a buyer typed, if it holds."""
    for one in account.all("promotion_code"):
        if one["code"].lower() == typed.strip().lower() and one["active"]:
            over = one["expires_at"] is not None and one["expires_at"] <= account.now()
            full = one["max_redemptions"] is not None
            full = full and one["times_redeemed"] >= one["max_redemptions"]
            return None if over or full else one
    return None


def usable_coupon(account: "StandIn", coupon_id: str, param: str) -> Thing:
    found = account.held.get("coupon", {}).get(coupon_id)
    if found is None:
        raise missing("coupon", coupon_id)
    full = found["max_redemptions"] is not None
    full = full and found["times_redeemed"] >= found["max_redemptions"]
    over = found["redeem_by"] is not None and found["redeem_by"] <= account.now()
    if full or over:
        raise Refusal(f"Coupon expired: {coupon_id}", code="coupon_expired", param=param)
    return found


def currency_of(params: Thing, param: str) -> str:
    if "currency" not in params:
        raise missing_param(param)
    currency = str(params["currency"])
    if currency.lower() not in CURRENCIES:
        raise Refusal(f"Invalid currency: {currency}", param=param)
    return currency.lower()


def metadata(params: Thing) -> dict[str, Any]:
    given = params.get("metadata") or {}
    if len(given) > MOST_METADATA:
        raise Refusal("You can only have 50 metadata keys", param="metadata")
    for name, value in given.items():
        if len(name) > 40 or not re.fullmatch(r"[^\[\]]+", name):
            raise Refusal("Metadata keys have at most 40 characters", param=f"metadata[{name}]")
        if len(value) > 500:
            raise Refusal("Metadata values have at most 500 characters", param=f"metadata[{name}]")
    return dict(given)


def empty(param: str) -> Refusal:
    return Refusal(
        f"You passed an empty string for '{param}'.", code="parameter_invalid_empty", param=param
    )
