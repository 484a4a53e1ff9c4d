"""The blocks of a lesson and of a course's public page."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from core.blocks import (
    AudioBlock,
    ButtonBlock,
    CalloutBlock,
    CodeBlock,
    DownloadBlock,
    EmbedBlock,
    FiledAudioBlock,
    GalleryBlock,
    HeadingBlock,
    ImageBlock,
    MathBlock,
    QuoteBlock,
    StepListBlock,
    TableBlock,
    TextBlock,
    VideoBlock,
)
from core.blocks.choosers import InHand
from core.blocks.text import RICH_TEXT


def validate_json(text: str) -> None:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This is no JSON."), code="json") from error
    if not isinstance(whole, dict):
        raise ValidationError(_("This is no JSON object."), code="json")


class SourceBlock(blocks.FieldBlock):
    """What an import parsed of questions, answers and all: kept with the page, never shown."""

    def __init__(self, **kwargs: Any) -> None:
        self.field = forms.CharField(
            required=False, widget=forms.HiddenInput(), validators=[validate_json], strip=False
        )
        super().__init__(**kwargs)

    def get_searchable_content(self, value: Any) -> list[str]:
        """Nothing: whoever searches must not find the answers."""
        return []

    class Meta:
        label = _("Imported questions")
        default = ""


class QuizChooserBlock(InHand, SnippetChooserBlock):
    """A quiz, known here by its name only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("assessments.Quiz", **kwargs)


class CertificateBlock(blocks.StructBlock):
    """What a course's learners get for completing it; takes effect with the next release."""

    WHEN = (
        ("completed", _("When the course is completed")),
        ("score", _("When it is completed with enough points in its quizzes")),
        ("approved", _("When it is completed and a teacher has approved it")),
    )

    design = SnippetChooserBlock("certificates.CertificateDesign", label=_("Design"))
    when = blocks.ChoiceBlock(label=_("Given"), choices=WHEN, default="completed")
    percent = blocks.IntegerBlock(
        label=_("Points needed, in percent"),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_(
            "Of all quizzes of the course on average, a quiz that was not taken counting as 0. "
            "Only where points are needed."
        ),
    )
    valid_months = blocks.IntegerBlock(
        label=_("Valid for so many months"),
        min_value=1,
        max_value=600,
        required=False,
        help_text=_("Empty: for ever."),
    )

    class Meta:
        label = _("Certificate")
        icon = "doc-full"

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if result["when"] == "score" and not result["percent"] and not self.is_deferred_validation:
            message = _("Say how many percent are needed.")
            raise blocks.StructBlockValidationError(
                block_errors={"percent": ValidationError(message, code="required")}
            )
        return result


class QuizBlock(blocks.StructBlock):
    """A quiz, or questions as text to think about."""

    quiz = QuizChooserBlock(label=_("Quiz"), required=False)
    title = blocks.CharBlock(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("Without one the quiz’s own is shown."),
    )
    text = blocks.RichTextBlock(
        label=_("Questions to think about"),
        features=RICH_TEXT,
        required=False,
        help_text=_("Shown in place of a quiz, to be answered by nobody but oneself."),
    )
    source = SourceBlock()

    class Meta:
        label = _("Quiz")
        icon = "help"
        group = _("Practice")
        template = "blocks/quiz.html"
        description = _("A quiz that is graded, or questions to think about.")
        preview_value = {
            "title": "Check yourself",
            "text": "<p>Which axis was cut, and what did it hide?</p>",
        }

    def clean(self, value: Any) -> Any:
        result = super().clean(value)
        if not result["quiz"] and not result["text"].source.strip():
            if self.is_deferred_validation:
                return result
            message = _("Choose a quiz, or write questions to think about.")
            raise blocks.StructBlockValidationError(
                block_errors={"quiz": ValidationError(message, code="required")}
            )
        return result


class LessonBody(blocks.StreamBlock):
    """Everything a lesson can hold. A type that is dropped here keeps a renderer in `rendering`."""

    text = TextBlock()
    heading = HeadingBlock()
    image = ImageBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    audio = AudioBlock()
    code = CodeBlock()
    math = MathBlock()
    table = TableBlock()
    callout = CalloutBlock()
    quote = QuoteBlock()
    download = DownloadBlock()
    embed = EmbedBlock()
    steps = StepListBlock()
    button = ButtonBlock()
    quiz = QuizBlock()

    class Meta:
        required = False


class CourseBody(blocks.StreamBlock):
    """The public description of a course."""

    text = TextBlock()
    heading = HeadingBlock()
    image = ImageBlock()
    gallery = GalleryBlock()
    audio = FiledAudioBlock()
    table = TableBlock()
    callout = CalloutBlock()
    quote = QuoteBlock()
    embed = EmbedBlock()
    steps = StepListBlock()
    button = ButtonBlock()

    class Meta:
        required = False
