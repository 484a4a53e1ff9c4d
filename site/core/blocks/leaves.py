"""The single values inside stored blocks, however deep."""

from collections.abc import Iterator, Mapping
from typing import Any

from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock


def leaves(block: blocks.Block, value: Any) -> Iterator[tuple[blocks.Block, Any]]:
    """Each field with its raw value; what the code does not know any more is left out."""
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from leaves(child, (value or {}).get(name))
    elif isinstance(block, blocks.ListBlock):
        for item in value or []:
            inner = item["value"] if isinstance(item, Mapping) and "value" in item else item
            yield from leaves(block.child_block, inner)
    elif isinstance(block, blocks.StreamBlock):
        for item in value or []:
            if child := block.child_blocks.get(item["type"]):
                yield from leaves(child, item["value"])
    elif isinstance(block, TypedTableBlock):
        yield from _cells(block, value or {})
    else:
        yield block, value


def _cells(block: TypedTableBlock, value: Any) -> Iterator[tuple[blocks.Block, Any]]:
    columns = [block.child_blocks.get(column["type"]) for column in value.get("columns", [])]
    for row in value.get("rows", []):
        for child, cell in zip(columns, row["values"], strict=False):
            if child is not None:
                yield from leaves(child, cell)
