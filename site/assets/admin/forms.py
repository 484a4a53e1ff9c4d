"""What is asked of those who upload, describe and choose films."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import Collection
from wagtail.permissions import policy_registry

from assets import uploads
from assets.models import Video
from core.pages import OnlyWhatOneMayUse

ACCEPT = "video/*,audio/*,.mkv,.m4a"
WORDS = {
    "of": gettext_lazy("{sent} of {size}"),
    "left": gettext_lazy("{time} left"),
    "waiting": gettext_lazy("Waiting"),
    "sending": gettext_lazy("Uploading"),
    "cut": gettext_lazy("The connection was lost. Trying again…"),
    "sent": gettext_lazy("Uploaded."),
    "failed": gettext_lazy("The upload failed. Nothing that arrived is lost."),
    "cancelled": gettext_lazy("Cancelled"),
}
"""What videos.js says."""


def told_to_script() -> dict[str, Any]:
    """Attributes from which videos.js knows where to send files, how, and what to say."""
    attributes = {f"data-{name}": text for name, text in WORDS.items()}
    begin = reverse("video_admin:begin")
    return attributes | {"data-begin-url": begin, "data-slice-bytes": uploads.SLICE_BYTES}


def collections_for(user: Any) -> Any:
    """Where somebody may put films."""
    policy = policy_registry.get_by_type(Video)
    return policy.collections_user_has_permission_for(user, "add").order_by("path")


class CollectionField(forms.ModelChoiceField):
    """Collections in their order, those below others set in."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_indented_name(html=True))


class VideoForm(OnlyWhatOneMayUse, WagtailAdminModelForm):
    """Everything of a film but its file; kept to pictures and collections one may use."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "collection" in self.fields and self.for_user is not None:
            mine = collections_for(self.for_user)
            now = Collection.objects.filter(pk=self.instance.collection_id)
            self.fields["collection"] = CollectionField(
                label=gettext_lazy("Collection"), queryset=(mine | now).distinct(), empty_label=None
            )


class UploadForm(forms.Form):
    """One film in one piece, for browsers without JavaScript; where films may go, for all."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Without one the file’s name is taken."),
    )
    collection = CollectionField(
        label=gettext_lazy("Collection"), queryset=Collection.objects.none(), empty_label=None
    )
    file = forms.FileField(label=gettext_lazy("Film or recording"))

    def __init__(self, *args: Any, user: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        places: Any = self.fields["collection"]
        places.queryset = collections_for(user)
        if len(places.queryset) == 1:
            self.initial["collection"] = places.queryset[0].pk
            places.widget = places.hidden_widget()
        file = self.fields["file"]
        file.widget.attrs["accept"] = ACCEPT
        file.error_messages |= {
            "required": _("The file is too large to be sent in one piece.")
            if too_large
            else _("Choose a file first."),
            "empty": _("The file is empty."),
        }

    def clean(self) -> dict[str, Any]:
        """Takes the file as well: whether it is a film is known once it is read."""
        cleaned: dict[str, Any] = super().clean() or {}
        file: UploadedFile | None = cleaned.get("file")
        if file is not None and cleaned.get("collection"):
            try:
                cleaned["video"] = uploads.take_whole(
                    title=cleaned["title"],
                    name=file.name or "",
                    size=file.size or 0,
                    source=file,
                    collection=cleaned["collection"],
                    by=self.user,
                )
            except uploads.UploadRefused as refused:
                self.add_error("file", refused.reason)
        return cleaned


class ChooserUploadForm(UploadForm):
    """In the chooser: a file in one piece, or the `uid` of what JavaScript has sent in slices."""

    uid = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uid"].widget.attrs |= told_to_script()
        if self.data.get("uid"):
            self.fields["file"].required = False

    def clean_uid(self) -> str:
        return self.cleaned_data["uid"].strip()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("uid"):
            cleaned["video"] = self._sent(cleaned["uid"])
        return cleaned

    def _sent(self, uid: str) -> Video:
        try:
            return Video.objects.get(uid=uuid.UUID(uid), uploaded_by_user=self.user)
        except (ValueError, Video.DoesNotExist) as error:
            raise ValidationError(_("The upload is not known. Please try again.")) from error

    def save(self) -> Video:
        video: Video = self.cleaned_data["video"]
        return video
