"""The blocks of a lesson and of a course's public page."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from core.blocks import (
    AudioBlock,
    ButtonBlock,
    CalloutBlock,
    CodeBlock,
    DownloadBlock,
    EmbedBlock,
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
from core.blocks.text import RICH_TEXT


class QuizBlock(blocks.StructBlock):
    """Questions as text, until assessments make them answerable."""

    title = blocks.CharBlock(label=_("Title"), max_length=200)
    text = blocks.RichTextBlock(label=_("Questions"), features=RICH_TEXT)

    class Meta:
        label = _("Questions")
        icon = "help"
        group = _("Practice")
        template = "blocks/quiz.html"
        description = _("Questions to think about before going on.")
        preview_value = {
            "title": "Check yourself",
            "text": "<p>Which axis was cut, and what did it hide?</p>",
        }


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
    audio = AudioBlock()
    table = TableBlock()
    callout = CalloutBlock()
    quote = QuoteBlock()
    embed = EmbedBlock()
    steps = StepListBlock()
    button = ButtonBlock()

    class Meta:
        required = False
