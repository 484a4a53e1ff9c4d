"""Exact sums: discounts over lines, halves rounded."""

from integrations.stripe.standin.objects import Thing


def spread(coupon: Thing | None, amounts: list[int]) -> list[int]:
    """What a coupon takes off each amount; the last one takes what rounding left."""
    whole = sum(amounts)
    if coupon is None or not whole:
        return [0] * len(amounts)
    if coupon["percent_off"] is not None:
        off = rounded(whole * round(coupon["percent_off"] * 100), 10_000)
    else:
        off = min(coupon["amount_off"], whole)
    shares = [off * amount // whole for amount in amounts]
    shares[-1] += off - sum(shares)
    if shares[-1] > amounts[-1]:
        # Cents that the last line has no room for go to the others.
        over, shares[-1] = shares[-1] - amounts[-1], amounts[-1]
        for at, amount in enumerate(amounts[:-1]):
            more = min(over, amount - shares[at])
            shares[at], over = shares[at] + more, over - more
    return shares


def rounded(value: int, by: int) -> int:
    """Halves away from zero."""
    return (2 * value + by) // (2 * by)
