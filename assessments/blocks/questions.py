"""The types of question, each validated so that a right answer exists."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from assessments.blocks import samples
from assessments.blocks.faults import WHOLE
from assessments.blocks.parts import (
    GROUP,
    AcceptedNumberBlock,
    AcceptedTextBlock,
    AtLeastTwo,
    ChoiceBlock,
    CriterionBlock,
    FeedbackBlock,
    ItemBlock,
    PairBlock,
    StemBlock,
    TagsBlock,
    validate_points,
)
from assessments.questions.data import gaps
from core.blocks.choosers import InHand

PARTS = [("all", _("All or nothing")), ("partial", _("A part of the points for each right one"))]
SPACES = [
    ("fold", _("Count as one")),
    ("exact", _("Have to be the same")),
    ("ignore", _("Do not matter")),
]


# Behind a question's settings button.
SELDOM = ("hint", "feedback", "case", "accents", "spaces", "pattern", "tags")


class QuestionBlock(blocks.StructBlock):
    """What every question has. Subclasses put their answers between stem and feedback."""

    stem = StemBlock()
    points = blocks.CharBlock(
        label=_("Points"), default="1", max_length=10, validators=[validate_points]
    )
    hint = FeedbackBlock(label=_("Hint"), help_text=_("Shown on request while answering."))
    feedback = FeedbackBlock(
        label=_("Explanation"), help_text=_("Shown with the result, whatever was answered.")
    )
    tags = TagsBlock()

    class Meta:
        group = GROUP
        preview_template = "assessments/previews/question.html"

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from assessments.authoring import previews

        raw = self.get_prep_value(value)
        return {
            **(parent_context or {}),
            "question": previews.sample({**raw, "id": f"sample-{self.name}", "type": self.name}),
        }

    def get_form_layout(self) -> blocks.BlockGroup:
        """What is asked first, then the answers; what few need opens by a button."""
        last = ["points", *SELDOM]
        answers = [name for name in self.child_blocks if name not in last]
        return blocks.BlockGroup(
            [*answers, "points"], settings=[name for name in SELDOM if name in self.child_blocks]
        )

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if self.is_deferred_validation:
            return result
        errors = {
            name: ValidationError(message, code=WHOLE) for name, message in self.faults(result)
        }
        if errors:
            raise blocks.StructBlockValidationError(block_errors=errors)
        return result

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        """Field → what is wrong with it, for questions that nobody could answer rightly."""
        return iter(())


class SingleBlock(QuestionBlock):
    """One right choice of several."""

    choices = AtLeastTwo(ChoiceBlock(), label=_("Choices"), max_num=30)

    class Meta:
        label = _("Single choice")
        icon = "radio-full"
        description = _("One of several choices is right.")
        preview_value = samples.SINGLE

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        right = [one["text"] for one in value["choices"] if one["correct"]]
        wrong = [one["text"] for one in value["choices"] if not one["correct"]]
        if len(right) != 1:
            yield "choices", _("Mark exactly one choice as right.")
        elif any(repeated([*right, text]) for text in wrong):
            yield "choices", _("A wrong choice says the same as the right one.")


class MultipleBlock(QuestionBlock):
    """Several right choices."""

    choices = AtLeastTwo(ChoiceBlock(), label=_("Choices"), max_num=30)
    scoring = blocks.ChoiceBlock(
        label=_("Points for"),
        choices=[
            ("all", _("All right choices and no other")),
            ("partial", _("Every choice rightly ticked or rightly left")),
            ("penalty", _("Right choices less wrong ones")),
            ("worth", _("The percentages of what is chosen")),
        ],
        default="all",
    )

    class Meta:
        label = _("Multiple choice")
        icon = "tick-inverse"
        description = _("Any number of choices is right.")
        preview_value = samples.MULTIPLE

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        if not any(one["correct"] for one in value["choices"]):
            yield "choices", _("Mark at least one choice as right.")


class TrueFalseBlock(QuestionBlock):
    """A statement that holds or does not."""

    answer = blocks.ChoiceBlock(
        label=_("The statement is"),
        choices=[("true", _("True")), ("false", _("False"))],
        default="true",
    )
    feedback_true = FeedbackBlock(label=_("Feedback on “true”"))
    feedback_false = FeedbackBlock(label=_("Feedback on “false”"))

    class Meta:
        label = _("True or false")
        icon = "check"
        description = _("A statement that is true or false.")
        preview_value = samples.TRUEFALSE


class TextRules(blocks.StructBlock):
    """How strictly typed words are compared."""

    case = blocks.BooleanBlock(label=_("Capital letters matter"), required=False)
    accents = blocks.BooleanBlock(label=_("Accents matter"), required=False, default=True)
    spaces = blocks.ChoiceBlock(label=_("Spaces"), choices=SPACES, default="fold")


class ShortBlock(QuestionBlock, TextRules):
    """A word or a few, typed."""

    answers = blocks.ListBlock(
        AcceptedTextBlock(), label=_("Accepted answers"), min_num=1, max_num=50
    )
    pattern = blocks.BooleanBlock(
        label=_("* stands for any text"),
        required=False,
        help_text=_("“*metre” then accepts “kilometre”."),
    )

    class Meta:
        label = _("Short text")
        icon = "pilcrow"
        description = _("A word or a few, typed by the learner.")
        preview_value = samples.SHORT

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        if not any(worth_of(one) > 0 for one in value["answers"]):
            yield "answers", _("One answer has to earn points.")


class NumberBlock(QuestionBlock):
    """A number, with how far off one may be."""

    answers = blocks.ListBlock(
        AcceptedNumberBlock(), label=_("Accepted answers"), min_num=1, max_num=20
    )

    class Meta:
        label = _("Number")
        icon = "decimal"
        description = _("A number, exact or within a tolerance; a decimal comma is understood.")
        preview_value = samples.NUMBER

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        if not any(worth_of(one) > 0 for one in value["answers"]):
            yield "answers", _("One answer has to earn points.")


class OrderBlock(QuestionBlock):
    """Things to put in order."""

    items = AtLeastTwo(ItemBlock(), label=_("In the right order, first one on top"), max_num=20)
    scoring = blocks.ChoiceBlock(label=_("Points for"), choices=PARTS, default="all")

    class Meta:
        label = _("Ordering")
        icon = "list-ol"
        description = _("Things to put in the right order; learners see them shuffled.")
        preview_value = samples.ORDER

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        if repeated(one["text"] for one in value["items"]):
            yield "items", _("Two of them say the same: learners cannot tell which comes first.")


class MatchBlock(QuestionBlock):
    """Pairs to find."""

    pairs = AtLeastTwo(PairBlock(), label=_("Pairs"), max_num=20)
    extras = blocks.ListBlock(
        blocks.CharBlock(max_length=500),
        label=_("Wrong partners"),
        default=[],
        max_num=20,
        help_text=_("Choices that belong to nothing."),
    )
    scoring = blocks.ChoiceBlock(label=_("Points for"), choices=PARTS, default="partial")

    class Meta:
        label = _("Matching")
        icon = "link"
        description = _("Things to join with what belongs to them.")
        preview_value = samples.MATCH

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        if repeated(one["left"] for one in value["pairs"]):
            yield "pairs", _("Two pairs begin with the same: learners cannot tell them apart.")


class BlanksBlock(QuestionBlock, TextRules):
    """A text with gaps."""

    text = blocks.TextBlock(
        label=_("Text with gaps"),
        help_text=_("Each gap as its answers: The capital of France is [Paris|paris]."),
    )
    scoring = blocks.ChoiceBlock(label=_("Points for"), choices=PARTS, default="partial")

    class Meta:
        label = _("Fill in the gaps")
        icon = "edit"
        description = _("A text with gaps to fill.")
        preview_value = samples.BLANKS

    def faults(self, value: Any) -> Iterator[tuple[str, Any]]:
        found = gaps({"text": value["text"]})
        if not found or not all(found):
            yield "text", _("Write each gap as [right answer], at least one.")


class LongBlock(QuestionBlock):
    """A longer text that a person grades."""

    rubric = blocks.ListBlock(
        CriterionBlock(),
        label=_("Rubric"),
        default=[],
        max_num=20,
        help_text=_("What a grader looks for; its points are the question's points."),
    )

    class Meta:
        label = _("Long text")
        icon = "doc-full"
        description = _("An essay or an explanation that a person grades.")
        preview_value = samples.LONG


class BankChooserBlock(InHand, SnippetChooserBlock):
    pass


class DrawBlock(blocks.StructBlock):
    """Some questions of a bank, others for every attempt."""

    bank = BankChooserBlock("assessments.QuestionBank", label=_("Question bank"))
    tag = blocks.CharBlock(
        label=_("Only with this tag"), required=False, max_length=100, help_text=_("Open: all.")
    )
    count = blocks.IntegerBlock(label=_("How many"), default=5, min_value=1, max_value=100)
    points = blocks.CharBlock(
        label=_("Points for each"),
        required=False,
        max_length=10,
        validators=[validate_points],
        help_text=_("Left open: what the bank says."),
    )

    class Meta:
        label = _("Draw from a bank")
        icon = "rotate"
        group = GROUP
        description = _("Each attempt gets its own choice of questions from a bank.")
        preview_template = "assessments/previews/draw.html"


def repeated(texts: Iterable[Any]) -> bool:
    """Whether two texts are the same but for space around and between their words."""
    said = [" ".join(str(getattr(text, "source", text)).split()) for text in texts]
    return len(set(said)) < len(said)


def worth_of(value: Any) -> float:
    """How much of the points an accepted answer earns, roughly; open means all."""
    return float(value["worth"] or 100)


class BankQuestions(blocks.StreamBlock):
    """Questions of a bank."""

    single = SingleBlock()
    multiple = MultipleBlock()
    truefalse = TrueFalseBlock()
    short = ShortBlock()
    number = NumberBlock()
    order = OrderBlock()
    match = MatchBlock()
    blanks = BlanksBlock()
    long = LongBlock()

    class Meta:
        required = False


class QuizQuestions(BankQuestions):
    """Questions of a quiz: its own, and draws from banks."""

    draw = DrawBlock()


QUESTION_TYPES = frozenset(BankQuestions().child_blocks)
