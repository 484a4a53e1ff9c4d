"""What a cart costs: exact whatever is in it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.pricing import Discount, Item, quote, spread

amounts = st.integers(min_value=0, max_value=10**9)
items = st.lists(st.builds(Item, amounts, st.booleans()), max_size=20)
discounts = st.one_of(
    st.none(),
    st.builds(Discount, percent=st.integers(1, 100)),
    st.builds(Discount, amount_minor=st.integers(1, 10**10)),
)


@given(items, discounts)
def test_a_quote_adds_up_and_never_gives_more_than_it_covers(
    cart: list[Item], discount: Discount | None
) -> None:
    found = quote(cart, discount)
    assert found.subtotal_minor == sum(item.amount_minor for item in cart)
    assert len(found.discounts) == len(cart)
    for item, off in zip(cart, found.discounts, strict=True):
        assert 0 <= off <= (item.amount_minor if item.covered else 0)
    assert found.total_minor >= 0


@given(items, st.integers(1, 100))
def test_per_cent_are_exact_to_half_a_unit(cart: list[Item], percent: int) -> None:
    covered = sum(item.amount_minor for item in cart if item.covered)
    found = quote(cart, Discount(percent=percent))
    assert abs(found.discount_minor - Fraction(covered * percent, 100)) <= Fraction(1, 2)
    if percent == 100:
        assert found.discount_minor == covered


@given(st.lists(amounts, min_size=1, max_size=20), st.data())
def test_what_is_spread_adds_up_and_is_in_proportion(
    shares: list[int], data: st.DataObject
) -> None:
    total = sum(shares)
    amount = data.draw(st.integers(0, total))
    parts = spread(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert part <= share
        if total:
            assert abs(part - Fraction(amount * share, total)) < 1


@pytest.mark.parametrize(
    ("cart", "discount", "total"),
    [
        ([Item(1999)], None, 1999),
        ([Item(1999)], Discount(percent=10), 1799),
        ([Item(999), Item(1)], Discount(percent=50), 500),
        ([Item(500)], Discount(amount_minor=700), 0),
        ([Item(500), Item(500, covered=False)], Discount(amount_minor=700), 500),
        ([Item(500)], Discount(percent=100), 0),
        ([], Discount(percent=100), 0),
    ],
)
def test_known_carts(cart: list[Item], discount: Discount | None, total: int) -> None:
    assert quote(cart, discount).total_minor == total
