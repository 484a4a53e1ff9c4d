"""Which parts of a film were played: half-open ranges in whole milliseconds. Pure.

A value is *merged* when its ranges are sorted, not empty, and do not touch.
"""

from collections.abc import Iterable

Range = tuple[int, int]
Ranges = tuple[Range, ...]

MOST_RANGES = 300
"""How many are kept of one film. Above, only what touches a kept range is added."""


def merge(*many: Iterable[Range]) -> Ranges:
    """The union of ranges, merged; the same whatever their order and however often."""
    merged: list[Range] = []
    for start, end in sorted(one for ranges in many for one in ranges if one[0] < one[1]):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def length(merged: Ranges) -> int:
    """How much of the film these cover."""
    return sum(end - start for start, end in merged)


def clip(ranges: Iterable[Range], duration: int) -> Ranges:
    """What of them lies inside the film, merged."""
    return merge((max(start, 0), min(end, duration)) for start, end in ranges)


def without(merged: Ranges, taken: Ranges) -> Ranges:
    """What of `merged` is not in `taken`; both merged."""
    left: list[Range] = []
    index = 0
    for start, end in merged:
        at = start
        while index < len(taken) and taken[index][1] <= at:
            index += 1
        here = index
        while here < len(taken) and taken[here][0] < end:
            if at < taken[here][0]:
                left.append((at, taken[here][0]))
            at = taken[here][1]
            here += 1
        if at < end:
            left.append((at, end))
    return tuple(left)


def clamp(before: Ranges, played: Iterable[Range], *, duration: int, most: int) -> Ranges:
    """`before` and what of `played` is possible: inside the film, `most` milliseconds in all.

    Never less than `before`, which is merged. What is too much is cut from the end of the film.
    """
    added: list[Range] = []
    budget = most - length(before)
    for start, end in without(clip(played, duration), before):
        if budget <= 0:
            break
        added.append((start, min(end, start + budget)))
        budget -= end - start
    watched = merge(before, added)
    if len(watched) <= max(MOST_RANGES, len(before)):
        return watched
    edges = {edge for one in before for edge in one}
    return merge(before, (one for one in added if one[0] in edges or one[1] in edges))
