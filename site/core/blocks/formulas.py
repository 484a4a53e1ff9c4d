"""Formulas on a line of their own, and what cannot be read in any block."""

from collections.abc import Iterator
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core import formulas
from core.blocks.leaves import leaves
from core.blocks.text import WORDS
from core.formulas import Unreadable


class FormulaBlock(blocks.TextBlock):
    """TeX as it was typed; the signs that mark a formula in a text may stand around it."""

    def clean(self, value: Any) -> Any:
        return bare(super().clean(value))


def bare(tex: str) -> str:
    r"""The TeX without `\[…\]`, `$$…$$` or the like around it."""
    tex = tex.strip()
    for begin, end in (("\\[", "\\]"), ("\\(", "\\)"), ("$$", "$$"), ("$", "$")):
        if tex.startswith(begin) and tex.endswith(end) and len(tex) > len(begin) + len(end):
            return tex[len(begin) : -len(end)].strip()
    return tex


class MathValue(blocks.StructValue):
    @property
    def shown(self) -> SafeString:
        """MathML, or the source where it is not to be read."""
        return formulas.shown(bare(self.get("formula") or ""), display=True)


class MathBlock(blocks.StructBlock):
    """A formula on a line of its own."""

    formula = FormulaBlock(
        label=_("Formula"),
        rows=3,
        max_length=formulas.LONGEST,
        help_text=_(
            "In LaTeX, for example \\frac{a}{b} or \\sqrt{x^2 + 1}. The preview shows how it will "
            "look. Inside a text, write a formula between \\( and \\)."
        ),
    )
    description = blocks.CharBlock(
        label=_("In words"),
        required=False,
        max_length=500,
        help_text=_("Read out to those who do not see it, for example “a divided by b”."),
    )

    class Meta:
        label = _("Formula")
        icon = "superscript"
        group = WORDS
        template = "blocks/math.html"
        value_class = MathValue
        description = _("A formula on a line of its own, written in LaTeX.")
        preview_value = {
            "formula": r"\bar{x} = \frac{1}{n} \sum_{i=1}^{n} x_i",
            "description": _("The mean is the sum of all values divided by their number."),
        }


def unreadable(block: blocks.Block, value: Any) -> Iterator[Unreadable]:
    """The formulas in a raw value that learners would see as their source."""
    for field, content in leaves(block, value):
        if isinstance(field, FormulaBlock) and content:
            try:
                formulas.mathml(bare(content), display=True)
            except Unreadable as error:
                yield error
        elif isinstance(field, blocks.RichTextBlock) and content:
            yield from formulas.unreadable_in(content)
