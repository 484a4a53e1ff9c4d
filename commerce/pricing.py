"""What a cart costs, to the smallest unit. Pure: numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """An offer at its price; `covered` tells that the coupon is for it."""

    amount_minor: int
    covered: bool = True


@dataclass(frozen=True)
class Discount:
    """Per cent (1–100) or an amount in the cart's currency: one of them."""

    percent: int | None = None
    amount_minor: int | None = None


@dataclass(frozen=True)
class Quote:
    """`discounts` has one amount for each item, in their order."""

    subtotal_minor: int
    discounts: tuple[int, ...]

    @property
    def discount_minor(self) -> int:
        return sum(self.discounts)

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor - self.discount_minor


def quote(items: Sequence[Item], discount: Discount | None = None) -> Quote:
    """The price of all, less the discount: never below zero, never more than what it covers."""
    subtotal = sum(item.amount_minor for item in items)
    shares = [item.amount_minor if item.covered else 0 for item in items]
    return Quote(subtotal, tuple(spread(_off(sum(shares), discount), shares)))


def _off(covered: int, discount: Discount | None) -> int:
    if discount is None:
        return 0
    if discount.percent is not None:
        # Half a unit goes to the buyer.
        return (covered * min(discount.percent, 100) + 50) // 100
    return min(covered, discount.amount_minor or 0)


def spread(amount: int, shares: Sequence[int]) -> list[int]:
    """The amount over the shares in proportion, by largest remainder: whole units that add up.

    No part is larger than its share as long as the amount is not larger than all of them.
    """
    total = sum(shares)
    if total == 0:
        return [0] * len(shares)
    parts = [amount * share // total for share in shares]
    rest = [amount * share % total for share in shares]
    for index in sorted(range(len(shares)), key=lambda one: -rest[one])[: amount - sum(parts)]:
        parts[index] += 1
    return parts
