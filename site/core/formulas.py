"""Formulas: LaTeX in, MathML out, on the server.

`math-core` does the reading; what it says goes through an allow list as everything foreign does.
Inline styles become classes, since the content policy forbids them.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from math_core import LatexError, LatexToMathML

LONGEST = 2000
LARGEST = 200_000
"""Characters of TeX that are read, and of MathML that are sent: both bound the time it takes."""
LONG_INLINE = 40
READER = LatexToMathML(annotation=True, fancy_error=False, max_expansions=50)

ELEMENTS = """
math semantics annotation mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded
mphantom menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd
b i em s u code span
"""
ASPECTS = """
accent accentunder class columnspan depth displaystyle fence form height linethickness lspace
mathcolor mathvariant maxsize minsize movablelimits notation rspace scriptlevel separator stretchy
symmetric voffset width
"""
TAGS = set(ELEMENTS.split())
ATTRIBUTES = {"*": set(ASPECTS.split()), "math": {"display"}, "annotation": {"encoding"}}
STYLE = re.compile(r' style="([^"]*)"')
COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}")
# What `math-core` writes as inline style → our class (static/src/styles/formulas.css).
CLASSES = {
    "width:100%": "tex-whole",
    "width:50%": "tex-half",
    "width:7.5%": "tex-tag",
    "text-align:left": "tex-left",
    "text-align:right": "tex-right",
    "padding-left:0": "tex-pl0",
    "padding-right:0": "tex-pr0",
    "padding-left:1em": "tex-pl1",
    "padding-left:0.1em": "tex-pl-thin",
    "padding-right:0.1em": "tex-pr-thin",
    "padding-top:0": "tex-pt0",
    "padding-bottom:0": "tex-pb0",
    "border-top:0.05em solid currentcolor": "tex-bt",
    "border-top:0.05em dashed currentcolor": "tex-bt tex-dashed",
    "border-right:0.05em solid currentcolor": "tex-br",
    "border-right:0.05em dashed currentcolor": "tex-br tex-dashed",
    "border-left:0.05em solid currentcolor": "tex-bl",
    "border-left:0.05em dashed currentcolor": "tex-bl tex-dashed",
}

# Space between two lines, which the reader does not know: `\\[2pt]`.
LINE_SPACE = re.compile(r"(\\\\)\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\]")
PLACE = re.compile(r"^\d+: ")
# A tag of rich text; a line break is none, since a formula may go over several lines.
TAG = re.compile(r"""(<(?!br\b)(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
VERBATIM = re.compile(r"<(/?)(?:code|pre|kbd|samp)\b")
LINE_BREAK = re.compile(r"<br\s*/?>")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
CLOSES = {"(": ")", "[": "]"}


@dataclass
class Unreadable(Exception):
    """This TeX makes no formula; `reason` is for the one who wrote it."""

    tex: str
    reason: str

    def __str__(self) -> str:
        return self.reason


def mathml(tex: str, *, display: bool) -> SafeString:
    """The formula as MathML with its TeX as annotation. Raises Unreadable."""
    tex = tex.strip()
    if not tex:
        raise Unreadable(tex, _("The formula is empty."))
    if len(tex) > LONGEST:
        raise Unreadable(
            tex, _("The formula is longer than %(limit)s characters.") % {"limit": LONGEST}
        )
    try:
        made = READER.convert_with_local_state(LINE_SPACE.sub(r"\1", tex), displaystyle=display)
    except LatexError as error:
        raise Unreadable(tex, PLACE.sub("", str(error))) from error
    if len(made) > LARGEST:
        raise Unreadable(tex, _("The formula is too large."))
    styled = STYLE.sub(_classes, made)
    clean = nh3.clean(styled, tags=TAGS, attributes=ATTRIBUTES, link_rel=None)
    return mark_safe(clean)  # noqa: S308 - passed the allow list


def _classes(match: re.Match[str]) -> str:
    """Attributes in place of an inline style."""
    names, attributes = [], ""
    for declaration in match[1].split(";"):
        name, _colon, value = (part.strip() for part in declaration.partition(":"))
        if name == "color" and COLOUR.fullmatch(value):
            attributes = f' mathcolor="{value}"'
        elif known := CLASSES.get(f"{name}:{value}"):
            names.append(known)
    return attributes + (f' class="{" ".join(names)}"' if names else "")


def shown(tex: str, *, display: bool) -> SafeString:
    """The formula, or its source where it cannot be read."""
    try:
        return mathml(tex, display=display)
    except Unreadable:
        return mark_safe(f'<code class="formula-source" dir="ltr">{escape(tex)}</code>')  # noqa: S308 - escaped


def in_rich_text(source: str) -> SafeString:
    r"""Rich text with its `\(…\)` and `\[…\]` as formulas; what stands in code is left alone."""
    if "\\(" not in source and "\\[" not in source:
        return mark_safe(source)  # noqa: S308 - what came in
    return mark_safe(_replaced(source, _placed))  # noqa: S308 - what came in, and MathML of ours


def unreadable_in(source: str) -> list[Unreadable]:
    """The formulas of a rich text that cannot be read."""
    found: list[Unreadable] = []

    def check(tex: str, display: bool) -> str:
        try:
            mathml(tex, display=display)
        except Unreadable as error:
            found.append(error)
        return ""

    _replaced(source, check)
    return found


def _placed(tex: str, display: bool) -> str:
    """A formula in its place; what may be wider than a phone scrolls in a box of its own."""
    formula = shown(tex, display=display)
    if not display and len(tex) <= LONG_INLINE:
        return formula
    kind = "formula" if display else "formula-inline"
    name = escape(_("Formula"))
    return f'<span class="{kind}" role="group" tabindex="0" aria-label="{name}">{formula}</span>'


def _replaced(source: str, put: Callable[[str, bool], str]) -> str:
    parts, verbatim = [], 0
    for index, part in enumerate(TAG.split(source)):
        if index % 2:
            if match := VERBATIM.match(part):
                verbatim += -1 if match[1] else 1
            parts.append(part)
        elif verbatim > 0:
            parts.append(part)
        else:
            parts.extend(_text(part, put))
    return "".join(parts)


def _text(text: str, put: Callable[[str, bool], str]) -> Iterator[str]:
    r"""One pass over the backslashes, so that `\\[2pt]` opens nothing and the time is linear."""
    done, opened = 0, None
    for match in ESCAPE.finditer(text):
        if opened is None and match[1] in CLOSES:
            opened = match
        elif opened is not None and match[1] == CLOSES[opened[1]]:
            yield text[done : opened.start()]
            tex = html.unescape(LINE_BREAK.sub("\n", text[opened.end() : match.start()]))
            yield put(tex, opened[1] == "[")
            done, opened = match.end(), None
    yield text[done:]
