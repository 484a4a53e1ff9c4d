"""MathML of strangers, written as TeX where it has none of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

DEEPEST = 40
# Each with the number of its parts.
PATTERNS: dict[str, tuple[int, str]] = {
    "mfrac": (2, r"\frac{%s}{%s}"),
    "msup": (2, "{%s}^{%s}"),
    "msub": (2, "{%s}_{%s}"),
    "msubsup": (3, "{%s}_{%s}^{%s}"),
    "munder": (2, "{%s}_{%s}"),
    "mover": (2, "{%s}^{%s}"),
    "munderover": (3, "{%s}_{%s}^{%s}"),
}
SPECIAL = re.compile(r"[\\{}$%#&_^~]")


def to_tex(math: etree._Element) -> str:
    """The formula as TeX: the source's own, else written from its MathML."""
    for annotation in math.iter("annotation"):
        if "tex" in (annotation.get("encoding") or "").lower():
            return "".join(annotation.itertext()).strip()
    return " ".join(_tex(math, 0).split())


def _tex(element: etree._Element, depth: int) -> str:
    tag = element.tag.rpartition(":")[2] if isinstance(element.tag, str) else ""
    if depth > DEEPEST:
        return _escaped(" ".join(element.itertext()))
    children = [child for child in element if isinstance(child.tag, str)]
    parts = [_tex(child, depth + 1) for child in children]
    # Between a formula's parts stand spaces only, but strangers' words may stand there too.
    texts = [element.text, *(child.tail for child in children)]
    own, *tails = [_escaped(text or "").strip() for text in texts]
    made = _made(tag, parts)
    if made:
        return " ".join(filter(None, [made, own, *tails]))
    said: dict[str, Callable[[str], str]] = {
        "msqrt": lambda inner: rf"\sqrt{{{inner}}}",
        "mtext": lambda inner: rf"\text{{{inner}}}",
        "annotation": lambda inner: "",
    }
    inner = [own]
    for part, tail in zip(parts, tails, strict=True):
        inner += [part, tail]
    return said.get(tag, str)(" ".join(filter(None, inner)))


def _made(tag: str, parts: list[str]) -> str:
    """What an element makes of its parts; "" for one that only holds them together."""
    number, pattern = PATTERNS.get(tag, (0, ""))
    if pattern and len(parts) == number:
        return pattern % tuple(parts)
    if tag == "mroot" and len(parts) == 2:
        return rf"\sqrt[{parts[1]}]{{{parts[0]}}}"
    if tag == "mtable":
        return r"\begin{matrix}" + r" \\ ".join(parts) + r"\end{matrix}"
    return " & ".join(parts) if tag == "mtr" else ""


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda sign: rf"\{sign[0]}" if sign[0] not in "\\^~" else " ", text)
