"""Made-up content for the style guide: long names, empty states and errors included."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.safestring import SafeString

from core import blocks

UNBROKEN = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_TITLE = (
    "How a municipal archive of eleven thousand photographs became searchable, one shelf at a time"
)


@dataclass
class SampleCourse:
    """Stands in for a course card."""

    title: str
    summary: str = "What a chart really says, and how to draw one that keeps its promise."
    url: str = "#"
    image: None = None
    level: str = "Beginner"
    topics: list[str] = field(default_factory=lambda: ["Data"])
    instructors: list[str] = field(default_factory=lambda: ["Ida Sommer"])
    lesson_count: int = 9
    minutes: int = 95


class SampleForm(forms.Form):
    """Every kind of control."""

    name = forms.CharField(help_text="As it should stand on a certificate.")
    email = forms.EmailField(label="E-mail")
    language = forms.ChoiceField(
        choices=[("", "The site's own"), ("en", "English"), ("ar", "العربية")], required=False
    )
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    pace = forms.ChoiceField(
        choices=[("free", "At my own pace"), ("weekly", "A lesson a week")],
        widget=forms.RadioSelect,
    )
    news = forms.BooleanField(label="Tell me about new courses", required=False)


@dataclass
class SampleLesson:
    """Stands in for a line of an outline."""

    title: str
    section: str = ""
    minutes: int = 6
    required: bool = True
    free_preview: bool = False
    url: str = "#"


PANELS = [("light", "ltr", "Light"), ("dark", "ltr", "Dark"), ("light", "rtl", "Right to left")]


BLOCKS = [
    blocks.TextBlock,
    blocks.MathBlock,
    blocks.TableBlock,
    blocks.StepListBlock,
    blocks.CodeBlock,
    blocks.CalloutBlock,
    blocks.QuoteBlock,
    blocks.ButtonBlock,
]


def style_guide() -> dict[str, Any]:
    """Context of core/styleguide.html."""
    return {
        "panels": [_panel(*panel, number) for number, panel in enumerate(PANELS)],
        "blocks": [_block(kind) for kind in BLOCKS],
        "tokens": [
            "paper",
            "surface",
            "sunk",
            "ink",
            "muted",
            "line",
            "line-strong",
            "accent",
            "accent-strong",
            "accent-soft",
            "deep",
            "danger",
            "warning",
        ],
        "icons": [
            "check",
            "arrow-right",
            "arrow-left",
            "chevron-down",
            "chevron-right",
            "clock",
            "book",
            "level",
            "user",
            "people",
            "search",
            "sun",
            "moon",
            "list",
            "close",
            "download",
            "play",
            "warning",
            "info",
            "tip",
            "example",
            "question",
            "error",
            "lock",
            "eye",
            "mail",
            "settings",
            "sign-out",
            "key",
            "globe",
            "home",
            "external",
            "copy",
            "calendar",
            "award",
            "refresh",
            "compass",
            "shield",
            "layers",
            "code",
            "chat",
            "quote",
            "heart",
            "print",
            "phone",
            "spark",
            "star",
            "side",
            "sound",
        ],
    }


def _block(kind: Any) -> SafeString:
    """A block as its preview in the editor shows it."""
    block = kind()
    html: SafeString = block.render(block.get_preview_value())
    return html


def _panel(theme: str, direction: str, name: str, number: int) -> dict[str, Any]:
    """The components' data once for each panel, with ids of its own."""
    form = SampleForm(
        {"name": "", "email": "nobody@", "pace": "free"}, auto_id=f"sample-{number}-%s"
    )
    return {
        "theme": theme,
        "direction": direction,
        "name": name,
        "form": form,
        "courses": [
            SampleCourse(title)
            for title in (
                "Bread",
                "Charts that tell the truth",
                "قراءة الخرائط",
                LONG_TITLE,
                UNBROKEN,
                "静かな家庭ネットワーク",
                "🥖 Baking",
                "Quiet homes",
            )
        ],
        "pages": Paginator(range(120), 12).page(4),
        "trail": [{"title": "Courses", "url": "#"}, {"title": LONG_TITLE, "url": "#"}],
        "lessons": [
            (SampleLesson("What a chart promises", "Seeing"), "done"),
            (SampleLesson("What the eye is good at"), "current"),
            (SampleLesson(LONG_TITLE, "Reading", required=False, minutes=75), "redo"),
            (SampleLesson("Where the axis begins", free_preview=True), "todo"),
        ],
        "unbroken": UNBROKEN,
    }
