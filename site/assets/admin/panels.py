"""What the editor of a film shows."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, Panel

from assets import playing, signing
from assets.models import is_new
from assets.models.videos import LANGUAGES
from core import clock


class StatePanel(Panel):
    """What became of the upload, and the film itself."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "assets/admin/state_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            video = self.instance
            found, gone = None, False
            if video.is_ready:
                try:
                    found = playing.playback(video, now=clock.now())
                except playing.NotReady:
                    gone = True
            return super().get_context_data(parent_context) | {
                "video": video,
                "source": found.sources[-1] if found and found.sources else None,
                "playback": found,
                "gone": gone,
            }


class CaptionInput(forms.FileInput):
    """A file to choose; what is there already is to be had by an address that ends."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ".vtt,.srt,text/vtt"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        if not getattr(value, "name", "") or is_new(value):
            return field
        end = signing.ends_at(clock.now(), settings.MEDIA_URL_SECONDS)
        there = signing.address(value.name, expires_at=end)
        link = format_html('<a href="{}" download>{}</a>', there, _("Download the captions"))
        return format_html("<p>{}</p>{}", link, field)


PANELS = [
    StatePanel(),
    FieldPanel("title"),
    FieldPanel("description", widget=forms.Textarea(attrs={"rows": 3})),
    InlinePanel(
        "captions",
        heading=_("Captions"),
        label=_("Captions"),
        panels=[
            FieldPanel("language", widget=forms.Select(choices=[("", "—"), *LANGUAGES])),
            FieldPanel("file", widget=CaptionInput),
        ],
        help_text=_(
            "One file a language. Learners who do not hear the film need them; the transcript "
            "beside the film is made from them."
        ),
    ),
    FieldPanel("chapters", widget=forms.Textarea(attrs={"rows": 6})),
    FieldPanel("poster"),
    FieldPanel("collection"),
    FieldPanel("tags"),
]
