"""Films and recordings with their captions and chapters.

A file is never exchanged: another file is another video, with a history of its own.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import CollectionMember
from wagtail.search import index

from assets.captions import MOST_BYTES, CaptionsRefused, checked, to_vtt
from assets.models.files import Image, is_new, tags_as, uploader_as
from assets.storage import digest_of, path_for, private_storage
from core.fields import ExactCharField
from core.text import one_line

CHAPTER = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})\s+(\S.*)")
LANGUAGES = sorted(
    ((code, info["name_local"]) for code, info in LANG_INFO.items() if "name_local" in info),
    key=lambda pair: str(pair[1]).casefold(),
)


@dataclass(frozen=True)
class Chapter:
    """A part of a film, from `at_ms` on."""

    at_ms: int
    title: str


def chapters_in(text: str) -> list[Chapter]:
    """The chapters that "0:00 Introduction", one a line, names; ValidationError names the line."""
    found: list[Chapter] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = CHAPTER.fullmatch(line.strip())
        if match is None or int(match.group(2)) > 59 or int(match.group(3)) > 59:
            message = _("Line %(number)s: write a time and a title, such as “1:30 The recipe”.")
            raise ValidationError(message % {"number": number})
        hours, minutes, seconds, title = match.groups()
        at_ms = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
        if found and at_ms <= found[-1].at_ms:
            raise ValidationError(
                _("Line %(number)s: it has to begin after the line before.") % {"number": number}
            )
        found.append(Chapter(at_ms, one_line(title)[:200]))
    return found


def validate_language(code: str) -> None:
    if "name_local" not in LANG_INFO.get(code, {}):
        raise ValidationError(_("Choose a language."), code="language")


def validate_chapters(text: str) -> None:
    chapters_in(text)


def video_path(video: "Video", filename: str) -> str:
    video.sha256 = digest_of(video.file)
    return path_for("videos", video.sha256, filename)


def poster_path(video: "Video", filename: str) -> str:
    return path_for("posters", digest_of(video.poster_file), filename)


def caption_path(caption: "Caption", filename: str) -> str:
    caption.sha256 = digest_of(caption.file)
    return path_for("captions", caption.sha256, filename)


class Video(CollectionMember, index.Indexed, ClusterableModel):
    """A film or recording. `assets` signs addresses for it; a door above decides who gets one."""

    class Kind(models.TextChoices):
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")

    class State(models.TextChoices):
        UPLOADING = "uploading", _("Uploading")
        PROCESSING = "processing", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    class Backend(models.TextChoices):
        LOCAL = "local", _("This site")
        IMAGEKIT = "imagekit", "ImageKit"

    # What learners' rows and addresses name it by.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.VIDEO, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.UPLOADING, editable=False
    )
    problem = models.CharField(max_length=500, blank=True, editable=False)

    backend = models.CharField(
        max_length=12, choices=Backend.choices, default=Backend.LOCAL, editable=False
    )
    file = models.FileField(
        _("file"),
        upload_to=video_path,
        storage=private_storage,
        max_length=255,
        blank=True,
        editable=False,
    )
    sha256 = ExactCharField(max_length=64, blank=True, editable=False, db_index=True)
    hls = models.BooleanField(default=False, editable=False)
    external_id = ExactCharField(max_length=100, blank=True, editable=False, db_index=True)
    external_path = ExactCharField(max_length=500, blank=True, editable=False)

    original_name = models.CharField(max_length=255, blank=True, editable=False)
    content_type = models.CharField(max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size"), default=0, editable=False)
    duration_ms = models.PositiveIntegerField(null=True, blank=True, editable=False)
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)

    poster = models.ForeignKey(
        Image,
        verbose_name=_("still image"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Shown before the film starts. Without one a picture of the film is taken."),
    )
    poster_file = models.ImageField(
        upload_to=poster_path, max_length=255, blank=True, editable=False
    )
    chapters = models.TextField(
        _("chapters"),
        blank=True,
        validators=[validate_chapters],
        help_text=_("One a line, with the time at which it begins: “1:30 The recipe”."),
    )

    # Of the upload: what the same file from the same person is known by.
    resume_key = ExactCharField(max_length=64, blank=True, editable=False)
    # Of the preparation: who works on it and how far it is; of the provider: when to ask again.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    percent = models.PositiveSmallIntegerField(default=0, editable=False)
    processing_since = models.DateTimeField(null=True, editable=False)
    look_at = models.DateTimeField(null=True, editable=False)

    tags = tags_as("lectern_videos")
    uploaded_by_user = uploader_as("lectern_videos")
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    search_fields = [
        *CollectionMember.search_fields,
        index.SearchField("title", boost=10),
        index.AutocompleteField("title"),
        index.SearchField("description"),
        index.FilterField("title"),
        index.FilterField("uploaded_by_user"),
        index.FilterField("state"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering = ["-created_at", "-pk"]
        permissions = [("choose_video", "Can choose video")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        self.title = one_line(self.title)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def chapter_list(self) -> list[Chapter]:
        """The chapters in order; validated when they were saved."""
        return chapters_in(self.chapters)


class ProviderEvent(models.Model):
    """A message of the video provider that was acted upon; the same one again does nothing."""

    event_id = ExactCharField(max_length=100, unique=True)
    kind = models.CharField(max_length=100)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class Caption(models.Model):
    """The words of a video in one language, as a WebVTT file."""

    video = ParentalKey(Video, on_delete=models.CASCADE, related_name="captions")
    # The choices are the form's: in the model each version of Django would bring a migration.
    language = models.CharField(_("language"), max_length=16, validators=[validate_language])
    file = models.FileField(
        _("file"),
        upload_to=caption_path,
        storage=private_storage,
        max_length=255,
        help_text=_("A WebVTT or SRT file (.vtt, .srt)."),
    )
    sha256 = ExactCharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["video", "language"], name="captions_once_per_language")
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """What is uploaded becomes WebVTT, or is refused with the line that is wrong."""
        super().clean()
        if not is_new(self.file):
            return
        try:
            data = self.file.read(MOST_BYTES + 1)
            cues = checked(data, str(self.file.name), self.language)
        except CaptionsRefused as refused:
            raise ValidationError({"file": refused.reason}) from refused
        self.file = ContentFile(to_vtt(cues).encode(), name="captions.vtt")

    @property
    def label(self) -> str:
        """The language in its own words."""
        info: dict[str, Any] = LANG_INFO.get(self.language, {})
        return str(info.get("name_local", self.language))
