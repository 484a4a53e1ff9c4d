"""What a browser sends: read strictly, for anybody may write it."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from learning.watching.ranges import Range

MOST_BYTES = 64 * 1024
MOST_SAMPLES = 60
MOST_RANGES = 200
"""In one body, all samples together."""


class NotABeat(ValueError):
    """The body is not what a player sends."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was played since the one before, and where the film stood `age_ms` ago."""

    played: tuple[Range, ...]
    position_ms: int
    age_ms: int


def read(body: bytes) -> tuple[str, list[Sample]]:
    """Token and samples of a body; raises NotABeat, and nothing else, for whatever else it is."""
    if len(body) > MOST_BYTES:
        raise NotABeat("too long")
    try:
        data = json.loads(body, parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotABeat("not JSON of whole numbers") from error
    if not isinstance(data, dict) or not isinstance(data.get("token"), str):
        raise NotABeat("no token")
    raw = data.get("samples")
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_SAMPLES:
        raise NotABeat(f"samples: 1 to {MOST_SAMPLES}")
    samples = [_sample(one) for one in raw]
    if sum(len(one.played) for one in samples) > MOST_RANGES:
        raise NotABeat(f"more than {MOST_RANGES} ranges")
    return data["token"], samples


def _sample(raw: Any) -> Sample:
    if not isinstance(raw, dict) or not isinstance(raw.get("played"), list):
        raise NotABeat("a sample has played, position_ms and age_ms")
    played = tuple(_range(one) for one in raw["played"])
    return Sample(played, _whole(raw.get("position_ms")), _whole(raw.get("age_ms")))


def _range(raw: Any) -> Range:
    if not isinstance(raw, list) or len(raw) != 2:
        raise NotABeat("a range is [from, to]")
    start, end = _whole(raw[0]), _whole(raw[1])
    if start > end:
        raise NotABeat("a range does not run backwards")
    return start, end


def _whole(raw: Any) -> int:
    # True is an int for isinstance.
    if type(raw) is not int or raw < 0:
        raise NotABeat("times are whole milliseconds")
    return raw


def _refuse(text: str) -> NoReturn:
    raise NotABeat(f"not a whole number: {text[:20]}")
