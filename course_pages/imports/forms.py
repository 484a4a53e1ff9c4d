"""What is asked before an import, and what is refused before anything is kept."""

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from course_pages.importing.archive import KIND_BY_SUFFIX, ArchiveLimits, kind_of
from course_pages.importing.errors import ArchiveRefused

HEAD_BYTES = 512
TRIAL, DRAFTS, PUBLISH = "trial", "drafts", "publish"
FORMATS = (
    ("Open edX", ".tar.gz, .zip"),
    ("Common Cartridge", ".imscc"),
    (gettext_lazy("Markdown folder"), ".zip"),
)
WAYS = (
    (
        TRIAL,
        gettext_lazy("Only look"),
        gettext_lazy("Tells what would come over. Nothing is written."),
    ),
    (
        DRAFTS,
        gettext_lazy("Import as drafts"),
        gettext_lazy("Nobody but editors sees the pages until they are published."),
    ),
    (
        PUBLISH,
        gettext_lazy("Import and publish"),
        gettext_lazy("The course stands in the catalogue at once, and people can enrol."),
    ),
)


class ImportForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Package"))
    way = forms.ChoiceField(
        label=gettext_lazy("What to do"), widget=forms.RadioSelect, initial=DRAFTS
    )

    def __init__(
        self, *args: Any, may_publish: bool, too_large: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.limits = ArchiveLimits.from_settings()
        self.ways = [way for way in WAYS if may_publish or way[0] != PUBLISH]
        way: Any = self.fields["way"]
        way.choices = [(name, label) for name, label, __ in self.ways]
        self.fields["file"].widget.attrs["accept"] = ",".join(KIND_BY_SUFFIX)
        self.fields["file"].error_messages |= {
            "required": self.too_large() if too_large else _("Choose the package first."),
            "empty": _("The file is empty. Export the course again."),
        }

    def largest(self) -> str:
        return f"{self.limits.archive_bytes // 2**20} MB"

    def too_large(self) -> str:
        return _("The file is too large: at most %(limit)s are accepted.") % {
            "limit": self.largest()
        }

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > self.limits.archive_bytes:
            raise ValidationError(self.too_large())
        file.seek(0)
        head = file.read(HEAD_BYTES)
        file.seek(0)
        suffix = PurePosixPath(file.name or "").suffix
        try:
            kind_of(head, size=size, suffix=suffix, limits=self.limits)
        except ArchiveRefused as refused:
            raise ValidationError(refused.reason) from refused
        return file
