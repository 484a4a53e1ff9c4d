"""Objects with all the fields that the SDK's classes name, and how they are listed and expanded."""

import re
import secrets
import string
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import stripe
import stripe.billing_portal
import stripe.checkout

from integrations.stripe.standin.refusal import Refusal

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

Thing = dict[str, Any]
CLASSES: dict[str, Any] = {
    found.OBJECT_NAME: found
    for found in (
        stripe.Charge,
        stripe.Coupon,
        stripe.Customer,
        stripe.Dispute,
        stripe.Event,
        stripe.Invoice,
        stripe.InvoiceItem,
        stripe.InvoiceLineItem,
        stripe.InvoicePayment,
        stripe.LineItem,
        stripe.PaymentIntent,
        stripe.PaymentMethod,
        stripe.Price,
        stripe.Product,
        stripe.PromotionCode,
        stripe.Refund,
        stripe.Subscription,
        stripe.SubscriptionItem,
        stripe.billing_portal.Session,
        stripe.checkout.Session,
    )
}
PREFIXES = {
    "billing_portal.session": "bps_",
    "charge": "ch_",
    "checkout.session": "cs_test_",
    "coupon": "",
    "customer": "cus_",
    "dispute": "du_",
    "event": "evt_",
    "invoice": "in_",
    "invoice_payment": "inpay_",
    "invoiceitem": "ii_",
    "item": "li_",
    "line_item": "il_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "price": "price_",
    "product": "prod_",
    "promotion_code": "promo_",
    "refund": "re_",
    "subscription": "sub_",
    "subscription_item": "si_",
}
# Of every kind of payment method there is a field; only the one that is used is sent.
ONLY_WHEN_SAID = {
    "charge": {"level3", "refunds", "source"},
    "checkout.session": {"line_items"},
    "customer": {"cash_balance", "deleted", "sources", "subscriptions", "tax_ids"},
    "invoice": {"deleted", "payments", "confirmation_secret"},
    "line_item": {"deleted"},
}
KINDS_OF_PAYMENT = "payment_method"
DEEPEST = 4
LETTERS = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """Long enough that nobody guesses it: a session's number opens its payment page."""
    length = 58 if kind == "checkout.session" else 24
    return PREFIXES[kind] + "".join(secrets.choice(LETTERS) for _ in range(length))


def make(kind: str, *, now: int, **fields: Any) -> Thing:
    """A new one: what is not said is null, false, empty."""
    made = {"id": new_id(kind), "object": kind} | {
        name: type(value)() if isinstance(value, dict | list) else value
        for name, value in _blank(kind).items()
        if name not in fields
    }
    if "created" in made:
        made["created"] = now
    return made | fields


@lru_cache(maxsize=100)
def _blank(kind: str) -> Thing:
    left_out = ONLY_WHEN_SAID.get(kind, set()) | {"id", "object", "deleted", "OBJECT_NAME"}
    hints = CLASSES[kind].__annotations__
    if kind == KINDS_OF_PAYMENT:
        hints = {name: hint for name, hint in hints.items() if get_origin(hint) is Union}
    found = {name: _nothing(hint) for name, hint in hints.items() if not name.startswith("_")}
    return {name: value for name, value in found.items() if name not in left_out}


def _nothing(hint: Any) -> Any:
    if get_origin(hint) is Union and NoneType in get_args(hint):
        return None
    if get_origin(hint) is list:
        return []
    simple: dict[Any, Any] = {bool: False, int: 0, str: ""}
    return simple.get(hint, {})


def wire(thing: Any) -> Any:
    """A copy as it is sent: without what we remember for ourselves, under names with a `_`."""
    if isinstance(thing, dict):
        return {name: wire(one) for name, one in thing.items() if not name.startswith("_")}
    return [wire(one) for one in thing] if isinstance(thing, list) else thing


def list_of(rows: list[Thing], url: str, *, has_more: bool = False) -> Thing:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def page(
    rows: Iterable[Thing],
    params: Thing,
    url: str,
    *,
    where: Callable[[Thing], bool] = lambda _: True,
) -> Thing:
    """The newest first, from `starting_after` on; `rows` are in the order of their making."""
    found = [row for row in rows if where(row) and _is_within(row, params.get("created"))][::-1]
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in {row["id"] for row in found}:
            raise Refusal(f"No such object: '{params[name]}'", code="resource_missing", param=name)
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refusal("Invalid limit: from 1 to 100.", param="limit")
    at = {row["id"]: index for index, row in enumerate(found)}
    if "ending_before" in params:
        found = found[: at[params["ending_before"]]]
        return list_of(found[-limit:], url, has_more=len(found) > limit)
    start = at[params["starting_after"]] + 1 if "starting_after" in params else 0
    return list_of(found[start : start + limit], url, has_more=len(found) > start + limit)


def _is_within(row: Thing, asked: Any) -> bool:
    if asked is None:
        return True
    if isinstance(asked, int):
        return bool(row["created"] == asked)
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    return all(tests[name](row["created"], bound) for name, bound in asked.items())


def expand(account: "StandIn", answer: Thing, paths: list[str]) -> Thing:
    """The answer with what the paths name in full instead of as a number."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise Refusal(
                f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}",
                param="expand",
            )
        _expand(account, answer, parts, path)
    return answer


def _expand(account: "StandIn", thing: Thing, parts: list[str], path: str) -> None:
    name, *rest = parts
    if name not in thing:
        included = account.included(thing, name)
        if included is None:
            raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
        thing[name] = included
    value = thing[name]
    if isinstance(value, str) and re.match(r"[a-z]+_\w|[A-Z0-9]{8}$", value):
        value = thing[name] = wire(account.find(value))
    elif isinstance(value, list):
        value = thing[name] = [
            wire(account.find(one)) if isinstance(one, str) else one for one in value
        ]
    elif not rest and (not isinstance(value, dict | None) or value and "object" not in value):
        raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
    if rest:
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                _expand(account, one, rest, path)
