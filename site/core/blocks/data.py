"""Figures in rows, and instructions in order."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from core.blocks.text import RICH_TEXT, WORDS

IN_A_CELL = ["bold", "italic", "link", "code", "superscript", "subscript"]
MOST_CELLS = 2000


class NumberBlock(blocks.CharBlock):
    """A figure as the author writes it, with unit and all; set to the end of its cell."""

    class Meta:
        label = _("Number")
        icon = "order"


class TableBlock(TypedTableBlock):
    """Columns of words and of numbers, with a heading each."""

    text = blocks.RichTextBlock(
        label=_("Words"), icon="pilcrow", features=IN_A_CELL, required=False
    )
    number = NumberBlock(label=_("Numbers"), required=False, max_length=100)

    class Meta:
        label = _("Table")
        icon = "table"
        group = WORDS
        template = "blocks/table.html"
        description = _("Rows and columns. Say for each column whether it holds words or numbers.")
        help_text = _(
            "First add the columns, each with a heading; then the rows. Columns of numbers line up "
            "at the end."
        )
        preview_value = {
            "caption": _("Rooms measured in March"),
            "columns": [
                {"type": "text", "heading": _("Room")},
                {"type": "number", "heading": _("Noise, dB")},
                {"type": "number", "heading": _("Cost")},
            ],
            "rows": [
                {"values": ["<p>Study</p>", "31", "0"]},
                {"values": ["<p>Kitchen</p>", "48", "120"]},
                {"values": ["<p>Hall</p>", "39", "1 250"]},
            ],
        }

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"has_headings": any(column["heading"] for column in value.columns)}

    def clean(self, table: Any) -> Any:
        if len(table.columns) * len(table.row_data) > MOST_CELLS:
            raise ValidationError(
                _("A table may have %(most)s cells. Offer a larger one as a download.")
                % {"most": MOST_CELLS},
                code="cells",
            )
        return super().clean(table)


class StepBlock(blocks.StructBlock):
    """One thing to do."""

    title = blocks.CharBlock(
        label=_("What to do"),
        max_length=200,
        help_text=_("Short, as you would say it: “Measure the room”."),
    )
    text = blocks.RichTextBlock(label=_("How"), features=RICH_TEXT, required=False)

    class Meta:
        label = _("Step")
        icon = "arrow-right"


class StepListBlock(blocks.StructBlock):
    """Instructions to follow one after the other; the numbers come by themselves."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=200)
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=1)

    class Meta:
        label = _("Steps")
        icon = "list-ol"
        group = _("Practice")
        template = "blocks/step_list.html"
        description = _("Numbered instructions to follow one after the other.")
        preview_value = {
            "title": _("Measure a room"),
            "steps": [
                {"title": _("Close the windows"), "text": "<p>Wait until it is quiet.</p>"},
                {"title": _("Read the meter"), "text": "<p>Three times, a minute apart.</p>"},
                {"title": _("Write down the middle value"), "text": ""},
            ],
        }
