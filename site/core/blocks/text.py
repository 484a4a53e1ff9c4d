"""Words: text, headings, code, callouts, quotes."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound
from wagtail import blocks

RICH_TEXT = [
    "bold",
    "italic",
    "ol",
    "ul",
    "link",
    "code",
    "superscript",
    "subscript",
    "strikethrough",
    "hr",
]
WORDS = _("Words")

LANGUAGES = [
    ("text", _("Plain text")),
    ("bash", "Shell"),
    ("c", "C"),
    ("cpp", "C++"),
    ("css", "CSS"),
    ("diff", "Diff"),
    ("go", "Go"),
    ("html", "HTML"),
    ("java", "Java"),
    ("javascript", "JavaScript"),
    ("json", "JSON"),
    ("php", "PHP"),
    ("python", "Python"),
    ("r", "R"),
    ("ruby", "Ruby"),
    ("rust", "Rust"),
    ("sql", "SQL"),
    ("toml", "TOML"),
    ("typescript", "TypeScript"),
    ("xml", "XML"),
    ("yaml", "YAML"),
]


class TextBlock(blocks.RichTextBlock):
    """Paragraphs and lists."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"features": RICH_TEXT} | kwargs))

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        group = WORDS
        template = "blocks/text.html"
        description = _("Paragraphs, lists, links, and formulas between \\( and \\).")
        preview_value = (
            "<p>Good teaching text is short, concrete and spoken to one person. A formula such as "
            r"\(a^2 + b^2 = c^2\) stands in the line.</p>"
        )


class HeadingBlock(blocks.StructBlock):
    """A heading inside the body; the page's title is the only h1."""

    text = blocks.CharBlock(label=_("Heading"), max_length=200)
    level = blocks.ChoiceBlock(
        label=_("Level"),
        choices=[("h2", _("Main heading")), ("h3", _("Sub-heading"))],
        default="h2",
    )

    class Meta:
        label = _("Heading")
        icon = "title"
        group = WORDS
        template = "blocks/heading.html"
        description = _("A heading that structures the lesson.")
        preview_value = {"text": "Why axes begin at zero", "level": "h2"}


class CodeValue(blocks.StructValue):
    @cached_property
    def highlighted(self) -> SafeString:
        """The code as HTML with pygments' classes; an unknown language stays plain."""
        try:
            lexer = get_lexer_by_name(self["language"] or "text", stripnl=False)
        except ClassNotFound:
            lexer = get_lexer_by_name("text", stripnl=False)
        return mark_safe(highlight(self["code"] or "", lexer, HtmlFormatter(nowrap=True)))  # noqa: S308 - pygments escapes


class CodeBlock(blocks.StructBlock):
    """Source code, coloured on the server."""

    language = blocks.ChoiceBlock(label=_("Language"), choices=LANGUAGES, default="text")
    code = blocks.TextBlock(label=_("Code"), rows=10)
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)

    class Meta:
        label = _("Code")
        icon = "code"
        group = WORDS
        template = "blocks/code.html"
        value_class = CodeValue
        description = _("Program text with colours.")
        preview_value = {
            "language": "python",
            "code": "rate = cases / people * 100_000\n",
            "caption": "",
        }


class CalloutBlock(blocks.StructBlock):
    """A box beside the flow of the text."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[
            ("note", _("Note")),
            ("tip", _("Tip")),
            ("warning", _("Warning")),
            ("example", _("Example")),
        ],
        default="note",
    )
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=200)
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT)

    class Meta:
        label = _("Callout")
        icon = "warning"
        group = WORDS
        template = "blocks/callout.html"
        description = _("A note, tip, warning or example that stands out.")
        preview_value = {
            "kind": "tip",
            "title": "Try it",
            "text": "<p>Cover the title and guess what it says.</p>",
        }


class QuoteBlock(blocks.StructBlock):
    """Somebody's words."""

    text = blocks.TextBlock(label=_("Quote"), rows=3)
    attribution = blocks.CharBlock(label=_("Who said it"), required=False, max_length=200)

    class Meta:
        label = _("Quote")
        icon = "openquote"
        group = WORDS
        template = "blocks/quote.html"
        description = _("A quotation with its source.")
        preview_value = {"text": "A chart is an argument.", "attribution": "Course note"}
