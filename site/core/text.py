"""Text that stands on one line: names and titles in any script."""

import re

BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# Control characters, and those that turn the direction of what follows. Hebrew and Arabic need none
# of them; the joiners U+200C and U+200D are letters' and emoji's own and stay.
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """The text on one line, without control characters; a second call changes nothing."""
    return CONTROLS.sub("", BREAKS.sub(" ", text)).strip()


def clock(ms: int) -> str:
    """A place in a film: 221000 → "3:41", 3661000 → "1:01:01"."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
