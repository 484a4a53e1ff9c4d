"""The form of a design: what cannot be printed is refused where it stands."""

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext as _t
from wagtail.admin.forms import WagtailAdminModelForm

from certificates import freezing, printing
from certificates.authoring import samples
from certificates.printing.design import PLACEHOLDERS, unknown_placeholders
from core.pages import OnlyWhatOneMayUse


class ColourInput(forms.TextInput):
    """The browser's own way of picking a colour."""

    input_type = "color"


class DesignForm(OnlyWhatOneMayUse, WagtailAdminModelForm):
    """Also a draft is refused what no certificate can hold: its preview could not be drawn."""

    def _post_clean(self) -> None:
        super()._post_clean()
        for name, message in self._faults():
            self.add_error(name, message)

    def _faults(self) -> Iterator[tuple[str, str]]:
        design = self.instance
        for name in freezing.TEXTS:
            if name in self.fields and (unknown := unknown_placeholders(getattr(design, name))):
                yield name, unknown_words(unknown)
        if design.qr == design.serial:
            yield "serial", _t("The code to scan stands there already: choose another place.")
        if not self.errors:
            yield from self._trial()

    def _trial(self) -> Iterator[tuple[str, str]]:
        """Print it once: pictures that are too large or unreadable, letters that no font has."""
        try:
            design, pictures = samples.printable(freezing.design_of(self.instance))
            printing.render(design, samples.facts("latin"), pictures)
        except printing.PictureError as refused:
            yield self._field_of(refused.key), _picture_words(refused)
        except printing.Unprintable as refused:
            yield from self._unprintable(refused.letters)

    def _field_of(self, key: int) -> str:
        row = self.instance
        return {row.logo_id: "logo", row.background_id: "background"}.get(key, "signatories")

    def _unprintable(self, letters: str) -> Iterator[tuple[str, str]]:
        words = _t("It has letters that cannot be printed here: %s") % " ".join(letters)
        for name in freezing.TEXTS:
            if printing.unprintable(getattr(self.instance, name)):
                yield name, words
                return
        yield "signatories", words


def unknown_words(unknown: list[str]) -> str:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    return _t("Unknown placeholder: %(unknown)s. These are known: %(known)s.") % {
        "unknown": ", ".join(unknown), "known": known,
    }  # fmt: skip


def _picture_words(refused: printing.PictureError) -> str:
    title = samples.title_of(refused.key)
    if isinstance(refused, printing.TooManyPixels):
        return _t("The picture “%s” is too large to be printed: 50 megapixels at most.") % title
    return _t("The picture “%s” cannot be read: choose a JPEG, PNG or WebP file.") % title
