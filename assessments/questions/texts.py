"""Short texts: what counts as the same answer.

A pattern knows one sign, `*` for any text, and is matched in time linear in pattern × answer: there
is no pattern of exponential time.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """How strictly a text is compared. `spaces` is "fold" (runs are one), "exact" or "ignore"."""

    case: bool = False
    accents: bool = True
    spaces: str = "fold"

    def plain(self, text: str) -> str:
        """The text as it is compared: composed, and folded where the rules do not care."""
        text = unicodedata.normalize("NFKC", text).strip()
        if not self.accents:
            parts = unicodedata.normalize("NFD", text)
            text = unicodedata.normalize(
                "NFC", "".join(one for one in parts if unicodedata.category(one) != "Mn")
            )
        if not self.case:
            text = unicodedata.normalize("NFC", text.casefold())
        if self.spaces == "ignore":
            return "".join(text.split())
        return " ".join(text.split()) if self.spaces == "fold" else text


def same(given: str, accepted: str, rules: Rules, *, pattern: bool = False) -> bool:
    """Whether an answer is the accepted one; with `pattern`, a `*` in it stands for any text."""
    if not pattern:
        return rules.plain(given) == rules.plain(accepted)
    return _fits(rules.plain(given), rules.plain(accepted))


def _fits(text: str, pattern: str) -> bool:
    """Greedy, going back to the last `*` only: at most len(text) × len(pattern) steps."""
    at = spot = 0
    star = resume = -1
    while at < len(text):
        if spot < len(pattern) and pattern[spot] == "*":
            star, resume = spot, at
            spot += 1
        elif spot < len(pattern) and pattern[spot] == text[at]:
            at, spot = at + 1, spot + 1
        elif star >= 0:
            resume += 1
            at, spot = resume, star + 1
        else:
            return False
    return all(one == "*" for one in pattern[spot:])
