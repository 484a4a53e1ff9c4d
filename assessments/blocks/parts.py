"""What questions are made of: stems, choices, points, feedback."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from assessments.questions import numbers
from core.blocks import CodeBlock, ImageBlock, MathBlock, TextBlock

INLINE = ["bold", "italic", "code", "superscript", "subscript", "link"]
WORDS = [*INLINE, "ol", "ul"]
MOST_POINTS = Decimal(1000)
GROUP = _("Questions")


def validate_points(text: str) -> None:
    """A plain decimal from 0 to 1000 with at most two places."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValidationError(_("Write a number like 1 or 2.5."), code="points") from error
    if not value.is_finite() or not 0 <= value <= MOST_POINTS or value != round(value, 2):
        raise ValidationError(
            _("Points are between 0 and 1000, with at most two decimal places."), code="points"
        )


def validate_percentage(text: str) -> None:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValidationError(_("Write a percentage like 50."), code="worth") from error
    if not value.is_finite() or not -100 <= value <= 100:
        raise ValidationError(_("A percentage is between -100 and 100."), code="worth")


def validate_number(text: str) -> None:
    if numbers.parse(text) is None:
        raise ValidationError(_("Write a number like 1.5 or 2e-3."), code="number")


def validate_tolerance(text: str) -> None:
    value = numbers.parse(text)
    if value is None or value < 0:
        raise ValidationError(_("Write a number that is not negative."), code="tolerance")


class StemBlock(blocks.StreamBlock):
    """What is asked."""

    text = TextBlock()
    image = ImageBlock()
    code = CodeBlock()
    math = MathBlock()

    class Meta:
        label = _("Question")
        required = True
        default = [("text", "")]


class WorthBlock(blocks.CharBlock):
    """A percentage of the question's points."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **(
                {
                    "label": _("Percent of the points"),
                    "required": False,
                    "max_length": 10,
                    "validators": [validate_percentage],
                    "help_text": _("Left open: all for a right one, nothing for a wrong one."),
                }
                | kwargs
            )
        )


class FeedbackBlock(blocks.RichTextBlock):
    """Words shown with the result."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **({"label": _("Feedback"), "features": WORDS, "required": False} | kwargs)
        )


class ChoiceBlock(blocks.StructBlock):
    """One choice of several."""

    text = blocks.RichTextBlock(label=_("Choice"), features=INLINE)
    correct = blocks.BooleanBlock(label=_("Right"), required=False)
    feedback = FeedbackBlock(help_text=_("Shown to those who chose it."))
    worth = WorthBlock()

    class Meta:
        icon = "radio-full"
        form_layout = blocks.BlockGroup(["text", "correct"], settings=["feedback", "worth"])


class AcceptedTextBlock(blocks.StructBlock):
    """An answer that is taken as right."""

    text = blocks.CharBlock(label=_("Answer"), max_length=500)
    feedback = FeedbackBlock()
    worth = WorthBlock(help_text=_("Left open: all points."))

    class Meta:
        form_layout = blocks.BlockGroup(["text"], settings=["feedback", "worth"])


class AcceptedNumberBlock(blocks.StructBlock):
    """A number that is taken as right, and how far off one may be."""

    value = blocks.CharBlock(label=_("Answer"), max_length=60, validators=[validate_number])
    tolerance = blocks.CharBlock(
        label=_("May be off by"),
        required=False,
        max_length=60,
        validators=[validate_tolerance],
        help_text=_("Left open: exactly this number."),
    )
    kind = blocks.ChoiceBlock(
        label=_("Off by"),
        choices=[("absolute", _("this much")), ("relative", _("this many percent"))],
        default="absolute",
    )
    feedback = FeedbackBlock()
    worth = WorthBlock(help_text=_("Left open: all points."))

    class Meta:
        form_layout = blocks.BlockGroup(
            ["value", "tolerance", "kind"], settings=["feedback", "worth"]
        )


class AtLeastTwo(blocks.ListBlock):
    """A list of two things or more; a new one begins with two empty ones."""

    def __init__(self, child_block: blocks.Block, **kwargs: Any) -> None:
        empty = [child_block.get_default(), child_block.get_default()]
        super().__init__(child_block, **({"min_num": 2, "default": empty} | kwargs))


class ItemBlock(blocks.StructBlock):
    """One thing to put in its place."""

    text = blocks.CharBlock(label=_("Text"), max_length=500)


class PairBlock(blocks.StructBlock):
    """Two things that belong together."""

    left = blocks.CharBlock(label=_("This"), max_length=500)
    right = blocks.CharBlock(label=_("belongs to"), max_length=500)


class CriterionBlock(blocks.StructBlock):
    """One line of a rubric."""

    criterion = blocks.CharBlock(label=_("Criterion"), max_length=200)
    description = blocks.TextBlock(label=_("What earns the points"), required=False)
    points = blocks.CharBlock(
        label=_("Points"), default="1", max_length=10, validators=[validate_points]
    )


class TagsBlock(blocks.CharBlock):
    """Words by which draws pick questions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **(
                {
                    "label": _("Tags"),
                    "required": False,
                    "max_length": 200,
                    "help_text": _("Separated by commas; a draw can ask for one of them."),
                    "validators": [RegexValidator(r"^[^\n]*$")],
                }
                | kwargs
            )
        )


def tags_of(text: str) -> set[str]:
    """The tags of a question, without regard to case."""
    return {tag.strip().casefold() for tag in (text or "").split(",") if tag.strip()}
