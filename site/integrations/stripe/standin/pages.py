"""The pages that a buyer sees: where one pays, the receipt, and where one sees to subscriptions."""

import re
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from integrations.stripe.standin import billing, checkout, invoices
from integrations.stripe.standin.currencies import money
from integrations.stripe.standin.objects import Thing
from integrations.stripe.standin.refusal import Refusal
from integrations.stripe.standin.style import STYLE

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

WAYS = {
    "card": ("Pay", "The card is accepted at once."),
    "debit": ("Pay with a delayed method", "A bank debit: it arrives in three days."),
    "debit_fails": ("Pay with a debit that bounces", "It fails in three days."),
    "declined": ("Use a card that is declined", "You stay here and can try again."),
}
DECLINED = "Your card was declined. Try another way to pay."


@dataclass(frozen=True)
class Page:
    """What is shown, or where it leads to."""

    html: str = ""
    leads_to: str = ""
    status: int = HTTPStatus.OK


def answer(account: "StandIn", method: str, path: str, fields: dict[str, str]) -> Page | None:
    """None for what is no page of a buyer."""
    for pattern, view in VIEWS:
        if match := re.fullmatch(pattern, path):
            try:
                return view(account, method, match.group(1), fields)
            except Refusal as error:
                shown = f'<main class="card"><h1>{escape(str(error))}</h1></main>'
                return Page(document("Stand-in", shown), status=error.status)
    return None


def document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        '<header class="notice">A stand-in for Stripe on this machine. No money moves.</header>'
        f"{body}</body></html>"
    )


def _pay(account: "StandIn", method: str, session_id: str, fields: dict[str, str]) -> Page:
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        return _over(session)
    if method != "POST":
        return Page(_payment_page(session))
    if "code" in fields:
        good = checkout.apply_code(account, session, fields["code"])
        return Page(_payment_page(session, "" if good else "This code is invalid."))
    way = fields.get("way", "")
    if way not in WAYS:
        return Page(_payment_page(session), status=HTTPStatus.BAD_REQUEST)
    if not checkout.pay(account, session, way):
        return Page(_payment_page(session, DECLINED))
    return _leave(session)


def _over(session: Thing) -> Page:
    if session["status"] == "complete":
        return _leave(session)
    back = session["cancel_url"] or session["success_url"]
    text = (
        '<main class="card"><h1>This page has expired</h1><p>Nothing was charged.</p>'
        f'<p><a href="{escape(back)}">Back to the shop</a></p></main>'
    )
    return Page(document("Expired", text))


def _leave(session: Thing) -> Page:
    return Page(leads_to=session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _payment_page(session: Thing, problem: str = "") -> str:
    currency = session["currency"]
    rows = "".join(_row(line) for line in session["_lines"])
    totals = session["total_details"]
    sums = [("Subtotal", session["amount_subtotal"])]
    sums += [("Discount", -totals["amount_discount"])] if totals["amount_discount"] else []
    sums += [("Tax", totals["amount_tax"])] if session["automatic_tax"]["enabled"] else []
    summary = "".join(
        f"<div><dt>{name}</dt><dd>{money(amount, currency)}</dd></div>" for name, amount in sums
    )
    total = money(session["amount_total"], currency)
    alert = f'<p class="alert" role="alert">{escape(problem)}</p>' if problem else ""
    back = escape(session["cancel_url"] or session["success_url"])
    who = (session["customer_details"] or {}).get("email")
    paying = f"<p>Paying as <strong>{escape(who)}</strong></p>" if who else ""
    body = (
        '<main class="checkout"><section aria-labelledby="order">'
        f'<p><a href="{back}">← Back to the shop</a></p>'
        f'<h1 id="order">{_verb(session)}</h1><p class="total">{total}</p>'
        f'<ul class="lines">{rows}</ul><dl>{summary}'
        f'<div class="due"><dt>Total due</dt><dd>{total}</dd></div></dl>'
        f"{_code_form(session)}</section>"
        f'<section class="card" aria-labelledby="how"><h2 id="how">How do you want to pay?</h2>'
        f'{alert}{paying}<form method="post">{_buttons(session)}</form></section></main>'
    )
    return document("Checkout", body)


def _verb(session: Thing) -> str:
    return "Subscribe" if session["mode"] == "subscription" else "Pay"


def _row(line: Thing) -> str:
    recurring = line["price"]["recurring"]
    every = f" every {recurring['interval']}" if recurring else ""
    many = f" × {line['quantity']}" if line["quantity"] > 1 else ""
    amount = money(line["amount_subtotal"], line["currency"])
    return f"<li><span>{escape(line['description'])}{many}</span><span>{amount}{every}</span></li>"


def _code_form(session: Thing) -> str:
    if not session["allow_promotion_codes"] or session["discounts"]:
        return ""
    return (
        '<form method="post" class="code"><label for="code">Promotion code</label>'
        '<input id="code" name="code" required maxlength="60" autocomplete="off">'
        "<button>Apply</button></form>"
    )


def _buttons(session: Thing) -> str:
    once = session["mode"] == "payment" and session["amount_total"]
    names = list(WAYS) if once else ["card", "declined"] if session["amount_total"] else ["card"]
    made = []
    for name in names:
        text, hint = WAYS[name]
        if name == "card":
            text = f"{_verb(session)} {money(session['amount_total'], session['currency'])}"
        kind = "primary" if name == "card" else "other"
        made.append(
            f'<button name="way" value="{name}" class="{kind}">{text}</button>'
            f'<p class="hint">{hint}</p>'
        )
    return "".join(made)


def _receipt(account: "StandIn", _method: str, charge_id: str, _fields: dict[str, str]) -> Page:
    charged = account.get("charge", charge_id)
    back = charged["amount_refunded"]
    text = (
        f'<main class="card"><h1>Receipt</h1><p class="total">'
        f"{money(charged['amount'], charged['currency'])}</p>"
        f"<p>{escape(charged['description'] or 'Payment')}: {escape(charged['status'])}</p>"
        + (f"<p>Refunded: {money(back, charged['currency'])}</p>" if back else "")
        + "</main>"
    )
    return Page(document("Receipt", text))


def _portal(account: "StandIn", method: str, portal_id: str, fields: dict[str, str]) -> Page:
    portal = account.get("billing_portal.session", portal_id)
    held = [
        one
        for one in account.all("subscription")
        if one["customer"] == portal["customer"] and one["status"] != "canceled"
    ]
    chosen = next((one for one in held if one["id"] == fields.get("subscription")), None)
    if method == "POST" and chosen is not None:
        ends = fields.get("do") == "cancel"
        if fields.get("do") in {"cancel", "keep"}:
            billing.update(account, {"cancel_at_period_end": ends}, chosen["id"])
        return Page(leads_to=portal["url"])
    rows = "".join(_subscription(account, one) for one in held) or "<li>No subscriptions.</li>"
    back = escape(portal["return_url"] or "/")
    text = (
        f'<main class="card"><p><a href="{back}">← Back to the shop</a></p>'
        f'<h1>Your subscriptions</h1><ul class="lines">{rows}</ul></main>'
    )
    return Page(document("Subscriptions", text))


def _subscription(account: "StandIn", one: Thing) -> str:
    name = account.get("product", one["items"]["data"][0]["price"]["product"])["name"]
    do, text = ("keep", "Keep it") if one["cancel_at_period_end"] else ("cancel", "Cancel")
    return (
        f"<li><span>{escape(name)} ({escape(one['status'])})</span>"
        f'<form method="post"><input type="hidden" name="subscription" value="{one["id"]}">'
        f'<button name="do" value="{do}">{text}</button></form></li>'
    )


def _invoice(account: "StandIn", method: str, invoice_id: str, fields: dict[str, str]) -> Page:
    """What a subscription's buyer is sent to who has to pay by hand."""
    invoice = account.get("invoice", invoice_id)
    if method == "POST" and invoice["status"] == "open":
        of = account.get("subscription", invoices.subscription_of(invoice))
        of["_card"] = "card" if fields.get("way") == "card" else "declined"
        billing.retry(account, invoice)
    failed = "" if invoice["status"] == "paid" or method == "GET" else f"<p>{DECLINED}</p>"
    form = (
        '<form method="post"><button name="way" value="card" class="primary">Pay</button>'
        '<button name="way" value="declined" class="other">Use a card that is declined</button>'
        "</form>"
        if invoice["status"] == "open"
        else ""
    )
    text = (
        f'<main class="card"><h1>Invoice {escape(invoice["number"] or "")}</h1><p class="total">'
        f"{money(invoice['total'], invoice['currency'])}</p>"
        f"<p>{escape(invoice['status'])}</p>{failed}{form}</main>"
    )
    return Page(document("Invoice", text))


VIEWS = [
    (r"/c/pay/(\w+)", _pay),
    (r"/receipts/(\w+)", _receipt),
    (r"/p/session/(\w+)", _portal),
    (r"/invoices/(\w+)", _invoice),
]
