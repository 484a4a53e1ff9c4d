"""A page for whoever tries things out: what came of payments, and buttons for what comes next."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from integrations.stripe.standin import billing, checkout, payments
from integrations.stripe.standin.currencies import money
from integrations.stripe.standin.objects import Thing
from integrations.stripe.standin.pages import Page, document
from integrations.stripe.standin.refusal import Refusal

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

SHOWN = 30
DAY = 86_400
Act = Callable[["StandIn", str], object]


def answer(account: "StandIn", method: str, path: str, fields: dict[str, str]) -> Page | None:
    """None for what is not the dashboard."""
    if path not in {"/", "/dashboard"}:
        return None
    if method != "POST":
        return Page(_dashboard(account))
    try:
        ACTS[fields["do"]](account, fields.get("of", ""))
    except (Refusal, KeyError) as error:
        return Page(_dashboard(account, str(error)), status=HTTPStatus.BAD_REQUEST)
    return Page(leads_to="/dashboard")


def _card(account: "StandIn", stripe_id: str, how: str) -> None:
    account.get("subscription", stripe_id)["_card"] = how


def _pay_open(account: "StandIn", stripe_id: str) -> None:
    of = account.get("subscription", stripe_id)
    of["_card"] = "card"
    billing.retry(account, account.get("invoice", of["latest_invoice"]))


def _switch_refunds(account: "StandIn", how: str) -> None:
    if how not in {"succeeded", "pending", "failed"}:
        raise Refusal("Unknown")
    account.faults.refunds = how


ACTS: dict[str, Act] = {
    "arrives": lambda account, of: payments.settle(account, of, True),
    "bounces": lambda account, of: payments.settle(account, of, False),
    "dispute": lambda account, of: payments.dispute(account, of),
    "inquiry": lambda account, of: payments.dispute(account, of, inquiry=True),
    "needs_response": lambda account, of: payments.close_dispute(account, of, "needs_response"),
    "won": lambda account, of: payments.close_dispute(account, of, "won"),
    "lost": lambda account, of: payments.close_dispute(account, of, "lost"),
    "warning_closed": lambda account, of: payments.close_dispute(account, of, "warning_closed"),
    "refund": lambda account, of: payments.create_refund(account, {"payment_intent": of}),
    "refund_succeeds": lambda account, of: payments.settle_refund(account, of, arrives=True),
    "refund_fails": lambda account, of: payments.settle_refund(account, of, arrives=False),
    "refunds": _switch_refunds,
    "expire": lambda account, of: checkout.expire(account, {}, of),
    "card_fails": lambda account, of: _card(account, of, "declined"),
    "card_works": lambda account, of: _card(account, of, "card"),
    "pay": _pay_open,
    "cancel": lambda account, of: billing.cancel(account, {}, of),
    "advance": lambda account, days: account.advance(int(days) * DAY),
    "resend": lambda account, of: account.webhooks.send(account.get("event", of)),
    "drop": lambda account, of: setattr(account.faults, "drop", of == "on"),
}


def _button(do: str, of: str, text: str) -> str:
    return (
        '<form method="post" action="/dashboard">'
        f'<input type="hidden" name="of" value="{escape(of)}">'
        f'<button name="do" value="{do}">{text}</button></form> '
    )


def _table(title: str, heads: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return f"<h2>{title}</h2><p>None yet.</p>"
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{one}</td>" for one in row) + "</tr>" for row in rows)
    return (
        f'<h2>{title}</h2><div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _when(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"


def _dashboard(account: "StandIn", problem: str = "") -> str:
    alert = f'<p class="alert" role="alert">{escape(problem)}</p>' if problem else ""
    faults = account.faults
    clock = "".join(
        _button("advance", str(days), text)
        for days, text in ((1, "+1 day"), (3, "+3 days"), (31, "+31 days"), (366, "+366 days"))
    )
    switches = _button("drop", "off" if faults.drop else "on", "Webhooks: " + (
        "lost (switch on)" if faults.drop else "sent (lose them)"
    )) + "".join(
        _button("refunds", how, f"Refunds: {how}" + (" ✓" if faults.refunds == how else ""))
        for how in ("succeeded", "pending", "failed")
    )  # fmt: skip
    body = (
        f'<main class="card wide"><h1>Stand-in for Stripe</h1>{alert}'
        f'<p>Its clock says {_when(account.now())} UTC.</p><div class="row">{clock}</div>'
        f'<p></p><div class="row">{switches}</div>'
        f"{_payments(account)}{_refunds(account)}{_disputes(account)}{_subscriptions(account)}"
        f"{_sessions(account)}{_events(account)}</main>"
    )
    return document("Stand-in for Stripe", body)


def _newest(account: "StandIn", kind: str) -> list[Thing]:
    return account.all(kind)[::-1][:SHOWN]


def _payments(account: "StandIn") -> str:
    rows = []
    for one in _newest(account, "payment_intent"):
        buttons = ""
        if one["status"] == "processing":
            buttons = _button("arrives", one["id"], "Arrives") + _button(
                "bounces", one["id"], "Bounces"
            )
        elif one["status"] == "succeeded":
            buttons = (
                _button("refund", one["id"], "Refund the rest")
                + _button("dispute", one["id"], "Dispute")
                + _button("inquiry", one["id"], "Inquiry")
            )
        rows.append([
            _when(one["created"]), f"<code>{one['id']}</code>",
            money(one["amount"], one["currency"]), one["status"], buttons,
        ])  # fmt: skip
    return _table("Payments", ["Created", "Number", "Amount", "Status", "Next"], rows)


def _refunds(account: "StandIn") -> str:
    rows = []
    for one in _newest(account, "refund"):
        buttons = ""
        if one["status"] == "pending":
            buttons = _button("refund_succeeds", one["id"], "Arrives")
        if one["status"] in {"pending", "succeeded"}:
            buttons += _button("refund_fails", one["id"], "Fails")
        rows.append([
            _when(one["created"]), f"<code>{one['payment_intent']}</code>",
            money(one["amount"], one["currency"]), one["status"], buttons,
        ])  # fmt: skip
    return _table("Refunds", ["Created", "Payment", "Amount", "Status", "Next"], rows)


def _disputes(account: "StandIn") -> str:
    next_ones = {
        "warning_needs_response": [
            ("needs_response", "Becomes a dispute"),
            ("warning_closed", "Is closed"),
        ],
        "needs_response": [("won", "Won"), ("lost", "Lost")],
    }
    rows = [
        [
            _when(one["created"]), f"<code>{one['payment_intent']}</code>",
            money(one["amount"], one["currency"]), one["status"],
            "".join(_button(do, one["id"], text) for do, text in next_ones.get(one["status"], [])),
        ]
        for one in _newest(account, "dispute")
    ]  # fmt: skip
    return _table("Disputes", ["Created", "Payment", "Amount", "Status", "Next"], rows)


def _subscriptions(account: "StandIn") -> str:
    rows = []
    for one in _newest(account, "subscription"):
        buttons = ""
        if one["status"] != "canceled":
            fails = one["_card"] != "card"
            buttons = _button(*(
                ("card_works", one["id"], "Card works again")
                if fails
                else ("card_fails", one["id"], "Card fails from now on")
            ))  # fmt: skip
            if one["status"] == "past_due":
                buttons += _button("pay", one["id"], "Pay with another card")
            buttons += _button("cancel", one["id"], "End now")
        ends = one["items"]["data"][0]["current_period_end"]
        last = " (last)" if one["cancel_at_period_end"] else ""
        rows.append([f"<code>{one['id']}</code>", one["status"], _when(ends) + last, buttons])
    return _table("Subscriptions", ["Number", "Status", "Period ends", "Next"], rows)


def _sessions(account: "StandIn") -> str:
    rows = [
        [
            _when(one["created"]), escape(one["client_reference_id"] or ""),
            money(one["amount_total"], one["currency"]),
            f"{one['status']}, {one['payment_status']}",
            f'<a href="{escape(one["url"])}">Pay</a> ' + _button("expire", one["id"], "Expire")
            if one["status"] == "open"
            else "",
        ]
        for one in _newest(account, "checkout.session")
    ]  # fmt: skip
    return _table("Checkouts", ["Created", "Reference", "Amount", "Status", "Next"], rows)


def _events(account: "StandIn") -> str:
    said: dict[str, str] = {}
    for one in account.webhooks.log:
        said[one.event_id] = f"{one.status or 'no answer'} (try {one.attempt})"
    rows = [
        [
            _when(one["created"]), escape(one["type"]), said.get(one["id"], "not delivered"),
            _button("resend", one["id"], "Send again"),
        ]
        for one in _newest(account, "event")
    ]  # fmt: skip
    return _table("Events", ["Created", "Type", "Delivery", "Next"], rows)
