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
    parts = [_tex(child, depth + 1) for child in element if isinstance(child.tag, str)]
    number, pattern = PATTERNS.get(tag, (0, ""))
    if pattern and len(parts) == number:
        return pattern % tuple(parts)
    if tag == "mroot" and len(parts) == 2:
        return rf"\sqrt[{parts[1]}]{{{parts[0]}}}"
    if tag == "mtable":
        return r"\begin{matrix}" + r" \\ ".join(parts) + r"\end{matrix}"
    if tag == "mtr":
        return " & ".join(parts)
    said: dict[str, Callable[[str], str]] = {
        "msqrt": lambda inner: rf"\sqrt{{{inner}}}",
        "mtext": lambda inner: rf"\text{{{inner}}}",
        "annotation": lambda inner: "",
    }
    own = _escaped(element.text or "")
    return said.get(tag, str)(" ".join([own.strip(), *parts]).strip() if parts else own.strip())


def _escaped(text: str) -> str:
    return SPECIAL.sub(lambda sign: rf"\{sign[0]}" if sign[0] not in "\\^~" else " ", text)
