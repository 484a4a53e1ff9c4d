"""A StreamField whose block definitions stay out of migrations."""

from typing import Any

from wagtail.fields import StreamField


class SlimStreamField(StreamField):
    """Editing a block makes no migration: the column is JSON text whatever the blocks are.

    Data migrations work on `raw_data` and never need the definitions of their day.
    """

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [[]], kwargs
