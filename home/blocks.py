"""Marketing blocks of home and landing pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from core.blocks import (
    ButtonBlock,
    CalloutBlock,
    DownloadBlock,
    EmbedBlock,
    FiledAudioBlock,
    GalleryBlock,
    HeadingBlock,
    ImageBlock,
    LinkBlock,
    QuoteBlock,
    TableBlock,
    TextBlock,
)
from core.blocks.choosers import NamedChooserBlock

SECTIONS = _("Sections")
ICONS = [
    ("book", _("Book")),
    ("check", _("Check")),
    ("clock", _("Clock")),
    ("compass", _("Compass")),
    ("heart", _("Heart")),
    ("people", _("People")),
    ("play", _("Play")),
    ("shield", _("Shield")),
    ("spark", _("Spark")),
    ("star", _("Star")),
]


class HeroBlock(blocks.StructBlock):
    eyebrow = blocks.CharBlock(label=_("Small line above"), required=False, max_length=100)
    title = blocks.CharBlock(label=_("Title"), max_length=150)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=3, max_length=500)
    image = ImageChooserBlock(label=_("Image"), required=False)
    image_alt = blocks.CharBlock(
        label=_("Description of the picture"), required=False, max_length=300
    )
    primary_label = blocks.CharBlock(label=_("Main button"), required=False, max_length=60)
    primary_link = LinkBlock(label=_("leads to"), required=False)
    secondary_label = blocks.CharBlock(label=_("Second button"), required=False, max_length=60)
    secondary_link = LinkBlock(label=_("leads to"), required=False)

    class Meta:
        label = _("Opening")
        icon = "pick"
        group = SECTIONS
        template = "blocks/hero.html"
        description = _("The first thing on the page: a promise, a picture, a button.")
        preview_value = {
            "title": "Learn it properly",
            "text": "Short courses by people who do the work.",
        }


class FeatureBlock(blocks.StructBlock):
    icon = blocks.ChoiceBlock(label=_("Icon"), choices=ICONS, default="check")
    title = blocks.CharBlock(label=_("Title"), max_length=100)
    text = blocks.TextBlock(label=_("Text"), rows=2, max_length=400)


class FeaturesBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=150)
    items = blocks.ListBlock(FeatureBlock(), label=_("Points"), min_num=1)

    class Meta:
        label = _("Points")
        icon = "list-ul"
        group = SECTIONS
        template = "blocks/features.html"
        description = _("Three or four short points with icons.")
        preview_value = {
            "title": "Why",
            "items": [{"icon": "check", "title": "Clear", "text": "One idea at a time."}],
        }


class CoursesValue(blocks.StructValue):
    @property
    def cards(self) -> list[Any]:
        """The chosen courses that the public may see, in the chosen order."""
        from course_pages import catalogue

        order = [page.pk for page in self.get("courses") or [] if page is not None]
        found = catalogue.cards(catalogue.published().filter(pk__in=order))
        place = {
            page.get_url(): index
            for index, page in enumerate(self.get("courses") or [])
            if page is not None
        }
        return sorted(found, key=lambda card: place.get(card.url, len(place)))


class CoursesBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=150)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=2)
    courses = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="course_pages.CoursePage", label=_("Course")),
        label=_("Courses"),
    )

    class Meta:
        label = _("Courses")
        icon = "folder-open-inverse"
        group = SECTIONS
        template = "blocks/courses.html"
        value_class = CoursesValue
        description = _("Hand-picked courses as cards.")


class TestimonialBlock(blocks.StructBlock):
    quote = blocks.TextBlock(label=_("Words"), rows=3)
    name = blocks.CharBlock(label=_("Name"), max_length=150)
    role = blocks.CharBlock(label=_("Who they are"), required=False, max_length=150)
    image = ImageChooserBlock(label=_("Picture"), required=False)

    class Meta:
        label = _("Testimonial")
        icon = "openquote"
        group = SECTIONS
        template = "blocks/testimonial.html"
        description = _("What a learner says.")
        preview_value = {"quote": "I finally see what a chart hides.", "name": "A learner"}


class CallToActionBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=150)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=2)
    label = blocks.CharBlock(label=_("Button"), max_length=60)
    link = LinkBlock(label=_("leads to"))

    class Meta:
        label = _("Call to action")
        icon = "arrow-right"
        group = SECTIONS
        template = "blocks/cta.html"
        description = _("A closing line with one button.")
        preview_value = {"title": "Begin today", "label": "See the courses", "link": "/courses/"}


class OfferChooserBlock(NamedChooserBlock):
    """An offer, known here by its name only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("commerce.Offer", **kwargs)


class OfferBlock(blocks.StructBlock):
    """An offer with its price and a button; nothing once it is gone."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=150)
    text = blocks.TextBlock(label=_("Text"), required=False, rows=2)
    offer = OfferChooserBlock(label=_("Offer"))

    class Meta:
        label = _("Offer")
        icon = "tag"
        group = SECTIONS
        template = "blocks/offer.html"
        description = _("Something that can be bought, with its price.")
        preview_template = "blocks/previews/offer.html"


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=250)
    answer = blocks.RichTextBlock(label=_("Answer"), features=["bold", "italic", "link", "ul"])


class FaqBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=150)
    items = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        label = _("Questions and answers")
        icon = "help"
        group = SECTIONS
        template = "blocks/faq.html"
        description = _("Questions that open to their answers.")
        preview_value = {
            "title": "Questions",
            "items": [{"question": "How long?", "answer": "<p>An hour.</p>"}],
        }


class FigureBlock(blocks.StructBlock):
    value = blocks.CharBlock(label=_("Figure"), max_length=30)
    label = blocks.CharBlock(label=_("What it counts"), max_length=100)


class StatsBlock(blocks.StructBlock):
    items = blocks.ListBlock(FigureBlock(), label=_("Figures"), min_num=1, max_num=4)

    class Meta:
        label = _("Figures")
        icon = "order"
        group = SECTIONS
        template = "blocks/stats.html"
        description = _("Two to four figures that can be checked.")
        preview_value = {"items": [{"value": "4", "label": "courses"}]}


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=100)
    text = blocks.TextBlock(label=_("Text"), rows=2, max_length=400)


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=150)
    items = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=1)

    class Meta:
        label = _("Steps")
        icon = "list-ol"
        group = SECTIONS
        template = "blocks/steps.html"
        description = _("How something goes, step by step.")
        preview_value = {
            "title": "How it works",
            "items": [{"title": "Choose", "text": "Pick a course."}],
        }


class LandingBody(blocks.StreamBlock):
    """Everything a marketing page is made of."""

    hero = HeroBlock()
    features = FeaturesBlock()
    courses = CoursesBlock()
    steps = StepsBlock()
    stats = StatsBlock()
    testimonial = TestimonialBlock()
    faq = FaqBlock()
    cta = CallToActionBlock()
    offer = OfferBlock()
    text = TextBlock()
    heading = HeadingBlock()
    image = ImageBlock()
    gallery = GalleryBlock()
    audio = FiledAudioBlock()
    table = TableBlock()
    quote = QuoteBlock()
    callout = CalloutBlock()
    embed = EmbedBlock()
    download = DownloadBlock()
    button = ButtonBlock()

    class Meta:
        required = False
