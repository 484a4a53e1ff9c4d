"""What is sold, to whom, for how much, and what became of the money."""

from commerce.models.coupons import Coupon, Redemption
from commerce.models.events import StripeEvent
from commerce.models.offers import Offer, OfferCourse, Price
from commerce.models.orders import Customer, Line, LineCourse, Order
from commerce.models.payments import CreditNote, Dispute, Invoice, Payment, Refund
from commerce.models.subscriptions import Subscription

__all__ = [
    "Coupon",
    "CreditNote",
    "Customer",
    "Dispute",
    "Invoice",
    "Line",
    "LineCourse",
    "Offer",
    "OfferCourse",
    "Order",
    "Payment",
    "Price",
    "Redemption",
    "Refund",
    "StripeEvent",
    "Subscription",
]
