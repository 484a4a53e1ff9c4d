"""Choosers that do not ask twice for what was chosen."""

from typing import Any

from django.utils.functional import cached_property
from wagtail.admin.widgets import BaseChooser
from wagtail.blocks import ChooserBlock
from wagtail.coreutils import resolve_model_string
from wagtail.documents import blocks as documents
from wagtail.images import blocks as images
from wagtail.snippets.blocks import SnippetChooserBlock
from wagtail.snippets.widgets import AdminSnippetChooser


class InHand:
    """Checks a chosen thing without reading it again.

    Wagtail's choosers ask the database for the thing once more, block by block; a release checks
    hundreds of lessons, whose chosen things it has read by one query.
    """

    model_class: Any

    def clean(self, value: Any) -> Any:
        if isinstance(value, self.model_class):
            return value
        return super().clean(value)  # type: ignore[misc]


class ImageChooserBlock(InHand, images.ImageChooserBlock):
    pass


class DocumentChooserBlock(InHand, documents.DocumentChooserBlock):
    pass


class NamedChooserBlock(InHand, ChooserBlock):
    """Something of an app above, known here by its model's name only.

    For "commerce.Offer" that app has a chooser whose addresses are called `commerce_offer_chooser`.
    """

    def __init__(self, model: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._model = model

    @cached_property
    def target_model(self) -> Any:
        return resolve_model_string(self._model)

    @cached_property
    def widget(self) -> Any:
        return _NamedChooser(self.target_model, icon=self.meta.icon)


class _NamedChooser(BaseChooser):
    def __init__(self, model: Any, **kwargs: Any) -> None:
        self.model = model
        self.chooser_modal_url_name = f"{model._meta.label_lower.replace('.', '_')}_chooser:choose"
        super().__init__(**kwargs)


class VideoChooserBlock(InHand, SnippetChooserBlock):
    """A film or recording, known here by its name only; offers those of its `kind`."""

    class Meta:
        icon = "media"

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__("assets.Video", **kwargs)
        self.kind = kind

    @cached_property
    def widget(self) -> Any:
        return _ChooserOfKind(self.target_model, self.kind, icon=self.meta.icon)


class _ChooserOfKind(AdminSnippetChooser):
    """Wagtail's, whose window lists one kind."""

    def __init__(self, model: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        self.kind = kind

    def get_chooser_modal_url(self) -> str:
        return f"{super().get_chooser_modal_url()}?kind={self.kind}"
