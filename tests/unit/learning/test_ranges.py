"""What was played of a film: unions, and what is possible."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from learning.watching.ranges import MOST_RANGES, Range, clamp, clip, length, merge, without

moments = st.integers(0, 200)
some = st.lists(st.tuples(moments, moments), max_size=12)


def played(ranges: list[Range] | tuple[Range, ...]) -> set[int]:
    """Every millisecond that was played: slow and plain."""
    return {at for start, end in ranges for at in range(start, end)}


@given(some)
def test_merging_keeps_every_moment_once(ranges: list[Range]) -> None:
    merged = merge(ranges)
    assert played(merged) == played(ranges)
    assert length(merged) == len(played(ranges))
    assert all(start < end for start, end in merged)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(merged))
    assert merge(merged) == merged == merge(merged, ranges)


@given(some, some, some)
def test_merging_knows_no_order(a: list[Range], b: list[Range], c: list[Range]) -> None:
    assert merge(a, b) == merge(b, a) == merge(reversed(b), a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge(a, b, c)


@given(some, some)
def test_what_is_left_is_the_difference(a: list[Range], b: list[Range]) -> None:
    left = without(merge(a), merge(b))
    assert played(left) == played(a) - played(b)
    assert merge(left) == left


@given(some, some, st.integers(0, 150), st.integers(0, 300))
def test_clamping_never_shrinks_and_never_exceeds(
    a: list[Range], b: list[Range], duration: int, most: int
) -> None:
    before = clip(a, duration)
    after = clamp(before, b, duration=duration, most=most)
    assert merge(after) == after
    assert played(before) <= played(after) <= played(before) | played(b)
    assert played(after) <= set(range(duration))
    assert length(after) <= max(length(before), most)
    if most >= duration:
        assert played(after) == played(before) | (played(b) & set(range(duration)))


def test_crumbs_do_not_pile_up_and_playing_on_still_counts() -> None:
    crumbs = [(10 * at, 10 * at + 1) for at in range(2 * MOST_RANGES)]
    end = 10 * len(crumbs)
    kept = clamp((), crumbs[:MOST_RANGES], duration=end, most=end)
    assert len(kept) == MOST_RANGES
    assert clamp(kept, crumbs, duration=end, most=end) == kept
    assert length(clamp(kept, [(1, 9)], duration=end, most=end)) == MOST_RANGES + 8
    assert clamp(kept, [(0, end)], duration=end, most=end) == ((0, end),)
