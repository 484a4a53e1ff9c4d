"""Payment intents, charges, refunds and disputes."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from integrations.stripe.standin.catalogue import currency_of, metadata
from integrations.stripe.standin.objects import Thing, list_of, new_id
from integrations.stripe.standin.refusal import Refusal, declined
from integrations.stripe.standin.routing import listing, retrieve, route

if TYPE_CHECKING:
    from integrations.stripe.standin.account import StandIn

DEBIT_DAYS = 3
DAY = 86_400
REFUND_FEE_REASON = "expired_or_canceled_card"
# What becomes of a payment with Stripe's own test methods; anything else just pays.
OUTCOMES = {
    "pm_card_chargeDeclined": "declined",
    "tok_chargeDeclined": "declined",
    "pm_card_chargeCustomerFail": "declined",
    "tok_chargeCustomerFail": "declined",
    "pm_card_createDispute": "dispute",
    "pm_card_createDisputeInquiry": "inquiry",
    "AT611904300234573201": "debit",
    "IT60X0542811101000000123456": "debit_fails",
}

retrieve("payment_intent", "/v1/payment_intents/{}", "PaymentIntentRetrieveParams")
listing("payment_intent", "/v1/payment_intents", "PaymentIntentListParams", "customer")
retrieve("charge", "/v1/charges/{}", "ChargeRetrieveParams")
listing("charge", "/v1/charges", "ChargeListParams", "customer", "payment_intent")
retrieve("refund", "/v1/refunds/{}", "RefundRetrieveParams")
listing("refund", "/v1/refunds", "RefundListParams", "charge", "payment_intent")
retrieve("dispute", "/v1/disputes/{}", "DisputeRetrieveParams")
listing("dispute", "/v1/disputes", "DisputeListParams", "charge", "payment_intent")
retrieve("payment_method", "/v1/payment_methods/{}", "PaymentMethodRetrieveParams")


@route("POST", "/v1/payment_methods", "PaymentMethodCreateParams")
def create_method(account: "StandIn", params: Thing) -> Thing:
    kind = params.get("type", "card")
    source = params.get("card", {}).get("token") or params.get("sepa_debit", {}).get("iban", "")
    return account.add(
        "payment_method", type=kind, billing_details=params.get("billing_details", {}),
        metadata=metadata(params), _outcome=OUTCOMES.get(source, "card"),
        **{kind: {"last4": source[-4:] if kind != "card" else "4242"}},
    )  # fmt: skip


@route("POST", "/v1/payment_methods/{}/attach", "PaymentMethodAttachParams")
def attach_method(account: "StandIn", params: Thing, method_id: str) -> Thing:
    customer = account.get("customer", params["customer"])
    made = account.add(
        "payment_method", type="card", card={"last4": "4242"}, billing_details={},
        customer=customer["id"], _outcome=OUTCOMES.get(method_id, "card"),
    )  # fmt: skip
    customer["_card"] = made["id"]
    return made


def outcome_of(account: "StandIn", method: str) -> str:
    known = account.held.get("payment_method", {}).get(method)
    return str(known["_outcome"]) if known else OUTCOMES.get(method, "card")


@route("POST", "/v1/payment_intents", "PaymentIntentCreateParams")
def create_intent(account: "StandIn", params: Thing) -> Thing:
    if params["amount"] < 1:
        raise Refusal("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    made = intent(
        account, params["amount"], currency_of(params, "currency"), params.get("customer"),
        metadata(params), description=params.get("description"),
        receipt_email=params.get("receipt_email"),
    )  # fmt: skip
    if params.get("confirm"):
        how = outcome_of(account, params.get("payment_method", ""))
        if charge(account, made, how) == "failed":
            raise declined(payment_intent=made)
    return made


def intent(
    account: "StandIn",
    amount: int,
    currency: str,
    customer: str | None,
    about: Thing,
    **more: object,
) -> Thing:
    made = account.add(
        "payment_intent", amount=amount, currency=currency, customer=customer, metadata=about,
        status="requires_payment_method", amount_received=0, amount_capturable=0,
        capture_method="automatic_async", confirmation_method="automatic",
        payment_method_types=["card"], client_secret=f"{new_id('payment_intent')}_secret",
        amount_details={"tip": {}}, **more,
    )  # fmt: skip
    account.emit("payment_intent.created", made)
    return made


def charge(account: "StandIn", paid: Thing, how: str) -> str:
    """Ask for the money; the status of the charge: succeeded, pending or failed."""
    status = {"declined": "failed", "debit": "pending", "debit_fails": "pending"}.get(
        how, "succeeded"
    )
    kind = "sepa_debit" if status == "pending" else "card"
    customer = account.held.get("customer", {}).get(paid["customer"] or "", {})
    made = account.add(
        "charge", amount=paid["amount"], amount_captured=0, amount_refunded=0,
        currency=paid["currency"], customer=paid["customer"], metadata=dict(paid["metadata"]),
        payment_intent=paid["id"], status=status, paid=False, captured=False,
        description=paid["description"], receipt_email=paid["receipt_email"],
        payment_method=new_id("payment_method"),
        payment_method_details={"type": kind, kind: {"last4": "4242"}},
        billing_details={
            "address": None, "email": customer.get("email"), "name": customer.get("name"),
            "phone": None, "tax_id": None,
        },
        fraud_details={},
    )  # fmt: skip
    paid |= {"latest_charge": made["id"], "payment_method": made["payment_method"]}
    paid["payment_method_types"] = [kind]
    if status == "failed":
        _fail(account, paid, made)
    elif status == "pending":
        paid |= {"status": "processing", "_settles_at": account.now() + DEBIT_DAYS * DAY}
        paid["_bounces"] = how == "debit_fails"
        account.emit("charge.pending", made)
        account.emit("payment_intent.processing", paid)
    else:
        _succeed(account, paid, made)
        if how in {"dispute", "inquiry"}:
            dispute(account, paid["id"], inquiry=how == "inquiry")
    return status


def _succeed(account: "StandIn", paid: Thing, made: Thing) -> None:
    made |= {"status": "succeeded", "paid": True, "captured": True}
    made["amount_captured"] = made["amount"]
    made["receipt_url"] = f"{account.base}/receipts/{made['id']}"
    made["outcome"] = {
        "advice_code": None, "network_advice_code": None, "network_decline_code": None,
        "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
        "seller_message": "Payment complete.", "type": "authorized",
    }  # fmt: skip
    paid |= {"status": "succeeded", "amount_received": paid["amount"], "last_payment_error": None}
    account.emit("charge.succeeded", made)
    account.emit("payment_intent.succeeded", paid)


def _fail(account: "StandIn", paid: Thing, made: Thing) -> None:
    message = "Your card was declined." if paid["status"] != "processing" else "The debit bounced."
    made |= {"status": "failed", "failure_code": "card_declined", "failure_message": message}
    paid |= {
        "status": "requires_payment_method",
        "last_payment_error": {
            "type": "card_error", "code": "card_declined", "message": message,
            "charge": made["id"], "decline_code": "generic_decline",
        },
    }  # fmt: skip
    account.emit("charge.failed", made)
    account.emit("payment_intent.payment_failed", paid)


def due(account: "StandIn") -> Iterator[tuple[int, Callable[[], object]]]:
    for one in account.all("payment_intent"):
        if one["status"] == "processing":
            yield one["_settles_at"], partial(settle, account, one["id"], not one["_bounces"])


def settle(account: "StandIn", intent_id: str, arrives: bool) -> None:
    """A debit that is on its way arrives, or bounces."""
    from integrations.stripe.standin import checkout

    paid = account.get("payment_intent", intent_id)
    if paid["status"] != "processing":
        raise Refusal("Nothing is on its way.")
    made = account.get("charge", paid["latest_charge"])
    (_succeed if arrives else _fail)(account, paid, made)
    checkout.settled(account, paid, arrives)


# --- Refunds


@route("POST", "/v1/refunds", "RefundCreateParams")
def create_refund(account: "StandIn", params: Thing) -> Thing:
    if "payment_intent" in params:
        paid = account.get("payment_intent", params["payment_intent"])
        charged = account.held.get("charge", {}).get(paid["latest_charge"] or "")
    elif "charge" in params:
        charged = account.get("charge", params["charge"])
    else:
        raise Refusal("One of the following params should be provided: payment_intent or charge.")
    if charged is None or charged["status"] != "succeeded":
        raise Refusal("This PaymentIntent does not have a successful charge to refund.")
    left = charged["amount"] - charged["amount_refunded"]
    amount = params.get("amount", left)
    if any(not one["is_charge_refundable"] for one in _disputes_of(account, charged)):
        raise Refusal("The charge has been disputed.", code="charge_disputed")
    if left <= 0:
        raise Refusal(
            f"Charge {charged['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount < 1:
        raise Refusal("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refusal(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    made = account.add(
        "refund", amount=amount, currency=charged["currency"], charge=charged["id"],
        payment_intent=charged["payment_intent"], reason=params.get("reason"),
        metadata=metadata(params), status="pending", customer=charged["customer"],
    )  # fmt: skip
    charged["amount_refunded"] += amount
    charged["refunded"] = charged["amount_refunded"] == charged["amount"]
    wanted = account.faults.refunds
    if wanted == "succeeded":
        made["status"] = "succeeded"
    account.emit("refund.created", made)
    account.emit("charge.refunded", charged)
    if wanted == "failed":
        settle_refund(account, made["id"], arrives=False)
    return made


def settle_refund(account: "StandIn", refund_id: str, *, arrives: bool) -> None:
    """Money that is on its way back arrives, or comes back to us: as late as days after."""
    made = account.get("refund", refund_id)
    if made["status"] == "failed" or (arrives and made["status"] == "succeeded"):
        raise Refusal("It is settled.")
    previous = {"status": made["status"]}
    if arrives:
        made["status"] = "succeeded"
    else:
        made |= {"status": "failed", "failure_reason": REFUND_FEE_REASON}
        charged = account.get("charge", made["charge"])
        charged["amount_refunded"] -= made["amount"]
        charged["refunded"] = False
        account.emit("refund.failed", made)
    account.emit("refund.updated", made, previous)
    account.emit("charge.refund.updated", made, previous)


def refunds_of(account: "StandIn", charged: Thing) -> Thing:
    rows = [one for one in account.all("refund") if one["charge"] == charged["id"]]
    return list_of(rows[::-1], f"/v1/charges/{charged['id']}/refunds")


# --- Disputes


def dispute(account: "StandIn", intent_id: str, *, inquiry: bool = False) -> Thing:
    """The buyer's bank asks: for the money back, or (an inquiry) only why."""
    paid = account.get("payment_intent", intent_id)
    charged = account.get("charge", paid["latest_charge"])
    if charged["status"] != "succeeded" or _disputes_of(account, charged):
        raise Refusal("This charge cannot be disputed.")
    charged["disputed"] = True
    made = account.add(
        "dispute", amount=charged["amount"], currency=charged["currency"], charge=charged["id"],
        payment_intent=paid["id"], reason="product_not_received", balance_transactions=[],
        status="warning_needs_response" if inquiry else "needs_response",
        is_charge_refundable=inquiry,
        evidence_details={
            "due_by": account.now() + 7 * DAY, "has_evidence": False, "past_due": False,
            "submission_count": 0, "submission_method": "not_submitted", "enhanced_eligibility": {},
        },
    )  # fmt: skip
    account.emit("charge.dispute.created", made)
    if not inquiry:
        account.emit("charge.dispute.funds_withdrawn", made)
    return made


def _disputes_of(account: "StandIn", charged: Thing) -> list[Thing]:
    """Those that are not settled in our favour."""
    rows = [one for one in account.all("dispute") if one["charge"] == charged["id"]]
    return [one for one in rows if one["status"] not in {"won", "warning_closed"}]


def close_dispute(account: "StandIn", dispute_id: str, status: str) -> Thing:
    """`status`: under_review goes on; won, lost and warning_closed end it."""
    made = account.get("dispute", dispute_id)
    if made["status"] in {"won", "lost", "warning_closed"}:
        raise Refusal("This dispute is closed.")
    if status not in {"won", "lost", "warning_closed", "under_review", "needs_response"}:
        raise Refusal("Invalid status", param="status")
    previous = {"status": made["status"]}
    escalated = status == "needs_response" and made["status"].startswith("warning")
    made |= {"status": status, "is_charge_refundable": False}
    account.emit("charge.dispute.updated", made, previous)
    if escalated:
        account.emit("charge.dispute.funds_withdrawn", made)
    if status == "won":
        account.emit("charge.dispute.funds_reinstated", made)
    if status in {"won", "lost", "warning_closed"}:
        account.emit("charge.dispute.closed", made)
    return made


@route("POST", "/v1/disputes/{}/close", "DisputeCloseParams")
def accept_dispute(account: "StandIn", _params: Thing, dispute_id: str) -> Thing:
    return close_dispute(account, dispute_id, "lost")
